// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace usher::interchange {
namespace {

char lower_letter(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::vector<Word> words_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<Word> words;
  std::size_t at = line.find_first_not_of(kBlanks);
  while (at != std::string_view::npos) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back({.text = line.substr(at, end - at), .at = at});
    at = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

std::optional<std::uint64_t> number_of(std::string_view text) noexcept {
  std::uint64_t number = 0;
  // from_chars takes no sign for an unsigned number and skips no blanks.
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<unsigned> small_number_of(std::string_view text) noexcept {
  const auto number = number_of(text);
  if (!number) return std::nullopt;
  return static_cast<unsigned>(
      std::min<std::uint64_t>(*number, std::numeric_limits<unsigned>::max()));
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), lower_letter);
  return lowered;
}

bool same_word(std::string_view word, std::string_view wanted) noexcept {
  return std::ranges::equal(word, wanted, {}, lower_letter);
}

std::optional<OtpAlgorithm> algorithm_of(std::string_view text) {
  constexpr std::array kAlgorithms = {
      std::pair<std::string_view, OtpAlgorithm>{"sha1", OtpAlgorithm::sha1},
      std::pair<std::string_view, OtpAlgorithm>{"sha256", OtpAlgorithm::sha256},
      std::pair<std::string_view, OtpAlgorithm>{"sha512", OtpAlgorithm::sha512},
  };
  std::string word = lower(text);
  std::erase(word, '-');
  if (word.starts_with("hmac")) word.erase(0, 4);
  for (const auto& [name, algorithm] : kAlgorithms)
    if (word == name) return algorithm;
  return std::nullopt;
}

std::optional<std::uint64_t> spent_before(std::uint64_t next) noexcept {
  if (next == 0) return std::nullopt;
  return next - 1;
}

}  // namespace usher::interchange
