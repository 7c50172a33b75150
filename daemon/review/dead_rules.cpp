// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "daemon/config/text.h"
#include "daemon/review/doubts.h"

namespace usher::review {
namespace {

using config::WrittenRule;

std::string joined_ticked(const std::vector<std::string>& names) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  return config::listed(views);
}

/// Where the requirement stands, one text of `require` each.
const config::Place& requirement_place(const WrittenRule& rule, std::size_t index) {
  const auto require = rule.keys.find("require");
  if (require == rule.keys.end() || index >= require->second.mentions.size()) return rule.place;
  return require->second.mentions[index].place;
}

/// A public key is proven to a program that verifies people itself, or not at all.
void find_unprovable(const ServiceTraits& traits, const Rule& rule, const WrittenRule& written,
                     Findings& findings) {
  const bool verified_by_some = std::ranges::any_of(
      rule.services, [&](const auto& service) { return lists(traits.self_verifying, service); });
  if (rule.services.empty() || verified_by_some) return;
  for (std::size_t i = 0; i < rule.require.size(); ++i) {
    if (std::ranges::any_of(rule.require[i].any_of, can_be_asked)) continue;
    findings.push_back(finding_at(
        Severity::warning, requirement_place(written, i),
        fmt::format("nobody can prove a public key to {}: this rule lets nobody in",
                    joined_ticked(rule.services)),
        R"(name what can be asked for, "password" or "otp"; where nobody is to come in, write )"
        "deny = true"));
  }
}

void find_self_excluding(const Rule& rule, const WrittenRule& written, Findings& findings) {
  if (rule.from.empty() || !all_covered(rule.from, rule.not_from)) return;
  findings.push_back(
      finding_at(Severity::warning, key_place(written, "from"),
                 "this rule never matches: its `not_from` leaves out everything in `from`",
                 "take networks out of `not_from`, or the whole rule"));
}

/// Whose word on the terminal is not believed, denies whoever reaches such a rule.
void find_unbelieved(const ServiceTraits& traits, const Rule& rule, const WrittenRule& written,
                     Findings& findings) {
  const auto unbelieved = std::ranges::find_if(rule.services, [&](const std::string& service) {
    return !names_own_terminal(traits, service);
  });
  if (rule.ttys.empty() || unbelieved == rule.services.end()) return;
  findings.push_back(finding_at(
      Severity::warning, key_place(written, "tty"),
      fmt::format("everybody who comes to this rule by {} is denied: whoever started it may have "
                  "named the terminal, so `tty` has no answer",
                  config::ticked(*unbelieved)),
      "make a rule without `tty` for such services, above this one"));
}

}  // namespace

void find_dead(const config::Reading& reading, Findings& findings) {
  const RuleSet& rules = reading.configuration.rules;
  for (std::size_t i = 0; i < rules.rules.size(); ++i) {
    find_unprovable(rules.services, rules.rules[i], reading.written.rules[i], findings);
    find_self_excluding(rules.rules[i], reading.written.rules[i], findings);
    find_unbelieved(rules.services, rules.rules[i], reading.written.rules[i], findings);
  }
}

}  // namespace usher::review
