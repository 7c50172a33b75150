// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/config/lists.h"
#include "daemon/config/names.h"
#include "daemon/config/origins.h"
#include "daemon/config/rules.h"
#include "daemon/config/text.h"

namespace usher::config {
namespace {

constexpr std::size_t kMaxSetName = 64;  // bytes

struct Section {
  std::optional<NameKind> names;  // what its members are; none of networks
  std::string_view example;       // a line of it
};

/// In the order of SetKind.
constexpr std::array<Section, kSetSections.size()> kSections = {
    Section{NameKind::service, R"(sudo = ["sudo", "sudo-i"])"},
    Section{NameKind::user, R"(operators = ["alice", "bob"])"},
    Section{NameKind::group, R"(administrators = ["sudo", "wheel"])"},
    Section{std::nullopt, R"(office = ["192.0.2.0/24", "2001:db8::/32"])"},
};

const Section& section(SetKind kind) { return kSections[static_cast<std::size_t>(kind)]; }
std::string_view section_of(SetKind kind) { return kSetSections[static_cast<std::size_t>(kind)]; }

bool is_set_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxSetName && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void read_member(Document& document, SetKind kind, const Text& member, NamedSet& set) {
  if (is_set_reference(member.value))
    return document.report(
        member.at, fmt::format("a set can't hold another set, such as {}", ticked(member.value)),
        "list its members here too");
  if (const auto names = section(kind).names) {
    if (check_name(document, *names, member)) set.names.push_back(member.value);
  } else if (auto origin = read_origin(document, member)) {
    set.origins.push_back(std::move(*origin));
  }
}

void read_set(Document& document, SetKind kind, const toml::key& key, const toml::node& node,
              Sets& sets) {
  const auto at = key.source().begin;
  const std::string name(key.str());
  // Below a section of sets, a rule's line would be taken for a set, and the rule would be without.
  if (is_rule_key(name))
    return document.report(
        at,
        fmt::format("{} is a line of a rule, but stands under [{}]", ticked(name),
                    section_of(kind)),
        "move it up, below the [[rule]] it belongs to; a set needs another name");
  if (!is_set_name(name))
    return document.report(at, fmt::format("{} can't be the name of a set", ticked(name)),
                           fmt::format("it may have up to {} of a-z, 0-9, - and _", kMaxSetName));
  auto& named = sets[static_cast<std::size_t>(kind)];
  if (const auto other = named.find(name); other != named.end())
    return document.report(
        at, fmt::format("there is already a set {} of {}", ticked("@" + name), section_of(kind)),
        fmt::format("the other stands at {}:{}; mask that file, or choose another name",
                    other->second.at.file, other->second.at.line));
  NamedSet& set = named[name];
  set.at = document.position_of(at);
  for (const Text& member : read_some_texts({document, name, node}))
    read_member(document, kind, member, set);
}

}  // namespace

std::optional<SetKind> set_kind_of(std::string_view name) {
  const auto found = std::ranges::find(kSetSections, name);
  if (found == kSetSections.end()) return std::nullopt;
  return static_cast<SetKind>(found - kSetSections.begin());
}

void read_sets(Document& document, Sets& sets) {
  for (auto&& [key, node] : document.root()) {
    const auto kind = set_kind_of(key.str());
    if (!kind) continue;
    const auto* table = node.as_table();
    if (table == nullptr) {
      document.report(
          key.source().begin,
          fmt::format("{} is a section of named sets, not {}", ticked(key.str()), kind_of(node)),
          fmt::format("write [{}] alone on a line, and below it a line like {}", key.str(),
                      section(*kind).example));
      continue;
    }
    for (auto&& [name, members] : *table) read_set(document, *kind, name, members, sets);
  }
}

bool is_set_reference(std::string_view text) { return text.starts_with('@'); }

const NamedSet* find_set(Document& document, const Sets& sets, SetKind kind,
                         const Text& reference) {
  const auto& named = sets[static_cast<std::size_t>(kind)];
  const std::string_view name = std::string_view(reference.value).substr(1);
  if (const auto found = named.find(name); found != named.end()) return &found->second;

  std::vector<std::string_view> names;
  names.reserve(named.size());
  for (const auto& [known, set] : named) names.push_back(known);
  std::string hint;
  if (const auto meant = nearest(name, names))
    hint = fmt::format("did you mean `@{}`?", *meant);
  else
    hint = fmt::format("define it under [{}], with a line like {}", section_of(kind),
                       section(kind).example);
  document.report(
      reference.at,
      fmt::format("there is no set {} of {}", ticked(reference.value), section_of(kind)), hint);
  return nullptr;
}

}  // namespace usher::config
