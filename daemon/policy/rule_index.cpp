// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/rule_index.h"

#include <algorithm>
#include <cstddef>

#include "daemon/policy/predicate_list.h"
#include "daemon/policy/rule_bits.h"

namespace usher {

using policy::Bits;
using policy::Standing;

RuleIndex::RuleIndex(const RuleSet& rules)
    : rules_(rules),
      services_(rules.rules, &Rule::services),
      users_(rules.rules, &Rule::users),
      groups_(rules.rules, &Rule::groups),
      from_(rules.rules, &Rule::from),
      not_from_(rules.rules, &Rule::not_from),
      ttys_(rules.rules, &Rule::ttys),
      hours_(rules.rules),
      group_names_(groups_.names()) {}

/// One request's way through the index: for each predicate the rules of which it says yes, and the
/// rules of which none says no.
class RuleIndex::Search {
 public:
  Search(const RuleIndex& index, const Facts& facts)
      : index_(index),
        facts_(facts),
        words_(policy::words_for_rules(index.rules_.rules.size())),
        bits_(words_ * kRows),
        left_(row(kLeft)),
        scratch_(row(kScratch)) {
    std::ranges::fill(left_, ~std::uint64_t{0});
    rule_out_by_service();
    rule_out_by_user();
    rule_out_by_group();
    rule_out_by_from();
    rule_out_by_not_from();
    rule_out_by_tty();
    rule_out_by_hours();
  }

  [[nodiscard]] std::optional<std::pair<const Rule*, Standing>> first() const {
    const std::vector<Rule>& rules = index_.rules_.rules;
    for (std::size_t at = policy::next_in(left_, 0); at < rules.size();
         at = policy::next_in(left_, at + 1)) {
      const Standing standing = standing_of(at);
      if (standing.match != Match::no) return std::pair(&rules[at], standing);
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kLeft = policy::kPredicates.size();
  static constexpr std::size_t kScratch = kLeft + 1;
  static constexpr std::size_t kRows = kScratch + 1;

  [[nodiscard]] Bits row(std::size_t number) {
    return std::span(bits_).subspan(number * words_, words_);
  }
  [[nodiscard]] policy::ConstBits row(std::size_t number) const {
    return std::span(bits_).subspan(number * words_, words_);
  }
  /// The rules of which `predicate` says yes.
  [[nodiscard]] Bits yes(const policy::Predicate& predicate) {
    return row(static_cast<std::size_t>(std::ranges::find(policy::kPredicates, &predicate) -
                                        policy::kPredicates.begin()));
  }
  void keep(Bits rules) { policy::keep_those_in(left_, rules); }

  void rule_out_by_service() {
    const Bits matching = yes(policy::kService);
    index_.services_.add_without(matching);
    index_.services_.add_with(facts_.service, matching);
    keep(matching);
  }

  void rule_out_by_user() {
    const Bits matching = yes(policy::kUser);
    index_.users_.add_without(matching);
    if (!facts_.person_known) return;
    if (facts_.person != nullptr) index_.users_.add_with(facts_.person->name, matching);
    keep(matching);
  }

  void rule_out_by_group() {
    const Bits matching = yes(policy::kGroup);
    index_.groups_.add_without(matching);
    if (facts_.person != nullptr)
      for (const Group& group : facts_.person->groups)
        index_.groups_.add_with(group.name, matching);
    if (!facts_.person_known) return;
    std::ranges::copy(matching, scratch_.begin());
    for (const std::string& group : facts_.unresolved_groups)
      index_.groups_.add_with(group, scratch_);
    keep(scratch_);
  }

  void rule_out_by_from() {
    const Bits matching = yes(policy::kFrom);
    index_.from_.add_without(matching);
    if (facts_.source.kind == Source::Kind::unknown) return;
    index_.from_.add_covering(facts_.source, matching);
    keep(matching);
  }

  void rule_out_by_not_from() {
    const Bits matching = yes(policy::kNotFrom);
    if (facts_.source.kind == Source::Kind::unknown) return index_.not_from_.add_without(matching);
    index_.not_from_.add_covering(facts_.source, matching);
    std::ranges::transform(matching, matching.begin(), std::bit_not());
    keep(matching);
  }

  void rule_out_by_tty() {
    const Bits matching = yes(policy::kTty);
    index_.ttys_.add_without(matching);
    if (!facts_.tty) return;
    index_.ttys_.add_with(policy::without_directory(*facts_.tty), matching);
    keep(matching);
  }

  /// The last, since it looks at each rule that is left.
  void rule_out_by_hours() {
    const Bits matching = yes(policy::kHours);
    index_.hours_.add_without(matching);
    if (!facts_.now) return;
    std::ranges::fill(scratch_, 0);
    index_.hours_.add_inside(*facts_.now, left_, matching, scratch_);
    policy::add_all(scratch_, matching);
    keep(scratch_);
  }

  /// Of a rule that is left: what does not say yes of it is unknown, but for hours while clocks are
  /// being changed.
  [[nodiscard]] Standing standing_of(std::size_t rule) const {
    Standing standing{.match = Match::yes, .decided_by = nullptr};
    for (std::size_t number = 0; number < policy::kPredicates.size(); ++number) {
      if (policy::has(row(number), rule)) continue;
      const policy::Predicate* predicate = policy::kPredicates[number];
      const Match match = predicate == &policy::kHours
                              ? predicate->match(index_.rules_.rules[rule], facts_)
                              : Match::unknown;
      if (match == Match::no) return {.match = Match::no, .decided_by = predicate};
      if (match == Match::unknown && standing.match == Match::yes)
        standing = {.match = Match::unknown, .decided_by = predicate};
    }
    return standing;
  }

  const RuleIndex& index_;
  const Facts& facts_;
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
  Bits left_;  // the rules that are not ruled out
  Bits scratch_;
};

std::optional<std::pair<const Rule*, Standing>> RuleIndex::find_rule(const Facts& facts) const {
  return Search(*this, facts).first();
}

}  // namespace usher
