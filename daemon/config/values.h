// SPDX-License-Identifier: Apache-2.0
// Reading one TOML value of a wanted type: what does not fit becomes a finding, and no value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/document.h"

namespace usher::config {

/// A key of a table and what it was given.
struct Entry {
  Document& document;
  std::string_view key;
  const toml::node& node;

  /// Reports at the value.
  void refuse(std::string_view message, std::string_view hint = {}) const {
    document.report(node.source().begin, message, hint);
  }
};

/// A text and where it stands.
struct Text {
  std::string value;
  toml::source_position at;
};

/// "a number", "a list": what a value is, in words.
[[nodiscard]] std::string_view kind_of(const toml::node& node);

/// `wanted` ends the sentence "`key` is ..."; `hint` says how to write it.
[[nodiscard]] std::optional<std::string> read_text(const Entry& entry, std::string_view wanted,
                                                   std::string_view hint);
/// A text for the person, at most as long as a prompt; programs lay it out themselves, so it may
/// have line ends, but nothing else that is not printable. `to_say_nothing` is the hint about an
/// empty one.
[[nodiscard]] std::optional<std::string> read_shown_text(const Entry& entry,
                                                         std::string_view wanted,
                                                         std::string_view hint,
                                                         std::string_view to_say_nothing);
[[nodiscard]] std::optional<bool> read_switch(const Entry& entry);
/// A whole number, `least` to `most`.
[[nodiscard]] std::optional<std::uint32_t> read_count(const Entry& entry, std::uint32_t least,
                                                      std::uint32_t most);
/// A duration of `least` to `most` seconds.
[[nodiscard]] std::optional<std::uint32_t> read_duration(const Entry& entry, std::uint32_t least,
                                                         std::uint32_t most);
/// A list of texts, or a single text as a list of one. What is no text is reported and left out.
[[nodiscard]] std::vector<Text> read_texts(const Entry& entry);
/// The same; an empty list is reported.
[[nodiscard]] std::vector<Text> read_some_texts(const Entry& entry);

}  // namespace usher::config
