// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace usher::config {

/// `bytes` as UTF-8 that is safe on a terminal and in a log: what is no UTF-8, controls (a tab
/// stays) and marks that reorder text become U+FFFD, one for one, so that columns still count.
[[nodiscard]] std::string printable(std::string_view bytes);

/// Whether printable() would leave `bytes` alone and there is no tab in it either.
[[nodiscard]] bool is_one_printable_line(std::string_view bytes);

/// "`word`", printable, and cut where it is long.
[[nodiscard]] std::string ticked(std::string_view word);

/// "`a`, `b` or `c`".
[[nodiscard]] std::string listed(std::span<const std::string_view> words);

/// The bytes of `count` characters from character `first` on.
[[nodiscard]] std::string_view characters(std::string_view utf8, std::size_t first,
                                          std::size_t count);

[[nodiscard]] std::string_view trimmed(std::string_view text);

/// The one of `words` that was probably meant by `word`: the nearest by insertions, deletions,
/// replacements and swaps of neighbours, if it is near at all.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> words);

/// "did you mean `service`?", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> words);

}  // namespace usher::config
