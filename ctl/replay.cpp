// SPDX-License-Identifier: Apache-2.0
#include "ctl/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "ctl/policy_words.h"
#include "daemon/audit/recorded_request.h"
#include "daemon/policy/judge.h"
#include "daemon/policy/recorded_facts.h"

namespace usher::ctl {
namespace {

/// A group that a rule names by its number.
std::optional<gid_t> number_in(const std::string& group) {
  gid_t gid = 0;
  const char* end = group.data() + group.size();
  const auto [stop, error] = std::from_chars(group.data(), end, gid);
  return error == std::errc{} && stop == end ? std::optional(gid) : std::nullopt;
}

bool has_group(const std::vector<Group>& groups, const std::string& name) {
  return std::ranges::find(groups, name, &Group::name) != groups.end();
}

bool has_number(const std::vector<Group>& groups, gid_t gid) {
  return std::ranges::find(groups, gid, &Group::gid) != groups.end();
}

/// What the event tells of groups that the rules of its time did not name: its groups are all of
/// the account's, so it was in no other one, unless there were more than the event has room for.
void add_groups(RecordedRequest& recorded, const std::set<std::string>& names) {
  std::vector<std::string>& unresolved = recorded.judged.unresolved;
  for (const std::string& name : names) {
    if (std::ranges::find(unresolved, name) != unresolved.end()) continue;
    const auto gid = number_in(name);
    if (recorded.person) {
      std::vector<Group>& groups = recorded.person->groups;
      if (has_group(groups, name)) continue;
      if (gid && has_number(groups, *gid)) {
        groups.push_back({.name = name, .gid = *gid});
        continue;
      }
    }
    if (recorded.groups_cut) unresolved.push_back(name);
  }
}

bool is_same(const ReplayedOutcome& before, const ReplayedOutcome& after) {
  if (before.kind != after.kind || before.missing != after.missing) return false;
  return before.kind != Decision::Kind::observed || before.would == after.would;
}

ReplayedOutcome outcome_of(const RecordedRequest& recorded) {
  return {.kind = recorded.judged.kind,
          .would = recorded.judged.would,
          .missing = in_one_order(recorded.judged.missing),
          .rule = recorded.rule,
          .at = recorded.at};
}

ReplayedOutcome outcome_of(const Decision& decision) {
  return {.kind = decision.kind,
          .would = decision.would,
          .missing = in_one_order(decision.missing),
          .rule = decision.rule == nullptr ? "" : decision.rule->name,
          .at = place_of_rule(decision.rule)};
}

std::string words_of_outcome(const ReplayedOutcome& outcome) {
  return outcome_words(outcome.kind, outcome.would, outcome.missing);
}

/// An event of the log in which no rule was asked, and so nothing to judge.
bool is_other_event(std::string_view line) {
  const auto event = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  return event.is_object() && event.contains("kind") && !event.contains("decision");
}

}  // namespace

Replay::Replay(const RuleSet& rules, std::int64_t since) : rules_(rules), since_(since) {
  for (const Rule& rule : rules.rules) rule_groups_.insert(rule.groups.begin(), rule.groups.end());
}

void Replay::take(std::string_view line) {
  if (auto recorded = read_recorded_request(line))
    judge_again(std::move(*recorded));
  else if (!is_other_event(line))
    ++damaged_;
}

void Replay::judge_again(RecordedRequest recorded) {
  if (recorded.time_microseconds < since_) return;
  ++requests_;
  add_groups(recorded, rule_groups_);
  const Decision decision = judge(rules_, facts_of(recorded));
  ReplayedOutcome before = outcome_of(recorded);
  if (!is_same(before, outcome_of(decision)))
    count(recorded, std::move(before), decision);
  else if (before.rule != (decision.rule == nullptr ? "" : decision.rule->name))
    ++by_other_rule_;
}

void Replay::count(const RecordedRequest& recorded, ReplayedOutcome before,
                   const Decision& decision) {
  ++changed_;
  ReplayedOutcome after = outcome_of(decision);
  // Names that strangers make up are one kind. One whose account could not be looked up has its
  // name as typed.
  std::string user = recorded.person                ? recorded.person->name
                     : recorded.judged.person_known ? std::string()
                                                    : recorded.user;
  const std::string kind =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", user, recorded.service, recorded.rhost,
                  words_of_outcome(before), before.rule, words_of_outcome(after), after.rule);
  auto found = kinds_.find(kind);
  if (found == kinds_.end()) {
    if (kinds_.size() == kMostKinds) {
      ++untold_;
      return;
    }
    found = kinds_
                .emplace(kind, ChangedRequests{.user = std::move(user),
                                               .service = recorded.service,
                                               .from = recorded.rhost,
                                               .before = std::move(before),
                                               .after = std::move(after),
                                               .reason = {}})
                .first;
  }
  ChangedRequests& changed = found->second;
  ++changed.requests;
  if (recorded.time_microseconds < changed.last_microseconds) return;
  changed.last_microseconds = recorded.time_microseconds;
  changed.reason = decision.reason;
}

std::vector<ChangedRequests> Replay::changes() const {
  std::vector<ChangedRequests> all;
  for (const auto& [kind, changed] : kinds_) all.push_back(changed);
  std::ranges::stable_sort(all, std::ranges::greater(), &ChangedRequests::requests);
  return all;
}

}  // namespace usher::ctl
