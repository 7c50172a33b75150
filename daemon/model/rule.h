// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/factor.h"
#include "daemon/model/hours.h"
#include "daemon/model/network.h"

namespace usher {

/// A place in a configuration file; lines and columns count from 1.
struct SourcePosition {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
};

/// An entry of `from` or `not_from`.
struct Origin {
  bool local = false;  // the word "local"
  Network network;     // where not local
  std::string spelling;
};

/// How old a proof of a factor may be that a session already holds.
struct ReuseWindow {
  Factor factor{};
  std::uint32_t seconds = 0;
};

/// How somebody who never had a code gets one at the prompt, once all else was proven there.
struct Enrolment {
  std::int64_t until = 0;    // seconds since 1970; from then on they are refused
  std::string until_text;    // as it is written, for the person
  bool anywhere = false;     // from wherever they come, else:
  std::vector<Origin> from;  // from these alone
  std::string late_text;     // for who comes later; may be empty
};

/// How a rule's factors are asked for.
enum class PromptLayout : std::uint8_t {
  separate = 1,  // a prompt each
  combined,      // password and code in one answer, the code at its end
};

/// One [[rule]]. An empty list matches everything; a list the administrator wrote is never empty.
struct Rule {
  std::string name;
  SourcePosition at;
  std::vector<std::string> services;
  std::vector<std::string> users;
  std::vector<std::string> groups;
  std::vector<Origin> from;
  std::vector<Origin> not_from;
  std::vector<std::string> ttys;  // without "/dev/"
  std::vector<Hours> hours;
  std::vector<Requirement> require;  // all of them; empty only where deny
  bool deny = false;
  std::string deny_text;  // for the person; may be empty
  PromptLayout prompt = PromptLayout::separate;
  /// Proofs of the caller's session that count, each for its time; no factor twice.
  std::vector<ReuseWindow> reuse;
  /// None: who has no code is refused.
  std::optional<Enrolment> enrol;
  /// account = "strict": a program that skipped authentication is refused by the account phase.
  bool strict_account = false;
  /// mode = "observe": what the rule decides is recorded and has no effect.
  bool observe = false;
};

/// What is known of programs by their services' names.
struct ServiceTraits {
  /// The program may verify a person itself and skip `authenticate`: there the account phase and
  /// open_session want the rule satisfied by what the program verified.
  std::vector<std::string> self_verifying = {"sshd"};
  /// Whoever is not root may ask about it, for themselves alone.
  std::vector<std::string> screen_lockers = {"gtklock",  "hyprlock",     "i3lock",     "kde",
                                             "swaylock", "xscreensaver", "xsecurelock"};
  /// The program has one field, or gives every prompt the same answer.
  std::vector<std::string> one_field = {"i3lock", "sddm", "swaylock"};
  /// Nobody logs in by it: its open_session begins no session of the register.
  std::vector<std::string> not_logins = {"atd",
                                         "cron",
                                         "crond",
                                         "gdm-launch-environment",
                                         "greetd-greeter",
                                         "lightdm-greeter",
                                         "sddm-greeter",
                                         "systemd-user"};
  /// Programs that a person starts in a session and that run as root: they alone stand in it. All
  /// others begin a session of their own, wherever they were started from.
  std::vector<std::string> started_inside = {"chfn", "chsh", "doas", "passwd", "polkit-1",
                                             "su",   "su-l", "sudo", "sudo-i"};
  bool operator==(const ServiceTraits&) const = default;
};

/// Programs that people start themselves and that run as root: what they say of the terminal is the
/// word of whoever started them.
[[nodiscard]] inline bool is_started_by_anybody(std::string_view service) {
  static constexpr std::array<std::string_view, 8> kServices = {
      "chfn", "chsh", "passwd", "polkit-1", "su", "su-l", "sudo", "sudo-i"};
  return std::ranges::find(kServices, service) != kServices.end();
}

/// Whether a program of that service, run by root, says by itself which terminal it is at.
[[nodiscard]] inline bool names_own_terminal(const ServiceTraits& traits,
                                             std::string_view service) {
  return !is_started_by_anybody(service) &&
         std::ranges::find(traits.screen_lockers, service) == traits.screen_lockers.end();
}

/// Who helps other people beside root: the help desk. Both lists may be empty.
struct Administrators {
  std::vector<std::string> users;
  std::vector<std::string> groups;
  bool operator==(const Administrators&) const = default;
};

/// The rules of one load, in the order in which they are tried.
struct RuleSet {
  std::vector<Rule> rules;
  ServiceTraits services;
  Administrators admins;
  /// Names this content: 16 hex digits, the same for the same files. Every audit event bears it.
  std::string version;
};

[[nodiscard]] inline bool lists(const std::vector<std::string>& services,
                                std::string_view service) {
  return std::ranges::find(services, service) != services.end();
}

}  // namespace usher
