// SPDX-License-Identifier: Apache-2.0
// For each list that rules have: which rules have a given value in it, without a look at the
// others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/model/network.h"
#include "daemon/model/rule.h"
#include "daemon/policy/rule_bits.h"

namespace usher::policy {

/// Of a list of names. Its names are those of `rules`, which must stay where they are.
class NameIndex {
 public:
  NameIndex(const std::vector<Rule>& rules, std::vector<std::string> Rule::* list);

  /// Adds the rules that have no such list.
  void add_without(Bits set) const noexcept { add_all(set, without_); }
  /// Adds the rules that have `name` in it.
  void add_with(std::string_view name, Bits set) const noexcept;
  /// Every name once, in order.
  [[nodiscard]] std::vector<std::string_view> names() const;

 private:
  std::vector<std::uint64_t> without_;
  std::unordered_map<std::string_view, RuleList> with_;
};

/// Of `from` or `not_from`.
class OriginIndex {
 public:
  OriginIndex(const std::vector<Rule>& rules, std::vector<Origin> Rule::* list);

  void add_without(Bits set) const noexcept { add_all(set, without_); }
  /// Adds the rules with an origin that covers `source`: a look-up for each length of prefix that
  /// any rule has. None where the source is unknown.
  void add_covering(const Source& source, Bits set) const noexcept;

 private:
  struct Hash {
    std::size_t operator()(const Network& network) const noexcept;
  };

  std::vector<std::uint64_t> without_;
  RuleList local_;
  std::unordered_map<Network, RuleList, Hash> networks_;  // none has a bit set below its prefix
  std::vector<int> lengths_;
};

}  // namespace usher::policy
