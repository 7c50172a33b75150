// SPDX-License-Identifier: Apache-2.0
// Hours of real places, over the days on which their clocks are changed.
#include "daemon/config/hours.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/document.h"
#include "daemon/config/zones.h"
#include "tests/unit/config/rule_file.h"

namespace usher::config {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

Hours hours(const std::string& text) {
  Document document("f", "x = 1\n");
  const auto read = read_hours(document, {.value = text, .at = {}});
  for (const Finding& finding : document.findings()) ADD_FAILURE() << render(finding);
  return read.value_or(Hours{.zone = find_time_zone("UTC").value_or(nullptr)});
}

/// Seconds since 1970 of a moment in UTC.
std::int64_t utc(int y, unsigned month, unsigned day, int hour, int minute, int second = 0) {
  const sys_days date = year(y) / static_cast<int>(month) / static_cast<int>(day);
  return std::int64_t{date.time_since_epoch().count()} * 86'400 + hour * 3'600 + minute * 60 +
         second;
}

/// "in", "out", or "?" where the two readings of a change of the clocks differ.
std::string at(const Hours& window, std::int64_t moment) {
  const bool earlier = window.contains(moment, ClockChange::earlier);
  const bool later = window.contains(moment, ClockChange::later);
  if (earlier != later) return "?";
  return earlier ? "in" : "out";
}

TEST(Hours, AreFromTheFirstMinuteToTheLast) {
  const Hours day = hours("08:00-18:00 UTC");
  EXPECT_EQ(at(day, utc(2026, 6, 1, 7, 59, 59)), "out");
  EXPECT_EQ(at(day, utc(2026, 6, 1, 8, 0)), "in");
  EXPECT_EQ(at(day, utc(2026, 6, 1, 17, 59, 59)), "in");
  EXPECT_EQ(at(day, utc(2026, 6, 1, 18, 0)), "out");
  EXPECT_EQ(at(day, utc(1969, 6, 1, 8, 0)), "in");
  EXPECT_EQ(at(day, utc(2200, 6, 1, 7, 59)), "out");
}

TEST(Hours, DaysAreThoseOnWhichTheyBegin) {
  const Hours night = hours("Fri 22:00-06:00 UTC");
  EXPECT_EQ(at(night, utc(2026, 6, 5, 21, 59)), "out");  // a Friday
  EXPECT_EQ(at(night, utc(2026, 6, 5, 22, 0)), "in");
  EXPECT_EQ(at(night, utc(2026, 6, 6, 5, 59)), "in");
  EXPECT_EQ(at(night, utc(2026, 6, 6, 6, 0)), "out");
  EXPECT_EQ(at(night, utc(2026, 6, 6, 22, 0)), "out");
  const Hours sunday = hours("Sun 22:00-06:00 UTC");
  EXPECT_EQ(at(sunday, utc(2026, 6, 8, 5, 0)), "in");  // a Monday
}

TEST(Hours, DaysMayBeSeveralOverTheEndOfTheWeekAndInAnyCase) {
  EXPECT_EQ(hours("Mon UTC").days, 0x01);
  EXPECT_EQ(hours("Mon-Fri UTC").days, 0x1f);
  EXPECT_EQ(hours("Sat-Tue UTC").days, 0x63);
  EXPECT_EQ(hours("sat,SUN UTC").days, 0x60);
  EXPECT_EQ(hours("Mon-Wed,Fri UTC").days, 0x17);
  EXPECT_EQ(hours("Tue-Mon UTC").days, 0x7f);
  EXPECT_EQ(hours("08:00-18:00 UTC").days, 0x7f);
  const Hours whole = hours("Sat UTC");
  EXPECT_EQ(at(whole, utc(2026, 6, 5, 23, 59, 59)), "out");
  EXPECT_EQ(at(whole, utc(2026, 6, 6, 0, 0)), "in");
  EXPECT_EQ(at(whole, utc(2026, 6, 6, 23, 59, 59)), "in");
  EXPECT_EQ(at(whole, utc(2026, 6, 7, 0, 0)), "out");
}

TEST(Hours, AreLocal) {
  EXPECT_EQ(at(hours("08:00-18:00 Asia/Kathmandu"), utc(2026, 6, 1, 2, 14)), "out");
  EXPECT_EQ(at(hours("08:00-18:00 Asia/Kathmandu"), utc(2026, 6, 1, 2, 15)), "in");
  EXPECT_EQ(at(hours("08:00-18:00 Europe/Berlin"), utc(2026, 1, 15, 7, 0)), "in");
  EXPECT_EQ(at(hours("08:00-18:00 Europe/Berlin"), utc(2026, 7, 15, 6, 0)), "in");
  EXPECT_EQ(at(hours("08:00-18:00 Europe/Berlin"), utc(2026, 7, 15, 5, 59)), "out");
  // Where the day is another one than in UTC.
  EXPECT_EQ(at(hours("Sat Pacific/Kiritimati"), utc(2026, 6, 5, 10, 0)), "in");
  EXPECT_EQ(at(hours("Sat Pacific/Pago_Pago"), utc(2026, 6, 7, 10, 59)), "in");
}

// Europe/Berlin, 2026-10-25: at 01:00 UTC the clocks go from 03:00 back to 02:00.

TEST(Hours, OfATimeThatIsShownTwiceCanBeMeantEitherWay) {
  const Hours until = hours("22:00-02:30 Europe/Berlin");
  EXPECT_EQ(at(until, utc(2026, 10, 25, 0, 29)), "in");   // 02:29, the first time
  EXPECT_EQ(at(until, utc(2026, 10, 25, 0, 30)), "?");    // 02:30, the first time
  EXPECT_EQ(at(until, utc(2026, 10, 25, 1, 29)), "?");    // 02:29, the second time
  EXPECT_EQ(at(until, utc(2026, 10, 25, 1, 30)), "out");  // 02:30, the second time
  const Hours from = hours("02:30-06:00 Europe/Berlin");
  EXPECT_EQ(at(from, utc(2026, 10, 25, 0, 29)), "out");
  EXPECT_EQ(at(from, utc(2026, 10, 25, 0, 30)), "?");
  EXPECT_EQ(at(from, utc(2026, 10, 25, 1, 29)), "?");
  EXPECT_EQ(at(from, utc(2026, 10, 25, 1, 30)), "in");
  EXPECT_EQ(at(from, utc(2026, 10, 25, 5, 0)), "out");
}

TEST(Hours, ThatAreNotAboutTheChangeAreNotTouchedByIt) {
  const Hours night = hours("22:00-06:00 Europe/Berlin");
  for (int minute = 0; minute < 8 * 60 + 60; ++minute)  // an hour longer than it looks
    EXPECT_EQ(at(night, utc(2026, 10, 24, 20, 0) + minute * 60), "in") << minute;
  EXPECT_EQ(at(night, utc(2026, 10, 25, 5, 0)), "out");
  const Hours spring = hours("22:00-06:00 Europe/Berlin");
  for (int minute = 0; minute < 7 * 60; ++minute)
    EXPECT_EQ(at(spring, utc(2026, 3, 28, 21, 0) + minute * 60), "in") << minute;
  EXPECT_EQ(at(spring, utc(2026, 3, 29, 4, 0)), "out");
}

// Europe/Berlin, 2026-03-29: at 01:00 UTC the clocks go from 02:00 on to 03:00.

TEST(Hours, OfATimeThatIsSkippedCanBeMeantEitherWay) {
  const Hours from = hours("02:30-06:00 Europe/Berlin");
  EXPECT_EQ(at(from, utc(2026, 3, 29, 0, 59)), "out");
  EXPECT_EQ(at(from, utc(2026, 3, 29, 1, 0)), "?");   // 03:00
  EXPECT_EQ(at(from, utc(2026, 3, 29, 1, 29)), "?");  // 03:29
  EXPECT_EQ(at(from, utc(2026, 3, 29, 1, 30)), "in");
  const Hours until = hours("22:00-02:30 Europe/Berlin");
  EXPECT_EQ(at(until, utc(2026, 3, 29, 0, 59)), "in");
  EXPECT_EQ(at(until, utc(2026, 3, 29, 1, 0)), "?");
  EXPECT_EQ(at(until, utc(2026, 3, 29, 1, 30)), "out");
}

TEST(Hours, KnowAChangeOfHalfAnHour) {
  // Australia/Lord_Howe, 2026-04-04 15:00 UTC: from 02:00 back to 01:30.
  const Hours until = hours("22:00-01:45 Australia/Lord_Howe");
  EXPECT_EQ(at(until, utc(2026, 4, 4, 14, 44)), "in");
  EXPECT_EQ(at(until, utc(2026, 4, 4, 14, 45)), "?");
  EXPECT_EQ(at(until, utc(2026, 4, 4, 15, 14)), "?");
  EXPECT_EQ(at(until, utc(2026, 4, 4, 15, 15)), "out");
}

/// Whatever clocks do, also at midnight, as Havana's do.
TEST(Hours, OfAllDaysLeaveNoGap) {
  for (const char* zone : {"UTC", "Europe/Berlin", "America/Havana", "America/New_York",
                           "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"}) {
    const Hours always = hours(std::string("00:00-24:00 ") + zone);
    for (std::int64_t moment = utc(2026, 1, 1, 0, 0); moment < utc(2027, 1, 1, 0, 0); moment += 900)
      ASSERT_EQ(at(always, moment), "in") << zone << ' ' << moment;
  }
  // Apia had no 30 December 2011 at all.
  const Hours always = hours("00:00-24:00 Pacific/Apia");
  for (std::int64_t moment = utc(2011, 12, 28, 0, 0); moment < utc(2012, 1, 2, 0, 0); moment += 900)
    ASSERT_EQ(at(always, moment), "in") << moment;
}

/// What is open for some hours a day is neither open for days nor never.
TEST(Hours, AreOpenAsLongAsTheySay) {
  for (const char* zone : {"Europe/Berlin", "America/Havana", "America/New_York"}) {
    const Hours day = hours(std::string("08:00-18:00 ") + zone);
    const Hours night = hours(std::string("18:00-08:00 ") + zone);
    int open = 0;
    for (std::int64_t moment = utc(2026, 1, 1, 12, 0); moment < utc(2027, 1, 1, 12, 0);
         moment += 900) {
      open += at(day, moment) == "in" ? 1 : 0;
      EXPECT_NE(at(day, moment), at(night, moment)) << zone << ' ' << moment;
    }
    EXPECT_EQ(open, 365 * 10 * 4) << zone;
  }
}

/// What the clocks show in a hundred years is a guess where they are changed, and none where they
/// are not.
TEST(TimeZones, KnowHowFarTheirFilesGo) {
  const auto berlin = find_time_zone("Europe/Berlin");
  ASSERT_TRUE(berlin);
  EXPECT_GT((*berlin)->known_until, utc(2030, 1, 1, 0, 0));
  EXPECT_LT((*berlin)->known_until, utc(2100, 1, 1, 0, 0));
  const auto kathmandu = find_time_zone("Asia/Kathmandu");
  ASSERT_TRUE(kathmandu);
  EXPECT_EQ((*kathmandu)->known_until, std::numeric_limits<std::int64_t>::max());
}

TEST(TimeZones, TellTheTimeAsPeopleThereDo) {
  const auto berlin = find_time_zone("Europe/Berlin");
  ASSERT_TRUE(berlin);
  EXPECT_EQ(local_text(utc(2026, 7, 15, 22, 5), **berlin), "Thu 00:05 Europe/Berlin");
  EXPECT_EQ(local_text(utc(1969, 12, 31, 22, 5), **berlin), "Wed 23:05 Europe/Berlin");
}

TEST(TimeZones, AreFoundByTheirNamesAlone) {
  for (const char* name :
       {"", "utc", "europe/berlin", "/usr/share/zoneinfo/UTC", "../UTC", "local"})
    EXPECT_FALSE(find_time_zone(name)) << name;
  EXPECT_EQ(time_zone_hint("Europe/Berlim"), "did you mean `Europe/Berlin`?");
  EXPECT_TRUE(local_time_zone());
}

TEST(RuleHours, AreReadFromARule) {
  Document document("f",
                    "[[rule]]\nname = \"r\"\nhours = [\"Mon-Fri 08:00-18:00 UTC\", \"Sat UTC\"]\n"
                    "mode = \"observe\"\ntty = \"tty1\"\ndeny = true\n");
  std::vector<Rule> rules;
  read_rules(document, {}, rules);
  ASSERT_EQ(rules.size(), 1U);
  ASSERT_EQ(rules[0].hours.size(), 2U);
  EXPECT_EQ(rules[0].hours[0].spelling, "Mon-Fri 08:00-18:00 UTC");
  EXPECT_TRUE(rules[0].observe);
  EXPECT_EQ(rules[0].ttys, std::vector<std::string>{"tty1"});
  EXPECT_TRUE(document.findings().empty());
}

}  // namespace
}  // namespace usher::config
