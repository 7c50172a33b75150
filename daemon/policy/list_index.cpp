// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/list_index.h"

#include <algorithm>
#include <bit>
#include <bitset>

namespace usher::policy {
namespace {

constexpr std::size_t kLengths = 129;

/// Calls `see(rule, entry)` with each entry of each rule's list; returns the rules that have none.
template <typename Entry, typename See>
std::vector<std::uint64_t> for_each_entry(const std::vector<Rule>& rules,
                                          std::vector<Entry> Rule::* list, See see) {
  std::vector<std::uint64_t> without(words_for_rules(rules.size()));
  for (std::size_t rule = 0; rule < rules.size(); ++rule) {
    if ((rules[rule].*list).empty()) add(without, rule);
    for (const Entry& entry : rules[rule].*list) see(static_cast<RuleId>(rule), entry);
  }
  return without;
}

}  // namespace

NameIndex::NameIndex(const std::vector<Rule>& rules, std::vector<std::string> Rule::* list) {
  without_ = for_each_entry(rules, list,
                            [&](RuleId rule, const std::string& name) { with_[name].add(rule); });
  for (auto& [name, with] : with_) with.finish(without_.size());
}

void NameIndex::add_with(std::string_view name, Bits set) const noexcept {
  if (const auto found = with_.find(name); found != with_.end()) found->second.add_to(set);
}

std::vector<std::string_view> NameIndex::names() const {
  std::vector<std::string_view> names;
  names.reserve(with_.size());
  for (const auto& [name, with] : with_) names.push_back(name);
  std::ranges::sort(names);
  return names;
}

OriginIndex::OriginIndex(const std::vector<Rule>& rules, std::vector<Origin> Rule::* list) {
  std::bitset<kLengths> lengths;
  without_ = for_each_entry(rules, list, [&](RuleId rule, const Origin& origin) {
    if (origin.local) return local_.add(rule);
    const int length = origin.network.length;
    networks_[{.base = prefix_of(origin.network.base, length), .length = length}].add(rule);
    lengths.set(static_cast<std::size_t>(length));
  });
  local_.finish(without_.size());
  for (auto& [network, with] : networks_) with.finish(without_.size());
  for (std::size_t length = 0; length < kLengths; ++length)
    if (lengths.test(length)) lengths_.push_back(static_cast<int>(length));
}

void OriginIndex::add_covering(const Source& source, Bits set) const noexcept {
  if (source.kind == Source::Kind::local) local_.add_to(set);
  if (source.kind != Source::Kind::address) return;
  for (const int length : lengths_) {
    const Network network{.base = prefix_of(source.address, length), .length = length};
    // A short IPv6 prefix holds no IPv4 address, whatever its bits.
    if (!network.contains(source.address)) continue;
    if (const auto found = networks_.find(network); found != networks_.end())
      found->second.add_to(set);
  }
}

std::size_t OriginIndex::Hash::operator()(const Network& network) const noexcept {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // spreads what differs in few bits
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(network.base.bytes);
  auto hash = static_cast<std::uint64_t>(network.length);
  for (const std::uint64_t half : halves) {
    hash = (hash ^ half) * kOdd;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace usher::policy
