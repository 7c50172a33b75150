// SPDX-License-Identifier: Apache-2.0
// What `hours` make of days on which the clocks change, in real zones and in one built by hand.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/config/document.h"
#include "daemon/config/hours.h"
#include "daemon/config/zones.h"
#include "daemon/policy/rule_index.h"
#include "tests/unit/policy/rules_for_test.h"

namespace usher {
namespace {

/// A moment, as "2026-03-29 01:00" has it in UTC.
std::int64_t utc_moment(const std::string& text) {
  using namespace std::chrono;
  const auto number = [&](std::size_t at, std::size_t length) {
    return std::stoi(text.substr(at, length));
  };
  const sys_days day = year(number(0, 4)) / number(5, 2) / number(8, 2);
  return sys_seconds(day).time_since_epoch().count() + number(11, 2) * 3'600 + number(14, 2) * 60;
}

/// "in", "out" or "unknown", of which the last is to deny.
std::string standing(const Hours& hours, std::int64_t now) {
  Rule rule = testing::rule_named("hours");
  rule.hours = {hours};
  const RuleSet rules = testing::rule_set({rule});
  const RuleIndex index(rules);
  const Facts facts{.service = "sshd", .tty = "ssh", .now = now};
  const Decision decision = judge(rules, facts);
  EXPECT_EQ(judge(index, facts).reason, decision.reason);
  EXPECT_EQ(judge(index, facts).kind, decision.kind);
  if (decision.kind == Decision::Kind::ask) return "in";
  EXPECT_EQ(decision.kind, Decision::Kind::denied);
  return decision.rule != nullptr ? "unknown" : "out";
}

Hours hours_of(const std::string& spelling) {
  config::Document document("50-example.toml", "");
  const auto hours = config::read_hours(document, {.value = spelling, .at = {}});
  for (const Finding& finding : document.findings()) ADD_FAILURE() << render(finding);
  return hours.value_or(testing::hours_in_utc("failed", 0, 0, 0));
}

struct Case {
  std::string_view hours;
  std::string_view utc;
  std::string_view expected;
};

class ClockChanges : public ::testing::TestWithParam<Case> {};

TEST_P(ClockChanges, AreReadAsTheClocksShowThemOrNotAtAll) {
  const Case& each = GetParam();
  EXPECT_EQ(standing(hours_of(std::string(each.hours)), utc_moment(std::string(each.utc))),
            each.expected)
      << each.hours << " at " << each.utc;
}

constexpr std::string_view kBerlinRepeated = "02:30-04:00 Europe/Berlin";
constexpr std::string_view kBerlinUntil = "01:00-02:30 Europe/Berlin";

// Berlin, 2026-10-25: 02:00 to 03:00 is shown from 00:00 and again from 01:00 UTC.
INSTANTIATE_TEST_SUITE_P(
    Back, ClockChanges,
    ::testing::Values(
        Case{kBerlinRepeated, "2026-10-25 00:29", "out"},
        Case{kBerlinRepeated, "2026-10-25 00:30", "unknown"},
        Case{kBerlinRepeated, "2026-10-25 01:29", "unknown"},
        Case{kBerlinRepeated, "2026-10-25 01:30", "in"},
        Case{kBerlinRepeated, "2026-10-25 02:59", "in"},
        Case{kBerlinRepeated, "2026-10-25 03:00", "out"},
        Case{kBerlinUntil, "2026-10-24 22:59", "out"}, Case{kBerlinUntil, "2026-10-24 23:00", "in"},
        Case{kBerlinUntil, "2026-10-25 00:29", "in"},
        Case{kBerlinUntil, "2026-10-25 00:30", "unknown"},
        Case{kBerlinUntil, "2026-10-25 01:29", "unknown"},
        Case{kBerlinUntil, "2026-10-25 01:30", "out"},
        // Over midnight and the week's end: Saturday's night ends on Sunday.
        Case{"Sat 22:00-06:00 Europe/Berlin", "2026-10-24 20:00", "in"},
        Case{"Sat 22:00-06:00 Europe/Berlin", "2026-10-25 00:30", "in"},
        Case{"Sat 22:00-06:00 Europe/Berlin", "2026-10-25 04:59", "in"},
        Case{"Sat 22:00-06:00 Europe/Berlin", "2026-10-25 05:00", "out"},
        Case{"Sun 22:00-06:00 Europe/Berlin", "2026-10-26 04:59", "in"},
        Case{"Sun 22:00-06:00 Europe/Berlin", "2026-10-26 05:00", "out"},
        Case{"Sun 22:00-06:00 Europe/Berlin", "2026-10-25 00:30", "out"},
        Case{"Sun Europe/Berlin", "2026-10-24 21:59", "out"},
        Case{"Sun Europe/Berlin", "2026-10-24 22:00", "in"},
        Case{"Sun Europe/Berlin", "2026-10-25 22:59", "in"},
        Case{"Sun Europe/Berlin", "2026-10-25 23:00", "out"},
        // New York, 2026-11-01: 01:00 to 02:00 is shown from 05:00 and again from 06:00 UTC.
        Case{"01:30-03:00 America/New_York", "2026-11-01 05:29", "out"},
        Case{"01:30-03:00 America/New_York", "2026-11-01 05:30", "unknown"},
        Case{"01:30-03:00 America/New_York", "2026-11-01 06:29", "unknown"},
        Case{"01:30-03:00 America/New_York", "2026-11-01 06:30", "in"},
        Case{"01:30-03:00 America/New_York", "2026-11-01 08:00", "out"},
        // Lord Howe, 2026-04-05: 01:30 to 02:00 is shown from 14:30 and again from 15:00 UTC.
        Case{"01:45-03:00 Australia/Lord_Howe", "2026-04-04 14:44", "out"},
        Case{"01:45-03:00 Australia/Lord_Howe", "2026-04-04 14:45", "unknown"},
        Case{"01:45-03:00 Australia/Lord_Howe", "2026-04-04 15:14", "unknown"},
        Case{"01:45-03:00 Australia/Lord_Howe", "2026-04-04 15:15", "in"},
        Case{"01:45-03:00 Australia/Lord_Howe", "2026-04-04 16:30", "out"},
        // Havana, 2026-11-01: the hour after midnight is shown from 04:00 and again from 05:00 UTC.
        Case{"Sun America/Havana", "2026-11-01 03:59", "out"},
        Case{"Sun America/Havana", "2026-11-01 04:00", "unknown"},
        Case{"Sun America/Havana", "2026-11-01 04:59", "unknown"},
        Case{"Sun America/Havana", "2026-11-01 05:00", "in"},
        Case{"Sun America/Havana", "2026-11-02 04:59", "in"},
        Case{"Sun America/Havana", "2026-11-02 05:00", "out"}));

// Berlin, 2026-03-29: 02:00 to 03:00 is skipped, at 01:00 UTC.
INSTANTIATE_TEST_SUITE_P(
    Forward, ClockChanges,
    ::testing::Values(Case{kBerlinRepeated, "2026-03-29 00:59", "out"},
                      Case{kBerlinRepeated, "2026-03-29 01:00", "unknown"},
                      Case{kBerlinRepeated, "2026-03-29 01:29", "unknown"},
                      Case{kBerlinRepeated, "2026-03-29 01:30", "in"},
                      Case{kBerlinRepeated, "2026-03-29 02:00", "out"},
                      Case{kBerlinUntil, "2026-03-29 00:59", "in"},
                      Case{kBerlinUntil, "2026-03-29 01:00", "unknown"},
                      Case{kBerlinUntil, "2026-03-29 01:29", "unknown"},
                      Case{kBerlinUntil, "2026-03-29 01:30", "out"},
                      Case{"Sat 22:00-06:00 Europe/Berlin", "2026-03-29 03:59", "in"},
                      Case{"Sat 22:00-06:00 Europe/Berlin", "2026-03-29 04:00", "out"},
                      Case{"Sun Europe/Berlin", "2026-03-28 23:00", "in"},
                      Case{"Sun Europe/Berlin", "2026-03-29 21:59", "in"},
                      Case{"Sun Europe/Berlin", "2026-03-29 22:00", "out"},
                      // New York, 2026-03-08: 02:00 to 03:00 is skipped, at 07:00 UTC.
                      Case{"02:30-04:00 America/New_York", "2026-03-08 06:59", "out"},
                      Case{"02:30-04:00 America/New_York", "2026-03-08 07:00", "unknown"},
                      Case{"02:30-04:00 America/New_York", "2026-03-08 07:30", "in"},
                      Case{"02:30-04:00 America/New_York", "2026-03-08 08:00", "out"},
                      // Lord Howe, 2026-10-04: 02:00 to 02:30 is skipped, at 15:30 UTC.
                      Case{"02:15-04:00 Australia/Lord_Howe", "2026-10-03 15:29", "out"},
                      Case{"02:15-04:00 Australia/Lord_Howe", "2026-10-03 15:30", "unknown"},
                      Case{"02:15-04:00 Australia/Lord_Howe", "2026-10-03 15:44", "unknown"},
                      Case{"02:15-04:00 Australia/Lord_Howe", "2026-10-03 15:45", "in"},
                      Case{"02:15-04:00 Australia/Lord_Howe", "2026-10-03 17:00", "out"},
                      // Havana, 2026-03-08: Sunday begins at 01:00, at 05:00 UTC.
                      Case{"Sun America/Havana", "2026-03-08 04:59", "out"},
                      Case{"Sun America/Havana", "2026-03-08 05:00", "in"},
                      Case{"Sat America/Havana", "2026-03-08 04:59", "in"},
                      Case{"Sat America/Havana", "2026-03-08 05:00", "out"},
                      // Kathmandu never changes: 5:45 ahead.
                      Case{"Mon-Fri 08:00-18:00 Asia/Kathmandu", "2026-03-30 02:14", "out"},
                      Case{"Mon-Fri 08:00-18:00 Asia/Kathmandu", "2026-03-30 02:15", "in"},
                      Case{"Mon-Fri 08:00-18:00 Asia/Kathmandu", "2026-03-30 12:14", "in"},
                      Case{"Mon-Fri 08:00-18:00 Asia/Kathmandu", "2026-03-30 12:15", "out"}));

TEST(ClockChangesOfAnyZone, AllDaysAndTimesAreNeverUnknown) {
  for (const char* zone : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                           "Asia/Kathmandu", "America/Havana", "UTC"}) {
    const Hours always = hours_of(std::string("00:00-24:00 ") + zone);
    for (const char* day : {"2026-03-07 00:00", "2026-03-28 00:00", "2026-04-04 00:00",
                            "2026-10-03 00:00", "2026-10-24 00:00", "2026-10-31 12:00"})
      for (int minutes = 0; minutes < 2 * 1440; minutes += 15)
        EXPECT_EQ(standing(always, utc_moment(day) + minutes * 60), "in")
            << zone << " " << day << " + " << minutes;
  }
}

/// An hour is repeated at the hundredth day's noon, and skipped at the two hundredth's.
TEST(ClockChangesOfAnyZone, ATableBuiltByHandHasThemToo) {
  constexpr std::int64_t kDay = 86'400;
  constexpr std::int64_t kHour = 3'600;
  const auto zone = std::make_shared<TimeZone>(
      TimeZone{.name = "By/Hand",
               .periods = {{.begin = 0, .offset = kHour},
                           {.begin = 100 * kDay + 11 * kHour, .offset = 0},
                           {.begin = 200 * kDay + 12 * kHour, .offset = kHour}}});
  Hours hours = testing::hours_in_utc("11:30-14:00", 0x7f, 11 * 60 + 30, 14 * 60);
  hours.zone = zone;
  const auto at = [&](int day, int hour, int minute) {
    return standing(hours, day * kDay + hour * kHour + minute * 60);
  };
  EXPECT_EQ(at(100, 10, 29), "out");
  EXPECT_EQ(at(100, 10, 30), "unknown");
  EXPECT_EQ(at(100, 11, 29), "unknown");
  EXPECT_EQ(at(100, 11, 30), "in");
  EXPECT_EQ(at(100, 13, 59), "in");
  EXPECT_EQ(at(100, 14, 0), "out");
  hours.begin = 12 * 60 + 30;
  EXPECT_EQ(at(200, 11, 59), "out");
  EXPECT_EQ(at(200, 12, 0), "unknown");
  EXPECT_EQ(at(200, 12, 30), "in");
  EXPECT_EQ(at(200, 13, 0), "out");
  EXPECT_EQ(at(150, 12, 29), "out");
  EXPECT_EQ(at(150, 12, 30), "in");
}

}  // namespace
}  // namespace usher
