// SPDX-License-Identifier: Apache-2.0
// The rules as their author wrote them: where each word stands. For those who review rules; whoever
// follows them needs daemon/config/config.h alone.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"

namespace usher::config {

class Document;

/// A place and the line there, printable.
struct Place {
  SourcePosition at;
  std::string source_line;
};

/// A name and where it stands.
struct Mention {
  std::string text;
  Place place;
};

/// What follows a key of a rule.
struct WrittenValue {
  Place key;
  std::string text;               // as TOML, in one spelling whatever the author's was
  std::vector<Mention> mentions;  // the texts in it, sets as "@name"
};

struct WrittenRule {
  Place place;  // of [[rule]]
  std::map<std::string, WrittenValue, std::less<>> keys;

  /// The texts of a list, but for those that stand for a set; none where the rule has no such list.
  [[nodiscard]] std::vector<Mention> named(std::string_view key) const;
};

struct WrittenRules {
  std::vector<WrittenRule> rules;  // one for one those of the RuleSet
  std::vector<Mention> set_users;  // the members of the sets of users
  std::vector<Mention> set_groups;
};

/// A configuration without mistakes, and how it is written.
struct Reading {
  Configuration configuration;
  WrittenRules written;
};

/// Reads as load_configuration() does, refuses the same, and keeps the places too.
[[nodiscard]] std::expected<Reading, std::vector<Finding>> read_configuration(
    const std::filesystem::path& file);

/// What stands in rule files, in their order, that have no mistakes.
[[nodiscard]] WrittenRules written_in(std::span<const Document> documents);

}  // namespace usher::config
