// SPDX-License-Identifier: Apache-2.0
#include "ctl/times.h"

#include <charconv>
#include <ctime>
#include <limits>
#include <string>
#include <system_error>

#include "daemon/config/units.h"

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

}  // namespace

std::optional<std::int64_t> local_moment(const std::string& text) {
  std::tm local{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%d %H:%M", &local);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  local.tm_isdst = -1;
  const std::tm asked = local;
  const std::time_t moment = std::mktime(&local);
  // A day that no month has, and an hour that the clocks skip, come back as others.
  if (moment == -1 || local.tm_mday != asked.tm_mday || local.tm_hour != asked.tm_hour)
    return std::nullopt;
  return moment;
}

std::optional<std::uint32_t> span_until(std::string_view text, std::int64_t now) {
  constexpr std::string_view kYears = "y";
  std::optional<std::int64_t> seconds;
  if (text.contains('-')) {
    const auto last_minute = local_moment(std::string(text) + " 23:59");
    if (last_minute) seconds = *last_minute + 60 - now;
  } else if (text.ends_with(kYears)) {
    const auto days = config::parse_duration(std::string(text.substr(0, text.size() - 1)) + "d");
    if (days) seconds = std::int64_t{*days} * 365;
  } else if (const auto span = config::parse_duration(text)) {
    seconds = *span;
  }
  if (!seconds || *seconds <= 0 || *seconds > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  return static_cast<std::uint32_t>(*seconds);
}

std::optional<std::int64_t> since(std::string_view text, std::int64_t now) {
  if (text.contains('-')) return local_moment(std::string(text) + " 00:00");
  const auto unit = text.empty() ? std::nullopt : seconds_of(text.back());
  if (!unit) return std::nullopt;
  std::int64_t count = 0;
  const std::string digits(text.substr(0, text.size() - 1));
  const char* end = digits.data() + digits.size();
  const auto [stop, problem] = std::from_chars(digits.data(), end, count);
  if (problem != std::errc{} || stop != end || count < 0 || count > kMostBack / *unit)
    return std::nullopt;
  return now - count * *unit;
}

}  // namespace usher::ctl
