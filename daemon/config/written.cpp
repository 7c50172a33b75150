// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/written.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <utility>

#include "daemon/config/document.h"
#include "daemon/config/sets.h"

namespace usher::config {
namespace {

Place place_of(const Document& document, const toml::source_position& at) {
  return {.at = document.position_of(at), .source_line = document.source_line(at)};
}

void add_mentions(const Document& document, const toml::node& node,
                  std::vector<Mention>& mentions) {
  if (const auto* text = node.as_string())
    mentions.push_back({.text = text->get(), .place = place_of(document, node.source().begin)});
  if (const auto* list = node.as_array())
    for (const toml::node& element : *list) add_mentions(document, element, mentions);
}

std::string toml_text(const toml::node& node) {
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  return std::move(text).str();
}

WrittenRule written_rule(const Document& document, const toml::table& table) {
  WrittenRule rule{.place = place_of(document, table.source().begin), .keys = {}};
  for (auto&& [key, node] : table) {
    WrittenValue value{
        .key = place_of(document, key.source().begin), .text = toml_text(node), .mentions = {}};
    add_mentions(document, node, value.mentions);
    rule.keys.emplace(key.str(), std::move(value));
  }
  return rule;
}

void add_rules(const Document& document, std::vector<WrittenRule>& rules) {
  const auto* list = document.root()["rule"].as_array();
  if (list == nullptr) return;
  for (const toml::node& element : *list)
    if (const auto* table = element.as_table()) rules.push_back(written_rule(document, *table));
}

void add_members(const Document& document, SetKind kind, std::vector<Mention>& members) {
  const auto* section = document.root()[kSetSections[static_cast<std::size_t>(kind)]].as_table();
  if (section == nullptr) return;
  for (auto&& [name, node] : *section) add_mentions(document, node, members);
}

}  // namespace

std::vector<Mention> WrittenRule::named(std::string_view key) const {
  std::vector<Mention> names;
  const auto found = keys.find(key);
  if (found == keys.end()) return names;
  std::ranges::copy_if(found->second.mentions, std::back_inserter(names),
                       [](const Mention& mention) { return !is_set_reference(mention.text); });
  return names;
}

WrittenRules written_in(std::span<const Document> documents) {
  WrittenRules written;
  for (const Document& document : documents) {
    add_rules(document, written.rules);
    add_members(document, SetKind::users, written.set_users);
    add_members(document, SetKind::groups, written.set_groups);
  }
  return written;
}

}  // namespace usher::config
