// SPDX-License-Identifier: Apache-2.0
// Lists with a name: written once, used in rules as "@name".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/document.h"
#include "daemon/config/values.h"
#include "daemon/model/rule.h"

namespace usher::config {

/// What the members of a set are; the section of a rule file it stands in.
enum class SetKind : std::uint8_t { services, users, groups, networks };
/// The sections, in that order.
inline constexpr std::array<std::string_view, 4> kSetSections = {"services", "users", "groups",
                                                                 "networks"};

/// One set: names, or of SetKind::networks origins.
struct NamedSet {
  SourcePosition at;
  std::vector<std::string> names;
  std::vector<Origin> origins;
};

/// The sets of all rule files; each kind has names of its own.
using Sets = std::array<std::map<std::string, NamedSet, std::less<>>, kSetSections.size()>;

/// The kind of sets that the section `name` holds; none where it holds something else.
[[nodiscard]] std::optional<SetKind> set_kind_of(std::string_view name);

/// Adds the sets of one file to `sets`, those of the files before it. What is wrong is reported;
/// a set with a mistake in it is there all the same, so that no rule is blamed for it.
void read_sets(Document& document, Sets& sets);

/// Whether a member of a rule's list stands for a set: "@office".
[[nodiscard]] bool is_set_reference(std::string_view text);

/// The set that `reference` stands for, wherever it is defined. None, and a report, where there is
/// no such set.
[[nodiscard]] const NamedSet* find_set(Document& document, const Sets& sets, SetKind kind,
                                       const Text& reference);

}  // namespace usher::config
