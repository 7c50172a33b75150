// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "daemon/config/text.h"
#include "daemon/review/doubts.h"
#include "daemon/review/plain_file.h"
#include "daemon/review/sshd_settings.h"

namespace usher::review {
namespace {

constexpr std::string_view kSshd = "sshd";

using Rules = std::vector<Rule>;

const Rule* find_rule(const Rules& rules, bool (*fits)(const Rule&)) {
  const auto found = std::ranges::find_if(rules, fits);
  return found == rules.end() ? nullptr : &*found;
}

bool names_sshd(const Rule& rule) { return lists(rule.services, kSshd); }

bool wants_code(const Rule& rule) {
  return names_sshd(rule) && std::ranges::any_of(rule.require, [](const Requirement& requirement) {
           return requirement.any_of == std::vector{Factor::otp};
         });
}

bool asks_where_from(const Rule& rule) {
  return (rule.services.empty() || names_sshd(rule)) &&
         !(rule.from.empty() && rule.not_from.empty());
}

/// sshd's own default is "no"; distributions set it in the file they ship.
void review_use_pam(const SshdSettings& settings, const config::Place& file, Findings& findings) {
  constexpr auto kHint = "write `UsePAM yes`; `sshd -T` shows what is in force";
  const SshdSetting* use_pam = settings.find("usepam");
  if (use_pam != nullptr && use_pam->is("no"))
    findings.push_back(finding_at(Severity::warning, use_pam->place,
                                  "sshd does not ask PAM, so no rule for it has any effect",
                                  kHint));
  if (use_pam == nullptr && settings.complete())
    findings.push_back(finding_at(
        Severity::warning, file,
        "`UsePAM` is not set, and sshd does not ask PAM by default: no rule for it has any effect",
        kHint));
}

/// Without keyboard-interactive, sshd asks in its password method: one field, for password and code
/// together. Who wants that says so in AuthenticationMethods, as docs/guides/ssh.md has it.
void review_prompts(const SshdSettings& settings, const Rules& rules, Findings& findings) {
  const Rule* rule = find_rule(rules, wants_code);
  const SshdSetting* interactive = settings.find("kbdinteractiveauthentication");
  const bool off = interactive != nullptr && interactive->is("no") &&
                   !settings.set_by_match("kbdinteractiveauthentication");
  if (rule == nullptr || !off) return;
  const SshdSetting* password = settings.find("passwordauthentication");
  const SshdSetting* methods = settings.find("authenticationmethods");
  const bool asks = password == nullptr || !password->is("no");
  const bool meant =
      methods != nullptr && std::ranges::any_of(methods->values, [](const auto& each) {
        return each.contains("password");
      });
  if (asks && meant) return;
  const std::string wish = fmt::format("{} wants a code", rule_text(*rule));
  findings.push_back(finding_at(
      Severity::warning, interactive->place,
      asks ? fmt::format("sshd asks in one field alone, where the code has to be typed right after "
                         "the password, and {}",
                         wish)
           : fmt::format("sshd asks nobody for anything, and {}", wish),
      asks
          ? "write `KbdInteractiveAuthentication yes` for a prompt each; where one field is meant, "
            "say so by `AuthenticationMethods password`"
          : "write `KbdInteractiveAuthentication yes`"));
}

void review_names(const SshdSettings& settings, const Rules& rules, Findings& findings) {
  const Rule* rule = find_rule(rules, asks_where_from);
  const SshdSetting* use_dns = settings.find("usedns");
  if (rule == nullptr || use_dns == nullptr || !use_dns->is("yes")) return;
  findings.push_back(finding_at(
      Severity::warning, use_dns->place,
      fmt::format("sshd tells host names in place of addresses, so {} can't know where anybody "
                  "comes from, and denies",
                  rule_text(*rule)),
      "write `UseDNS no`, which is sshd's default"));
}

}  // namespace

void compare_sshd(const config::Reading& reading, const Machine& machine, Findings& findings) {
  const Rules& rules = reading.configuration.rules.rules;
  if (std::ranges::none_of(rules, names_sshd)) return;
  const config::Place file = place_of_file(machine.sshd_config);
  const auto settings = SshdSettings::read(machine.sshd_config);
  if (!settings) {
    if (settings.error() != std::errc::no_such_file_or_directory)
      findings.push_back(finding_at(Severity::note, file,
                                    fmt::format("sshd's settings can't be read and were not looked "
                                                "at: {}",
                                                settings.error().message()),
                                    "as root, usherctl can read them"));
    return;
  }
  review_use_pam(*settings, file, findings);
  review_prompts(*settings, rules, findings);
  review_names(*settings, rules, findings);
}

}  // namespace usher::review
