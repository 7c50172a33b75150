// SPDX-License-Identifier: Apache-2.0
#include "ctl/since.h"

#include <charconv>
#include <ctime>
#include <string>
#include <system_error>

namespace usher::ctl {
namespace {

constexpr std::int64_t kMostBack = std::int64_t{100} * 366 * 86'400;

std::optional<std::int64_t> seconds_of(char unit) {
  switch (unit) {
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> begin_of_day(const std::string& text) {
  std::tm local{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%d", &local);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  local.tm_isdst = -1;
  const int day = local.tm_mday;
  const std::time_t moment = std::mktime(&local);
  if (moment == -1 || local.tm_mday != day) return std::nullopt;
  return moment;
}

}  // namespace

std::optional<std::int64_t> since(std::string_view text, std::int64_t now) {
  if (text.contains('-')) return begin_of_day(std::string(text));
  const auto unit = text.empty() ? std::nullopt : seconds_of(text.back());
  if (!unit) return std::nullopt;
  std::int64_t count = 0;
  const std::string_view digits = text.substr(0, text.size() - 1);
  const char* end = digits.data() + digits.size();
  const auto [stop, problem] = std::from_chars(digits.data(), end, count);
  if (problem != std::errc{} || stop != end || count < 0 || count > kMostBack / *unit)
    return std::nullopt;
  return now - count * *unit;
}

}  // namespace usher::ctl
