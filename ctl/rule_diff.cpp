// SPDX-License-Identifier: Apache-2.0
#include "ctl/rule_diff.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace usher::ctl {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kAny = "any";

Names sorted(Names names) {
  std::ranges::sort(names);
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
  return names;
}

template <typename Element>
Names spellings(const std::vector<Element>& elements) {
  Names names;
  std::ranges::transform(elements, std::back_inserter(names), &Element::spelling);
  return sorted(std::move(names));
}

Names spelled_in_order(const std::vector<Requirement>& requirements) {
  Names names;
  for (const Requirement& requirement : requirements) names.push_back(spelled(requirement));
  return names;
}

Names denial(const Rule& rule) {
  if (!rule.deny) return {};
  if (rule.deny_text.empty()) return {"true"};
  std::string quoted = "\"";
  for (const char c : rule.deny_text) {
    if (c == '\n')
      quoted += "\\n";
    else
      quoted += c;
  }
  return {quoted + "\""};
}

Names word_if(bool there, std::string_view word) {
  return there ? Names{std::string(word)} : Names{};
}

/// The places of rules in both lists that need not be moved: the most that have the same order in
/// both (a longest increasing subsequence). `places[i]` is where the i-th of the later list was.
std::vector<bool> unmoved(const std::vector<std::optional<std::size_t>>& places) {
  constexpr auto kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> ends;  // ends[n]: the rule at which a run of n + 1 ends earliest
  std::vector<std::size_t> earlier(places.size(), kNone);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i]) continue;
    const auto at = std::ranges::lower_bound(ends, *places[i], {},
                                             [&](std::size_t end) { return *places[end]; });
    if (at != ends.begin()) earlier[i] = *std::prev(at);
    if (at == ends.end())
      ends.push_back(i);
    else
      *at = i;
  }
  std::vector<bool> stays(places.size());
  for (std::size_t i = ends.empty() ? kNone : ends.back(); i != kNone; i = earlier[i])
    stays[i] = true;
  return stays;
}

std::vector<ValueChange> changed_values(const Rule& before, const Rule& after) {
  std::vector<RuleValue> old = values_of(before);
  std::vector<RuleValue> fresh = values_of(after);
  std::vector<ValueChange> changes;
  for (std::size_t i = 0; i < old.size(); ++i)
    if (old[i].values != fresh[i].values)
      changes.push_back({std::move(old[i]), std::move(fresh[i])});
  return changes;
}

class Comparison {
 public:
  Comparison(const std::vector<Rule>& before, const std::vector<Rule>& after)
      : before_(before), after_(after) {
    std::map<std::string_view, std::size_t> old_places;
    for (std::size_t i = 0; i < before.size(); ++i) old_places.emplace(before[i].name, i);
    kept_.resize(before.size());
    for (const Rule& rule : after) {
      const auto old = old_places.find(rule.name);
      places_.push_back(old == old_places.end() ? std::nullopt : std::optional(old->second));
      if (places_.back()) kept_[*places_.back()] = true;
    }
  }

  std::vector<RuleChange> changes() {
    const std::vector<bool> stays = unmoved(places_);
    add_removed_next();
    for (std::size_t i = 0; i < after_.size(); ++i) {
      if (stays[i]) add_removed_before(*places_[i] + 1);
      add(i, !stays[i]);
      if (stays[i]) add_removed_next();
    }
    add_removed_before(before_.size());
    return std::move(changes_);
  }

 private:
  void add(std::size_t i, bool moved) {
    RuleChange change{.after = &after_[i]};
    if (places_[i]) {
      const std::size_t old = *places_[i];
      change.before = &before_[old];
      change.moved = moved;
      if (moved && old > 0) change.behind_before = &before_[old - 1];
      if (moved && i > 0) change.behind_after = &after_[i - 1];
      change.values = changed_values(before_[old], after_[i]);
      if (!moved && change.values.empty()) return;
    }
    changes_.push_back(std::move(change));
  }

  void add_removed_before(std::size_t end) {
    for (; next_ < end; ++next_)
      if (!kept_[next_]) changes_.push_back({.before = &before_[next_]});
  }

  /// What stood right behind a rule that stays is told before what took its place.
  void add_removed_next() {
    while (next_ < before_.size() && !kept_[next_]) add_removed_before(next_ + 1);
  }

  const std::vector<Rule>& before_;
  const std::vector<Rule>& after_;
  std::vector<std::optional<std::size_t>> places_;  // of after_, in before_
  std::vector<bool> kept_;                          // of before_: it is in after_ too
  std::size_t next_ = 0;                            // of before_: the first not yet looked at
  std::vector<RuleChange> changes_;
};

}  // namespace

std::vector<RuleValue> values_of(const Rule& rule) {
  return {{"service", sorted(rule.services), kAny},
          {"user", sorted(rule.users), kAny},
          {"group", sorted(rule.groups), kAny},
          {"from", spellings(rule.from), kAny},
          {"not_from", spellings(rule.not_from), "none"},
          {"tty", sorted(rule.ttys), kAny},
          {"hours", spellings(rule.hours), kAny},
          {"require", spelled_in_order(rule.require), "nothing"},
          {"deny", denial(rule), "false"},
          {"prompt", word_if(rule.prompt == PromptLayout::combined, "combined"), "separate"},
          {"account", word_if(rule.strict_account, "strict"), "lenient"},
          {"mode", word_if(rule.observe, "observe"), "enforce"}};
}

std::vector<RuleChange> difference(const std::vector<Rule>& before,
                                   const std::vector<Rule>& after) {
  return Comparison(before, after).changes();
}

}  // namespace usher::ctl
