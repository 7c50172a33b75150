// SPDX-License-Identifier: Apache-2.0
#include "ctl/replay.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "ctl/policy_words.h"
#include "daemon/audit/recorded_request.h"
#include "daemon/policy/recorded_facts.h"

namespace usher::ctl {
namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;  // of a second
constexpr std::size_t kMostKinds = 10'000;

bool ends_the_same(const Judged& was, const Decision& becomes) {
  return was.kind == becomes.kind &&
         (was.kind != Decision::Kind::observed || was.would == becomes.would) &&
         same_in_any_order(was.missing, becomes.missing);
}

/// Names that strangers make up are one user, empty. Of an account that could not be looked up
/// there is only what was typed.
std::string user_of(const RecordedRequest& recorded) {
  if (recorded.person) return recorded.person->name;
  return recorded.judged.person_known ? std::string() : recorded.user;
}

/// sshd and its like have said nothing yet in the account phase: what was judged there is a guess.
bool is_a_guess(const RecordedRequest& recorded, const RuleSet& rules) {
  return recorded.phase == "account" && lists(rules.services.self_verifying, recorded.service);
}

/// The groups that the rules name by number.
std::vector<Group> numbered_groups(const RuleSet& rules) {
  std::vector<Group> groups;
  for (const Rule& rule : rules.rules)
    for (const std::string& name : rule.groups) {
      gid_t gid = 0;
      const char* end = name.data() + name.size();
      const auto [stop, error] = std::from_chars(name.data(), end, gid);
      if (error == std::errc{} && stop == end) groups.push_back({.name = name, .gid = gid});
    }
  return groups;
}

}  // namespace

Replay::Replay(const LoadedRules& rules, std::int64_t since)
    : rules_(rules), since_(since), numbered_(numbered_groups(rules.set)) {}

void Replay::line(std::string_view line) {
  if (line.empty()) return;
  if (line.front() != '{' || line.back() != '}') {
    ++tally_.damaged;
    return;
  }
  auto recorded = read_recorded_request(line);
  if (!recorded || recorded->time_microseconds / kMicroseconds < since_ ||
      is_a_guess(*recorded, rules_.set))
    return;
  if (recorded->groups_cut)
    ++tally_.unknowable;
  else
    again(std::move(*recorded));
}

/// An event tells a group's number under its name; rules know it by what they call it.
void Replay::add_numbered_groups(Person& person) const {
  std::vector<Group> found;
  for (const Group& group : numbered_)
    if (std::ranges::find(person.groups, group.gid, &Group::gid) != person.groups.end())
      found.push_back(group);
  person.groups.insert(person.groups.end(), found.begin(), found.end());
}

void Replay::again(RecordedRequest recorded) {
  ++tally_.replayed;
  if (recorded.person) add_numbered_groups(*recorded.person);
  const Decision decision = judge(rules_.index, facts_of(recorded));
  const std::string rule = decision.rule == nullptr ? std::string() : decision.rule->name;
  if (ends_the_same(recorded.judged, decision)) {
    if (rule != recorded.rule) ++tally_.other_rule;
    return;
  }
  ++tally_.changed;
  const Judged& was = recorded.judged;
  note({.user = user_of(recorded),
        .service = recorded.service,
        .from = recorded.rhost,
        .was = outcome_words(was.kind, was.would, was.missing),
        .becomes = outcome_words(decision.kind, decision.would, decision.missing),
        .rule = rule,
        .at = place_of_rule(decision.rule)},
       recorded.time_microseconds);
}

void Replay::note(ReplayedChange change, std::int64_t time) {
  auto found = tally_.changes.find(change);
  if (found == tally_.changes.end()) {
    tally_.cut = tally_.cut || tally_.changes.size() >= kMostKinds;
    if (tally_.changes.size() >= kMostKinds) return;
    found = tally_.changes.emplace(std::move(change), ChangeSeen{}).first;
  }
  ++found->second.times;
  found->second.last = std::max(found->second.last, time);
}

}  // namespace usher::ctl
