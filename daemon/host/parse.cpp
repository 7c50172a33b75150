// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/parse.h"

#include <algorithm>
#include <charconv>

#include "usher/message.h"

namespace usher {

bool could_be_account_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kMaxName && std::ranges::none_of(name, [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7f || character == '/' || character == ':';
  });
}

std::uint64_t parse_start_time(std::string_view stat) noexcept {
  constexpr int kStateField = 3;
  constexpr int kStartTimeField = 22;
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return 0;
  stat.remove_prefix(name_end + 1);
  if (!stat.starts_with(' ')) return 0;
  stat.remove_prefix(1);
  for (int field = kStateField; field < kStartTimeField; ++field) {
    const auto space = stat.find(' ');
    if (space == std::string_view::npos) return 0;
    stat.remove_prefix(space + 1);
  }
  // A number that nothing follows may have been cut off.
  const auto end = stat.find(' ');
  if (end == std::string_view::npos) return 0;
  const char* const first = stat.data();
  const char* const last = first + end;
  std::uint64_t ticks = 0;
  const auto [rest, error] = std::from_chars(first, last, ticks);
  return error == std::errc{} && rest == last ? ticks : 0;
}

std::optional<uid_t> parse_real_uid(std::string_view status) noexcept {
  constexpr std::string_view kLine = "\nUid:\t";
  const auto line = status.find(kLine);
  if (line == std::string_view::npos) return std::nullopt;
  status.remove_prefix(line + kLine.size());
  // A number that nothing follows may have been cut off.
  const auto end = status.find('\t');
  if (end == std::string_view::npos) return std::nullopt;
  const char* const first = status.data();
  const char* const last = first + end;
  uid_t uid = 0;
  const auto [rest, error] = std::from_chars(first, last, uid);
  if (error != std::errc{} || rest != last) return std::nullopt;
  return uid;
}

}  // namespace usher
