// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace usher::policy {

/// A rule's place in its RuleSet.
using RuleId = std::uint32_t;

/// A set of rules, a bit each.
using Bits = std::span<std::uint64_t>;
using ConstBits = std::span<const std::uint64_t>;

inline constexpr std::size_t kBitsOfWord = 64;

[[nodiscard]] constexpr std::size_t words_for_rules(std::size_t rules) noexcept {
  return (rules + kBitsOfWord - 1) / kBitsOfWord;
}

inline void add(Bits set, std::size_t rule) noexcept {
  set[rule / kBitsOfWord] |= std::uint64_t{1} << rule % kBitsOfWord;
}

[[nodiscard]] inline bool has(ConstBits set, std::size_t rule) noexcept {
  return (set[rule / kBitsOfWord] >> rule % kBitsOfWord & 1U) != 0;
}

inline void add_all(Bits set, ConstBits others) noexcept {
  std::ranges::transform(set, others, set.begin(), std::bit_or());
}

inline void keep_those_in(Bits set, ConstBits others) noexcept {
  std::ranges::transform(set, others, set.begin(), std::bit_and());
}

/// The first rule of `set` at or behind `rule`; `rules` or more where there is none.
[[nodiscard]] inline std::size_t next_in(ConstBits set, std::size_t rule) noexcept {
  std::size_t word = rule / kBitsOfWord;
  if (word >= set.size()) return rule;
  std::uint64_t rest = set[word] & ~std::uint64_t{0} << rule % kBitsOfWord;
  while (rest == 0 && ++word < set.size()) rest = set[word];
  return word * kBitsOfWord + (rest == 0 ? 0 : static_cast<std::size_t>(std::countr_zero(rest)));
}

/// The rules that have a certain value in one of their lists. Their places while they are few, else
/// a bit for each rule there is, whichever is smaller: so its size never exceeds four bytes for
/// each rule that is in it, and reading it takes no longer than reading a bit of every rule.
class RuleList {
 public:
  /// In the order of the rules; twice is as good as once.
  void add(RuleId rule) {
    if (places_.empty() || places_.back() != rule) places_.push_back(rule);
  }

  /// To be called once, after the last add().
  void finish(std::size_t words) {
    places_.shrink_to_fit();
    if (places_.size() * sizeof(RuleId) < words * sizeof(std::uint64_t)) return;
    bits_.resize(words);
    for (const RuleId rule : places_) policy::add(bits_, rule);
    places_ = {};
  }

  void add_to(Bits set) const noexcept {
    if (!bits_.empty()) add_all(set, bits_);
    for (const RuleId rule : places_) policy::add(set, rule);
  }

 private:
  std::vector<RuleId> places_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace usher::policy
