// SPDX-License-Identifier: Apache-2.0
#include "daemon/model/hours.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

namespace usher {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kDay = 86'400;
/// More than any place is from UTC, and than any change of its clocks.
constexpr std::int64_t kFarthest = 2 * kDay;

using Periods = std::vector<TimeZone::Period>;

/// Days since 1970, also before it.
std::int64_t day_of(std::int64_t local) noexcept {
  return local >= 0 ? local / kDay : (local + 1) / kDay - 1;
}

/// Monday is 0; 1970 began with a Thursday.
unsigned weekday_of(std::int64_t day) noexcept {
  return static_cast<unsigned>(((day + 3) % 7 + 7) % 7);
}

Periods::const_iterator period_at(const Periods& periods, std::int64_t moment) noexcept {
  const auto next = std::ranges::upper_bound(periods.begin() + 1, periods.end(), moment, {},
                                             &TimeZone::Period::begin);
  return std::prev(next);
}

/// The moment at which the clocks of `zone` show `local`, a count of seconds like a moment's.
std::int64_t moment_of(std::int64_t local, const TimeZone& zone, ClockChange reading) noexcept {
  const Periods& periods = zone.periods;
  std::optional<std::int64_t> last;
  for (auto period = period_at(periods, local - kFarthest); period != periods.end(); ++period) {
    const bool begun = period == periods.begin();
    const bool endless = std::next(period) == periods.end();
    const std::int64_t moment = local - period->offset;
    if (!begun && moment < period->begin) {
      if (last) return *last;
      // Skipped by the change at the begin of this period.
      const std::int64_t unchanged = local - std::prev(period)->offset;
      return reading == ClockChange::earlier ? period->begin : unchanged;
    }
    if (!endless && moment >= std::next(period)->begin) continue;
    if (reading == ClockChange::earlier) return moment;
    last = moment;
  }
  return last.value_or(local - periods.back().offset);
}

LocalTime local_time(std::int64_t local) noexcept {
  const std::int64_t day = day_of(local);
  return {.weekday = weekday_of(day),
          .minutes = static_cast<std::int32_t>((local - day * kDay) / kMinute)};
}

std::string two_digits(std::int64_t number) {
  const std::string text = std::to_string(number);
  return number < 10 ? "0" + text : text;
}

}  // namespace

std::int64_t TimeZone::offset_at(std::int64_t moment) const noexcept {
  return period_at(periods, moment)->offset;
}

std::optional<LocalTime> plain_local_time(std::int64_t moment, const TimeZone& zone) noexcept {
  // Whether it is inside hangs on local times up to two days away.
  constexpr std::int64_t kFar = 3 * kDay;
  if (moment >= zone.known_until) return std::nullopt;
  const auto period = period_at(zone.periods, moment);
  const auto next = std::next(period);
  if (period != zone.periods.begin() && moment - period->begin < kFar) return std::nullopt;
  if (next != zone.periods.end() && next->begin - moment < kFar) return std::nullopt;
  return local_time(moment + period->offset);
}

bool Hours::contains(const LocalTime& time) const noexcept {
  constexpr unsigned kYesterday = 6;  // days ahead, modulo a week
  const auto begins_on = [&](unsigned weekday) { return (days >> weekday % 7 & 1U) != 0; };
  const bool over_midnight = end <= begin;
  if (begins_on(time.weekday) && time.minutes >= begin && (over_midnight || time.minutes < end))
    return true;
  return over_midnight && begins_on(time.weekday + kYesterday) && time.minutes < end;
}

bool Hours::contains(std::int64_t moment, ClockChange reading) const {
  const std::int64_t today = day_of(moment + zone->offset_at(moment));
  // What began yesterday may last until today, and what began the day before where a change of zone
  // skips or repeats a whole day; tomorrow may begin before it by such a change.
  for (std::int64_t day = today - 2; day <= today + 1; ++day) {
    if ((days >> weekday_of(day) & 1U) == 0) continue;
    const std::int64_t last_day = end <= begin ? day + 1 : day;
    if (moment >= moment_of(day * kDay + begin * kMinute, *zone, reading) &&
        moment < moment_of(last_day * kDay + end * kMinute, *zone, reading))
      return true;
  }
  return false;
}

std::string local_text(std::int64_t moment, const TimeZone& zone) {
  const LocalTime time = local_time(moment + zone.offset_at(moment));
  std::string text = day_name(time.weekday);
  text += ' ' + two_digits(time.minutes / 60) + ':' + two_digits(time.minutes % 60);
  text += ' ' + zone.name;
  return text;
}

const char* day_name(unsigned weekday) noexcept {
  static constexpr std::array kNames = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return kNames[weekday % kNames.size()];
}

}  // namespace usher
