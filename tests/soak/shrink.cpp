// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/shrink.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace usher::soak {
namespace {

/// Erases each entry without which `fails` still holds.
template <typename Entry, typename Fails>
bool shrink_list(std::vector<Entry>& list, Fails fails) {
  bool smaller = false;
  for (std::size_t at = list.size(); at-- > 0;) {
    const std::vector<Entry> before = list;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
    if (fails())
      smaller = true;
    else
      list = before;
  }
  return smaller;
}

template <typename Fails>
bool shrink_rule(Rule& rule, Fails fails) {
  bool smaller = shrink_list(rule.services, fails);
  smaller |= shrink_list(rule.users, fails);
  smaller |= shrink_list(rule.groups, fails);
  smaller |= shrink_list(rule.from, fails);
  smaller |= shrink_list(rule.not_from, fails);
  smaller |= shrink_list(rule.ttys, fails);
  smaller |= shrink_list(rule.hours, fails);
  smaller |= shrink_list(rule.reuse, fails);
  // A rule that does not deny requires something.
  return shrink_list(rule.require,
                     [&] { return (rule.deny || !rule.require.empty()) && fails(); }) ||
         smaller;
}

std::string text_of(const std::vector<Origin>& origins) {
  std::vector<std::string_view> spellings;
  for (const Origin& origin : origins) spellings.push_back(origin.spelling);
  return fmt::format("{}", fmt::join(spellings, ", "));
}

std::string text_of(const Hours& hours) {
  return fmt::format("days {:#x}, minutes {} to {}, {} ({} periods)", hours.days, hours.begin,
                     hours.end, hours.zone->name, hours.zone->periods.size());
}

std::string text_of(const Rule& rule) {
  std::string text = fmt::format("rule {}{}{}:", rule.name, rule.observe ? ", observes" : "",
                                 rule.deny ? ", denies" : "");
  text += fmt::format(" service [{}]", fmt::join(rule.services, ", "));
  text += fmt::format(" user [{}]", fmt::join(rule.users, ", "));
  text += fmt::format(" group [{}]", fmt::join(rule.groups, ", "));
  text += fmt::format(" from [{}] not_from [{}]", text_of(rule.from), text_of(rule.not_from));
  text += fmt::format(" tty [{}]", fmt::join(rule.ttys, ", "));
  for (const Hours& hours : rule.hours) text += fmt::format(" hours [{}]", text_of(hours));
  for (const Requirement& requirement : rule.require)
    text += fmt::format(" require {}", spelled(requirement));
  for (const ReuseWindow& window : rule.reuse)
    text += fmt::format(" reuse {} for {} s", name_of(window.factor), window.seconds);
  return text + '\n';
}

std::string text_of(const Source& source) {
  switch (source.kind) {
    case Source::Kind::local:
      return "local";
    case Source::Kind::address:
      return usher::text_of(source.address);
    case Source::Kind::unknown:
      break;
  }
  return "unknown";
}

std::string text_of(const Person& person) {
  std::string text = person.name;
  for (const Group& group : person.groups) text += fmt::format(", in {}", group.name);
  return text;
}

}  // namespace

void shrink(RuleSet& rules, Asked& asked,
            const std::function<bool(const RuleSet&, const Facts&)>& fails) {
  const auto still = [&] { return fails(rules, facts_of(asked)); };
  bool smaller = true;
  while (smaller) {
    smaller = shrink_list(rules.rules, still);
    for (Rule& rule : rules.rules) smaller |= shrink_rule(rule, still);
    smaller |= shrink_list(asked.person.groups, still);
    smaller |= shrink_list(asked.unresolved, still);
    smaller |= shrink_list(asked.proven, still);
  }
}

std::string text_of(const RuleSet& rules, const Asked& asked) {
  const Facts facts = facts_of(asked);
  std::string text;
  for (const Rule& rule : rules.rules) text += text_of(rule);
  text += fmt::format("self-verifying: {}\n", fmt::join(rules.services.self_verifying, ", "));
  text += fmt::format("request: service {}, from {}, tty {}, at {}\n", facts.service,
                      text_of(facts.source), facts.tty.value_or("unknown"),
                      facts.now ? std::to_string(*facts.now) : "unknown");
  const std::string nobody = facts.person_known ? "none" : "unknown";
  text += fmt::format("account: {}\n", asked.has_person ? text_of(asked.person) : nobody);
  text += fmt::format("groups not found: {}\n", fmt::join(asked.unresolved, ", "));
  for (const Proof& proof : asked.proven)
    text += fmt::format("proven: {} ({}){}\n", name_of(proof.factor), std::to_underlying(proof.by),
                        proof.age ? fmt::format(", {} s ago", *proof.age) : "");
  return text;
}

}  // namespace usher::soak
