// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/parse.h"

#include <algorithm>
#include <charconv>

#include "usher/message.h"

namespace usher {
namespace {

template <typename Number>
bool read_number(std::string_view text, Number& number) noexcept {
  const char* const first = text.data();
  const char* const last = first + text.size();
  const auto [rest, error] = std::from_chars(first, last, number);
  return error == std::errc{} && rest == last;
}

}  // namespace

bool could_be_account_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kMaxName && std::ranges::none_of(name, [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7f || character == '/' || character == ':';
  });
}

std::optional<ProcessStat> parse_stat(std::string_view stat) noexcept {
  constexpr int kStateField = 3;
  constexpr int kParentField = 4;
  constexpr int kSessionField = 6;
  constexpr int kStartTimeField = 22;
  const auto name_begin = stat.find('(');
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || name_begin >= name_end) return std::nullopt;
  ProcessStat read{.name = stat.substr(name_begin + 1, name_end - name_begin - 1)};
  stat.remove_prefix(name_end + 1);
  if (!stat.starts_with(' ')) return std::nullopt;
  stat.remove_prefix(1);
  for (int field = kStateField;; ++field) {
    // A field that nothing follows may have been cut off.
    const auto space = stat.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const std::string_view text = stat.substr(0, space);
    if (field == kParentField && !read_number(text, read.parent)) return std::nullopt;
    if (field == kSessionField && !read_number(text, read.session)) return std::nullopt;
    if (field == kStartTimeField)
      return read_number(text, read.start_time) ? std::optional(read) : std::nullopt;
    stat.remove_prefix(space + 1);
  }
}

std::optional<std::uint32_t> parse_lone_number(std::string_view text) noexcept {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::uint32_t number = 0;
  if (text.empty() || !read_number(text, number)) return std::nullopt;
  return number;
}

std::optional<uid_t> parse_real_uid(std::string_view status) noexcept {
  constexpr std::string_view kLine = "\nUid:\t";
  const auto line = status.find(kLine);
  if (line == std::string_view::npos) return std::nullopt;
  status.remove_prefix(line + kLine.size());
  // A number that nothing follows may have been cut off.
  const auto end = status.find('\t');
  if (end == std::string_view::npos) return std::nullopt;
  uid_t uid = 0;
  if (!read_number(status.substr(0, end), uid)) return std::nullopt;
  return uid;
}

}  // namespace usher
