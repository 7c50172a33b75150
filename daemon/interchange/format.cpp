// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/format.h"

#include <algorithm>
#include <array>

#include "daemon/interchange/addresses.h"
#include "daemon/interchange/lines.h"
#include "daemon/interchange/words.h"

namespace usher::interchange {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"google-authenticator", "users.oath", "otpauth",
                                                    "csv"};

/// An option of ~/.google_authenticator: nothing else has a mark and a blank at the start of a
/// line.
bool is_option(std::string_view line) {
  return line.starts_with("\" ") && line.size() > 2 && line[2] >= 'A' && line[2] <= 'Z';
}

bool is_users_oath(std::string_view line) {
  const auto words = words_of(line);
  const std::string_view type = words.front().text;
  return words.size() > 1 && (type == "HOTP" || type.starts_with("HOTP/"));
}

/// The header of a table: it names a column `secret`, and others.
bool is_header(std::string_view line) {
  constexpr std::string_view kColumn = "secret";
  if (!line.contains(',')) return false;
  for (std::size_t at = 0; at + kColumn.size() <= line.size(); ++at)
    if (same_word(line.substr(at, kColumn.size()), kColumn)) return true;
  return false;
}

}  // namespace

std::string_view name_of(Format format) noexcept {
  return kNames[static_cast<std::size_t>(format) - 1];
}

std::optional<Format> format_named(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Format>(found - kNames.begin() + 1);
}

std::span<const std::string_view> format_names() noexcept { return kNames; }

std::optional<Format> format_of(std::string_view content) {
  bool first = true;
  Lines lines(content);
  while (const auto line = lines.next()) {
    if (is_option(line->text)) return Format::google_authenticator;
    const auto words = words_of(line->text);
    if (!first || words.empty() || words.front().text.starts_with('#')) continue;
    const std::string_view text = line->text.substr(words.front().at);
    if (has_scheme(text, kOtpauthScheme) || has_scheme(text, kMigrationScheme))
      return Format::otpauth;
    if (is_users_oath(text)) return Format::users_oath;
    if (is_header(text)) return Format::csv;
    first = false;
  }
  return std::nullopt;
}

}  // namespace usher::interchange
