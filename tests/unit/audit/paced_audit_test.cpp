// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/paced_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/recording_audit.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kBurst = static_cast<int>(PacedAudit::kBurst);

class PacedAuditTest : public ::testing::Test {
 protected:
  static Request by_uid(uid_t uid) { return {.caller = {.uid = uid}}; }
  Result<void> record(const Request& request, EventKind kind = EventKind::credential_refused) {
    AuditEvent event;
    event.kind = kind;
    event.request = request;
    event.reason = "no such operation";
    return paced.record(event);
  }
  /// How many lines `times` events of one kind came to.
  std::size_t lines_of(int times, const Request& request,
                       EventKind kind = EventKind::credential_refused) {
    const std::size_t before = log.count();
    for (int i = 0; i < times; ++i) EXPECT_TRUE(record(request, kind));
    return log.count() - before;
  }

  RecordingAudit log;
  FakeClock clock;
  PacedAudit paced{log, clock};
};

TEST_F(PacedAuditTest, OnePersonsDenialsAreWrittenAtABoundedPace) {
  EXPECT_EQ(lines_of(1000, by_uid(1000)), PacedAudit::kBurst);
  clock.advance_seconds(5);
  EXPECT_EQ(lines_of(1000, by_uid(1000)), 5U);
  clock.advance_seconds(100'000);
  EXPECT_EQ(lines_of(1000, by_uid(1000)), PacedAudit::kBurst);
}

TEST_F(PacedAuditTest, EveryKindOfDenialIsPacedAndNoSuccessIs) {
  for (const EventKind kind :
       {EventKind::login_denied, EventKind::dialogue_aborted, EventKind::account_denied,
        EventKind::session_denied, EventKind::request_refused}) {
    EXPECT_EQ(lines_of(100, by_uid(1000 + static_cast<uid_t>(kind)), kind), PacedAudit::kBurst);
  }
  static_cast<void>(lines_of(1000, by_uid(1000)));
  for (const EventKind kind :
       {EventKind::login_accepted, EventKind::credential_changed, EventKind::service_stopped})
    EXPECT_EQ(lines_of(100, by_uid(1000), kind), 100U);
}

TEST_F(PacedAuditTest, AnAccountPhaseIsASuccessOfRootsProgramsAlone) {
  EXPECT_EQ(lines_of(100, by_uid(1000), EventKind::account_accepted), PacedAudit::kBurst)
      << "anybody may ask about themselves, and nothing is asked of them";
  Request root = by_uid(0);
  root.caller.trusted = true;
  EXPECT_EQ(lines_of(100, root, EventKind::account_accepted), 100U);
}

TEST_F(PacedAuditTest, TheNextLineOfTheSourceTellsHowManyWereNotListed) {
  static_cast<void>(lines_of(kBurst + 7, by_uid(1000)));
  EXPECT_EQ(log.last().reason, "no such operation");
  clock.advance_seconds(1);
  ASSERT_TRUE(record(by_uid(1001)));
  EXPECT_EQ(log.last().reason, "no such operation");
  ASSERT_TRUE(record(by_uid(1000)));
  EXPECT_EQ(log.last().reason, "no such operation (7 more events of this source, not listed)");
  clock.advance_seconds(1);
  ASSERT_TRUE(record(by_uid(1000)));
  EXPECT_EQ(log.last().reason, "no such operation");
}

TEST_F(PacedAuditTest, WhatWasNeverToldIsAskedForAtTheEnd) {
  static_cast<void>(lines_of(kBurst + 3, by_uid(1000)));
  static_cast<void>(lines_of(kBurst + 4, by_uid(1001)));
  EXPECT_EQ(paced.take_unlisted(), 7U);
  EXPECT_EQ(paced.take_unlisted(), 0U);
}

TEST_F(PacedAuditTest, OneSourceDoesNotSilenceAnother) {
  static_cast<void>(lines_of(1000, by_uid(1000)));
  EXPECT_EQ(lines_of(1, by_uid(1001)), 1U);
}

TEST_F(PacedAuditTest, SourcesBeyondThoseToldApartShareOnePaceUntilOthersAreQuiet) {
  for (uid_t uid = 1; uid <= PacedAudit::kMostSources; ++uid)
    EXPECT_EQ(lines_of(kBurst, by_uid(uid)), PacedAudit::kBurst);
  std::size_t lines = 0;
  for (uid_t uid = 100'000; uid < 101'000; ++uid) lines += lines_of(1, by_uid(uid));
  EXPECT_EQ(lines, PacedAudit::kBurst);
  clock.advance_seconds(kBurst);
  EXPECT_EQ(lines_of(kBurst, by_uid(200'000)), PacedAudit::kBurst);
  EXPECT_EQ(paced.take_unlisted(), 1000U - PacedAudit::kBurst);
}

TEST_F(PacedAuditTest, AFailureOfTheLogIsAnErrorAndTheAdministratorHearsOfItNowAndThen) {
  log.fail(true);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(record(by_uid(1000), EventKind::login_accepted));
  EXPECT_FALSE(record(by_uid(1000), EventKind::login_denied));
  const std::string first = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(first, HasSubstr("the fake audit log is full"));
  EXPECT_EQ(std::ranges::count(first, '\n'), 1);
  clock.advance_seconds(10);
  ::testing::internal::CaptureStderr();
  EXPECT_FALSE(record(by_uid(1000), EventKind::login_accepted));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("6 more events"));
}

TEST(PacingName, IsThePersonBehindARootProgramElseTheHostElseTheRuser) {
  const auto name = [](bool trusted, uid_t uid, uid_t person, std::string rhost,
                       std::string ruser) {
    return pacing_name_of({.rhost = std::move(rhost),
                           .ruser = std::move(ruser),
                           .caller = {.uid = uid, .person = person, .trusted = trusted}});
  };
  EXPECT_EQ(name(false, 1000, 1000, "192.0.2.7", "x"), "uid 1000");
  EXPECT_EQ(name(true, 0, 1000, "192.0.2.7", "x"), "uid 1000");
  EXPECT_EQ(name(true, 0, 0, "2001:db8:1:2::3", "x"), name(true, 0, 0, "2001:db8:1:2::4", "y"));
  EXPECT_EQ(name(true, 0, 0, "", "eve"), "ruser eve");
  EXPECT_NE(name(true, 0, 0, "", "1000"), name(false, 1000, 1000, "", ""));
}

}  // namespace
}  // namespace usher::testing
