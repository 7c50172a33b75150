// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/config/lists.h"
#include "daemon/config/text.h"
#include "daemon/review/doubts.h"

namespace usher::review {
namespace {

using config::WrittenRule;

struct SourcelessService {
  std::string_view service;
  std::string_view why;
};

constexpr std::string_view kBecoming = "asks about somebody who is on the machine already";
constexpr std::string_view kJob = "starts jobs of this machine";
constexpr std::string_view kTerminal = "asks at the terminals of this machine";
constexpr std::string_view kScreen = "asks at the screen of this machine";

/// Programs that name no remote host to PAM; docs/programs.md has how they were watched. Screen
/// lockers are those of the settings.
constexpr std::array kSourceless = {
    SourcelessService{"sudo", kBecoming},
    SourcelessService{"sudo-i", kBecoming},
    SourcelessService{"su", kBecoming},
    SourcelessService{"su-l", kBecoming},
    SourcelessService{"runuser", kBecoming},
    SourcelessService{"runuser-l", kBecoming},
    SourcelessService{"polkit-1", kBecoming},
    SourcelessService{"chsh", kBecoming},
    SourcelessService{"chfn", kBecoming},
    SourcelessService{"passwd", kBecoming},
    SourcelessService{"cron", kJob},
    SourcelessService{"crond", kJob},
    SourcelessService{"atd", kJob},
    SourcelessService{"systemd-user", kJob},
    SourcelessService{"login", kTerminal},
    SourcelessService{"vlock", kTerminal},
    SourcelessService{"gdm-password", kScreen},
    SourcelessService{"gdm-autologin", kScreen},
    SourcelessService{"gdm-fingerprint", kScreen},
    SourcelessService{"gdm-smartcard", kScreen},
    SourcelessService{"greetd", kScreen},
    SourcelessService{"lightdm", kScreen},
    SourcelessService{"lxdm", kScreen},
    SourcelessService{"sddm", kScreen},
    SourcelessService{"xdm", kScreen},
};

/// Empty where a remote host may be named.
std::string_view why_sourceless(const ServiceTraits& traits, std::string_view service) {
  if (lists(traits.screen_lockers, service)) return kScreen;
  const auto* const found = std::ranges::find(kSourceless, service, &SourcelessService::service);
  return found == kSourceless.end() ? std::string_view() : found->why;
}

bool has_local(const std::vector<Origin>& origins) {
  return std::ranges::any_of(origins, &Origin::local);
}

std::string reason(const ServiceTraits& traits, const Rule& rule) {
  const std::string& service = rule.services.front();
  return fmt::format("{} {} and has no remote host", config::ticked(service),
                     why_sourceless(traits, service));
}

void review_source(const ServiceTraits& traits, const Rule& rule, const WrittenRule& written,
                   Findings& findings) {
  const bool all =
      !rule.services.empty() && std::ranges::all_of(rule.services, [&](const std::string& service) {
        return !why_sourceless(traits, service).empty();
      });
  if (!all) return;
  if (!rule.from.empty() && !has_local(rule.from))
    findings.push_back(finding_at(Severity::warning, key_place(written, "from"),
                                  fmt::format("this rule never matches: {}", reason(traits, rule)),
                                  R"(take `from` out; "local" is what stands for no remote host)"));
  if (has_local(rule.not_from))
    findings.push_back(
        finding_at(Severity::warning, key_place(written, "not_from"),
                   fmt::format("this rule never matches: {}", reason(traits, rule)),
                   R"(take "local" out of `not_from`: it stands for no remote host)"));
  else if (!rule.not_from.empty())
    findings.push_back(
        finding_at(Severity::warning, key_place(written, "not_from"),
                   fmt::format("`not_from` leaves nobody out here: {}", reason(traits, rule)),
                   "take it out; a rule that is for some places alone has to be about a service "
                   "such as `sshd`"));
}

}  // namespace

void find_sourceless(const config::Reading& reading, Findings& findings) {
  const RuleSet& rules = reading.configuration.rules;
  for (std::size_t i = 0; i < rules.rules.size(); ++i)
    review_source(rules.services, rules.rules[i], reading.written.rules[i], findings);
}

}  // namespace usher::review
