// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "daemon/config/lists.h"
#include "daemon/config/text.h"
#include "daemon/review/doubts.h"

namespace usher::review {
namespace {

using config::WrittenRule;

/// Programs besides those of the settings that root starts, and that begin a session of their own
/// for whoever comes.
constexpr std::array<std::string_view, 10> kBeginners = {
    "gdm-autologin", "gdm-fingerprint", "gdm-password", "gdm-smartcard", "greetd",
    "lightdm",       "login",           "lxdm",         "sddm",          "xdm"};

/// Why nobody who asks by that service stands in a session whose proofs could count; empty where
/// somebody may.
std::string_view why_in_no_session(const ServiceTraits& traits, std::string_view service) {
  if (lists(traits.not_logins, service)) return "is no login, and stands in no session";
  if (lists(traits.screen_lockers, service))
    return "runs as the person, and only root's programs are told what a session holds";
  if (lists(traits.self_verifying, service) || config::contains(kBeginners, service))
    return "begins a session of its own, and stands in none";
  if (!lists(traits.started_inside, service))
    return "is not one of [sessions] started_inside, so it begins a session and stands in none";
  // Only what one proved about oneself is left for the next time.
  if (service == "su" || service == "su-l") return "asks for the factors of whom somebody becomes";
  return {};
}

bool is_only_for_the_remote(const Rule& rule) {
  return std::ranges::any_of(rule.not_from, &Origin::local) ||
         (!rule.from.empty() && std::ranges::none_of(rule.from, &Origin::local));
}

void review_reuse(const ServiceTraits& traits, const Rule& rule, const WrittenRule& written,
                  Findings& findings) {
  if (rule.reuse.empty()) return;
  const bool none_stands =
      !rule.services.empty() && std::ranges::all_of(rule.services, [&](const std::string& service) {
        return !why_in_no_session(traits, service).empty();
      });
  if (none_stands) {
    const std::string& service = rule.services.front();
    findings.push_back(finding_at(
        Severity::warning, key_place(written, "reuse"),
        fmt::format("`reuse` does nothing here: {} {}", config::ticked(service),
                    why_in_no_session(traits, service)),
        "take it out, and write it into the rule of what people start once they are in, such as "
        "`sudo`"));
  } else if (is_only_for_the_remote(rule)) {
    findings.push_back(finding_at(
        Severity::warning, key_place(written, "reuse"),
        "`reuse` does nothing here: whoever comes from a remote host begins a session, and stands "
        "in "
        "none",
        R"(take it out; a program that is started inside of a session asks as "local")"));
  }
}

}  // namespace

void find_useless_reuse(const config::Reading& reading, Findings& findings) {
  const RuleSet& rules = reading.configuration.rules;
  for (std::size_t i = 0; i < rules.rules.size(); ++i)
    review_reuse(rules.services, rules.rules[i], reading.written.rules[i], findings);
}

}  // namespace usher::review
