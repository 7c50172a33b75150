// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "daemon/model/utf8.h"

namespace usher::config {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kMaxQuoted = 64;

/// Bytes that are no UTF-8 count one by one.
std::size_t step_over(const Utf8Character& character) {
  return std::max<std::size_t>(character.size, 1);
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
    const Utf8Character character = first_character(bytes);
    const bool safe = character.size > 0 && (character.code == '\t' || is_harmless(character.code));
    text += safe ? bytes.substr(0, character.size) : kReplacement;
    bytes.remove_prefix(step_over(character));
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

std::string_view characters(std::string_view utf8, std::size_t first, std::size_t count) {
  const auto skip = [](std::string_view& rest, std::size_t steps) {
    for (; steps > 0 && !rest.empty(); --steps)
      rest.remove_prefix(step_over(first_character(rest)));
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
