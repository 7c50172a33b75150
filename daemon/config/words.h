// SPDX-License-Identifier: Apache-2.0
// Values that are one of a few words.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/config/text.h"
#include "daemon/config/values.h"

namespace usher::config {

template <typename Value>
struct Word {
  std::string_view name;
  Value value;
};

/// Reads one of `words` into `value`; anything else is reported and leaves it alone.
template <typename Value, std::size_t Count, typename Target>
void read_word(const Entry& entry, const std::array<Word<Value>, Count>& words, Target& value) {
  std::array<std::string_view, Count> names;
  std::ranges::transform(words, names.begin(), &Word<Value>::name);
  const auto text = read_text(entry, "a word", fmt::format("it may be {}", listed(names)));
  if (!text) return;
  const auto found = std::ranges::find(words, std::string_view(*text), &Word<Value>::name);
  if (found != words.end()) {
    value = found->value;
    return;
  }
  std::string hint = did_you_mean(*text, names);
  if (hint.empty()) hint = fmt::format("it may be {}", listed(names));
  entry.refuse(fmt::format("{} is nothing that {} may be", ticked(*text), ticked(entry.key)), hint);
}

}  // namespace usher::config
