// SPDX-License-Identifier: Apache-2.0
// policy_soak SEED CASES: random policies and requests, each decided by the index, by a look at one
// rule after the other, by explain and by the reference, who all have to agree. Policies are
// numbered from SEED on; one that fails is printed with its number, by which it can be run again.
#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/policy/rule_index.h"
#include "tests/soak/random_policy.h"
#include "tests/soak/reference.h"
#include "tests/soak/shrink.h"

namespace usher::soak {
namespace {

constexpr std::uint64_t kRequestsOfPolicy = 20;

/// How often each kind came out, by what rule it was.
using Tally = std::map<std::string, std::uint64_t, std::less<>>;

Outcome outcome_of(const Decision& decision) {
  return {.rule = decision.rule,
          .kind = decision.kind,
          .would = decision.would,
          .missing = decision.missing};
}

std::string text_of(const Outcome& outcome) {
  std::string text =
      fmt::format("rule {}, {}, would be {}", outcome.rule == nullptr ? "none" : outcome.rule->name,
                  name_of(outcome.kind), name_of(outcome.would));
  for (const Requirement& missing : outcome.missing)
    text += fmt::format(", misses {}", spelled(missing));
  return text;
}

/// What each makes of it, where they differ; empty where they agree.
std::string difference(const RuleIndex& index, const Facts& facts) {
  const Outcome expected = reference(index.rules(), facts);
  const Decision by_index = judge(index, facts);
  const Decision by_scan = judge(index.rules(), facts);
  const Decision explained = explain(index.rules(), facts).decision;
  if (outcome_of(by_index) == expected && outcome_of(by_scan) == expected &&
      outcome_of(explained) == expected && by_index.reason == by_scan.reason &&
      by_scan.reason == explained.reason)
    return {};
  return fmt::format("reference: {}\nindex:     {}; {}\nscan:      {}; {}\nexplain:   {}; {}\n",
                     text_of(expected), text_of(outcome_of(by_index)), by_index.reason,
                     text_of(outcome_of(by_scan)), by_scan.reason, text_of(outcome_of(explained)),
                     explained.reason);
}

void report(std::uint64_t seed, RuleSet rules, Asked asked) {
  shrink(rules, asked, [](const RuleSet& smaller, const Facts& facts) {
    return !difference(RuleIndex(smaller), facts).empty();
  });
  const std::string text = text_of(rules, asked) + difference(RuleIndex(rules), facts_of(asked));
  std::printf("policy %s fails; the least of it that does:\n%s", std::to_string(seed).c_str(),
              text.c_str());
}

void count(const Decision& decision, Tally& tally) {
  std::string kind = decision.rule == nullptr ? "no rule" : std::string(name_of(decision.kind));
  if (decision.reason.contains("can't be known")) kind = "unknown";
  ++tally[kind];
}

bool agrees(std::uint64_t seed, Tally& tally) {
  Dice dice(seed);
  const RuleSet rules = random_rules(dice);
  const RuleIndex index(rules);
  for (std::uint64_t request = 0; request < kRequestsOfPolicy; ++request) {
    const Asked asked = random_request(dice);
    const Facts facts = facts_of(asked);
    count(judge(index, facts), tally);
    if (difference(index, facts).empty()) continue;
    report(seed, rules, asked);
    return false;
  }
  return true;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

int run(std::uint64_t seed, std::uint64_t cases) {
  std::printf("seed %s, %s cases\n", std::to_string(seed).c_str(), std::to_string(cases).c_str());
  Tally tally;
  for (std::uint64_t done = 0; done < cases; done += kRequestsOfPolicy, ++seed)
    if (!agrees(seed, tally)) return 1;
  for (const auto& [kind, times] : tally)
    std::printf("%10s %s\n", std::to_string(times).c_str(), kind.c_str());
  return 0;
}

}  // namespace
}  // namespace usher::soak

int main(int argc, char** argv) {
  const auto seed = argc == 3 ? usher::soak::number_of(argv[1]) : std::nullopt;
  const auto cases = argc == 3 ? usher::soak::number_of(argv[2]) : std::nullopt;
  if (!seed || !cases) {
    std::fputs("usage: policy_soak SEED CASES\n", stderr);
    return 2;
  }
  return usher::soak::run(*seed, *cases);
}
