// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace usher::config {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kMaxQuoted = 64;

struct Character {
  std::size_t size = 1;  // in bytes
  bool valid = false;
  std::uint32_t code = 0;
};

std::size_t size_by_lead(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

/// The character at the start of `bytes`, which is not empty (RFC 3629: shortest form, no
/// surrogates, nothing above U+10FFFF).
Character next_character(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::size_t size = size_by_lead(at(0));
  if (size == 0 || size > bytes.size()) return {};
  if (size == 1) return {.size = 1, .valid = true, .code = at(0)};
  std::uint32_t code = at(0) & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xc0U) != 0x80) return {};
    code = code << 6U | (at(i) & 0x3fU);
  }
  const std::uint32_t least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {.size = size, .valid = true, .code = code};
}

bool is_safe(const Character& character) {
  const std::uint32_t code = character.code;
  const bool control = (code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0);
  const bool line_end = code == 0x2028 || code == 0x2029;
  const bool reorders = code == 0x061c || (code >= 0x200e && code <= 0x200f) ||
                        (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return character.valid && !control && !line_end && !reorders;
}

std::size_t distance(std::string_view from, std::string_view to) {
  const std::size_t width = to.size() + 1;
  std::vector<std::size_t> cost((from.size() + 1) * width);
  for (std::size_t i = 0; i <= from.size(); ++i) {
    for (std::size_t j = 0; j <= to.size(); ++j) {
      std::size_t& here = cost[i * width + j];
      if (i == 0 || j == 0) {
        here = i + j;
        continue;
      }
      const std::size_t replace =
          cost[(i - 1) * width + j - 1] + (from[i - 1] == to[j - 1] ? 0U : 1U);
      here = std::min({cost[(i - 1) * width + j] + 1, cost[i * width + j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) here = std::min(here, cost[(i - 2) * width + j - 2] + 1);
    }
  }
  return cost.back();
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Character character = next_character(bytes);
    text += is_safe(character) ? bytes.substr(0, character.size) : kReplacement;
    bytes.remove_prefix(character.size);
  }
  return text;
}

bool is_one_printable_line(std::string_view bytes) {
  return !bytes.contains('\t') && printable(bytes) == bytes;
}

std::string ticked(std::string_view word) {
  const std::string safe = printable(word);
  const bool cut = length_of(safe) > kMaxQuoted;
  return fmt::format("`{}{}`", characters(safe, 0, kMaxQuoted), cut ? "…" : "");
}

std::string listed(std::span<const std::string_view> words) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
    list += fmt::format("`{}`", words[i]);
  }
  return list;
}

std::size_t length_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0U) != 0x80; }));
}

std::string_view characters(std::string_view utf8, std::size_t first, std::size_t count) {
  const auto skip = [](std::string_view& rest, std::size_t steps) {
    for (; steps > 0 && !rest.empty(); --steps) rest.remove_prefix(next_character(rest).size);
  };
  skip(utf8, first);
  std::string_view rest = utf8;
  skip(rest, count);
  return utf8.substr(0, utf8.size() - rest.size());
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> words) {
  if (word.size() > kMaxQuoted) return std::nullopt;
  std::optional<std::string_view> best;
  // A third of the letters may be wrong: more, and the guess is no help.
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : words) {
    const std::size_t candidate_distance = distance(word, candidate);
    if (candidate_distance >= best_distance) continue;
    best = candidate;
    best_distance = candidate_distance;
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> words) {
  const auto meant = nearest(word, words);
  return meant ? fmt::format("did you mean `{}`?", *meant) : std::string{};
}

}  // namespace usher::config
