// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/moments.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <vector>

#include "daemon/config/text.h"
#include "daemon/config/zones.h"

namespace usher::config {
namespace {

constexpr std::string_view kHowToWrite =
    R"(write it like "2026-11-25 10:00 Europe/Berlin", or "2026-11-25 09:00" in UTC)";
constexpr std::string_view kPattern = "0000-00-00 00:00";

/// The digits of `text` from `first` on, as a number.
int number_at(std::string_view text, std::size_t first, std::size_t count) {
  int number = 0;
  for (const char digit : text.substr(first, count)) number = number * 10 + (digit - '0');
  return number;
}

bool has_pattern(std::string_view text) {
  if (text.size() < kPattern.size()) return false;
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == '0' ? !digit : text[i] != kPattern[i]) return false;
  }
  return true;
}

/// "2026-11-25 10:00" as seconds from 1970 to then, both by the same clock.
std::optional<std::int64_t> clock_reading(std::string_view text) {
  using namespace std::chrono;
  if (!has_pattern(text)) return std::nullopt;
  const year_month_day day(year(number_at(text, 0, 4)),
                           month(static_cast<unsigned>(number_at(text, 5, 2))),
                           std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2))));
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  if (!day.ok() || hour > 23 || minute > 59) return std::nullopt;
  return seconds(sys_days(day).time_since_epoch() + hours(hour) + minutes(minute)).count();
}

/// When the clocks of `zone` show `reading`.
std::vector<std::int64_t> moments_of(std::int64_t reading, const TimeZone& zone) {
  std::vector<std::int64_t> moments;
  for (const TimeZone::Period& period : zone.periods) {
    const std::int64_t moment = reading - period.offset;
    if (zone.offset_at(moment) == period.offset && (moments.empty() || moments.back() != moment))
      moments.push_back(moment);
  }
  return moments;
}

}  // namespace

std::optional<std::int64_t> read_moment(Document& document, const Text& text) {
  const auto refuse = [&](std::string_view message, std::string_view hint) {
    document.report(text.at, message, hint);
    return std::nullopt;
  };
  const std::string_view value = text.value;
  const auto reading = clock_reading(value);
  if (!reading) return refuse(fmt::format("{} is no day and time", ticked(value)), kHowToWrite);
  std::string_view name = trimmed(value.substr(kPattern.size()));
  if (!name.empty() && value[kPattern.size()] != ' ')
    return refuse(fmt::format("{} is no day and time", ticked(value)), kHowToWrite);
  if (name.empty()) name = "UTC";
  const auto zone = find_time_zone(name);
  if (!zone) return refuse(zone.error().message, time_zone_hint(name));
  const auto moments = moments_of(*reading, **zone);
  if (moments.size() == 1) return moments.front();
  return refuse(moments.empty() ? fmt::format("the clocks of {} skip this time", name)
                                : fmt::format("the clocks of {} show this time twice", name),
                "write the moment that you mean in UTC");
}

}  // namespace usher::config
