// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace usher {

/// How far local time is from UTC, and until when: a time zone as a table, so that whoever asks it
/// reads no file.
struct TimeZone {
  struct Period {
    std::int64_t begin = 0;   // seconds since 1970, UTC; the first one's is not looked at
    std::int64_t offset = 0;  // seconds east of UTC
    bool operator==(const Period&) const = default;
  };
  std::string name;             // as in the IANA database: "Europe/Berlin"
  std::vector<Period> periods;  // by `begin`, never empty; the last one goes on to `known_until`
  /// The first moment of which nobody knows what the clocks show.
  std::int64_t known_until = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] std::int64_t offset_at(std::int64_t moment) const noexcept;
};

/// What clocks show: a minute of the week.
struct LocalTime {
  unsigned weekday = 0;      // 0 is Monday
  std::int32_t minutes = 0;  // after midnight, 0 to 1439
};

/// What the clocks of `zone` show at `moment`; unset where they are changed within three days of
/// it, before or after, or where that is not known, so that it may matter to what `Hours` contain
/// how a local time is read.
[[nodiscard]] std::optional<LocalTime> plain_local_time(std::int64_t moment,
                                                        const TimeZone& zone) noexcept;

/// Of a local time that the clocks show twice, or skip, when they are changed: which moment it is.
enum class ClockChange : std::uint8_t {
  earlier = 1,  // the first of the two; of what is skipped, the moment of the change
  later,        // the second; of what is skipped, as if the clocks had not been changed yet
};

/// One entry of `hours`: from a time of day to another, on some days of the week.
struct Hours {
  static constexpr std::int32_t kMinutesOfDay = 1440;

  std::uint8_t days = 0x7f;              // those it begins on; bit 0 is Monday
  std::int32_t begin = 0;                // minutes after midnight, local time, 0 to 1439
  std::int32_t end = kMinutesOfDay;      // the first minute outside; up to `begin`: the next day's
  std::shared_ptr<const TimeZone> zone;  // never null
  std::string spelling;                  // as the rule file has it

  /// Whether `moment` (seconds since 1970, UTC) is inside.
  [[nodiscard]] bool contains(std::int64_t moment, ClockChange reading) const;
  /// The same of a moment far from a change of the clocks, where both readings agree.
  [[nodiscard]] bool contains(const LocalTime& time) const noexcept;
};

/// "Wed 14:05 Europe/Berlin": a moment as people there say it.
[[nodiscard]] std::string local_text(std::int64_t moment, const TimeZone& zone);

/// "Mon", for 0, to "Sun", for 6.
[[nodiscard]] const char* day_name(unsigned weekday) noexcept;

}  // namespace usher
