// SPDX-License-Identifier: Apache-2.0
// How sessions end: by the program's word, with their anchor, by hand, while usherd is away.
#include <map>
#include <thread>
#include <vector>

#include "tests/unit/sessions/register_fixture.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EndsTest : public RegisterTest {
 protected:
  const ProcessId sshd_ = process(100);
  const ProcessId shell_ = process(101, sshd_);
  const ProcessId su_ = process(102, shell_);
  const ProcessId inner_ = process(103, su_);
};

// ---- The program says so

TEST_F(EndsTest, TheProgramEndsWhatItOpened) {
  const std::string id = open(sshd_);
  clock_.advance_seconds(60);
  const auto closed = sessions_->close(sshd_, "sshd");
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->id, id);
  const SessionEnding ending{.how = SessionEnd::closed, .at = now(), .by = {}};
  EXPECT_EQ(closed->ending, ending);
  EXPECT_EQ(stored(id).ending, ending);
  EXPECT_FALSE(holds_proofs(id));
  EXPECT_FALSE(stored(id).anchor_gone);
  EXPECT_EQ(standing(shell_), "");
  EXPECT_EQ(audit_.count(), 0U) << "whoever heard the program writes that down";
}

TEST_F(EndsTest, TheProgramEndsNothingElse) {
  const std::string id = open(sshd_);
  EXPECT_FALSE(sessions_->close(sshd_, "su")) << "another service";
  EXPECT_FALSE(sessions_->close(shell_, "sshd")) << "another process";
  EXPECT_FALSE(sessions_->close({.pid = sshd_.pid, .start_time = 5}, "sshd")) << "an earlier one";
  EXPECT_FALSE(sessions_->close({}, "sshd"));
  EXPECT_EQ(standing(shell_), id);
}

TEST_F(EndsTest, ASecondCloseFindsNone) {
  open(sshd_);
  EXPECT_TRUE(sessions_->close(sshd_, "sshd"));
  EXPECT_FALSE(sessions_->close(sshd_, "sshd"));
}

TEST_F(EndsTest, OfTwoOfOneServiceTheLatestIsClosedFirst) {
  const std::string first = open(sshd_);
  const std::string second = open(sshd_);
  EXPECT_EQ(sessions_->close(sshd_, "sshd")->id, second);
  EXPECT_EQ(sessions_->close(sshd_, "sshd")->id, first);
}

TEST_F(EndsTest, WhatWasOpenedInsideGoesOnAfterAClose) {
  open(sshd_);
  const std::string inner = open(su_, "su");
  ASSERT_TRUE(sessions_->close(sshd_, "sshd"));
  EXPECT_EQ(standing(inner_), inner);
}

// ---- The anchor ends

TEST_F(EndsTest, ASessionEndsWithItsAnchor) {
  const std::string id = open(sshd_);
  clock_.advance_seconds(60);
  host_.end_process(sshd_.pid);
  wait_for_events(1);
  const SessionEnding ending{.how = SessionEnd::process, .at = now(), .by = {}};
  EXPECT_EQ(stored(id).ending, ending);
  EXPECT_TRUE(stored(id).anchor_gone);
  EXPECT_FALSE(holds_proofs(id));
  EXPECT_THAT(open_ids(), IsEmpty());

  const AuditEvent event = audit_.last();
  EXPECT_EQ(event.kind, EventKind::session_closed);
  EXPECT_EQ(event.session, id);
  EXPECT_EQ(event.person, "alice");
  EXPECT_EQ(event.request.user, "alice");
  EXPECT_EQ(event.request.service, "sshd");
  EXPECT_EQ(event.request.rhost, "192.0.2.7");
  EXPECT_EQ(event.request.tty, "ssh");
  EXPECT_EQ(event.reason, "its process ended without closing it");
  EXPECT_EQ(event.time_microseconds, clock_.wall_microseconds());
  EXPECT_EQ(event.id.size(), 32U);
}

TEST_F(EndsTest, AllSessionsOfAnAnchorEndWithIt) {
  const std::string first = open(sshd_);
  const std::string second = open(sshd_, "other");
  const std::string elsewhere = open(process(200));
  host_.end_process(sshd_.pid);
  wait_for_events(2);
  EXPECT_EQ(stored_end(first), SessionEnd::process);
  EXPECT_EQ(stored_end(second), SessionEnd::process);
  EXPECT_THAT(open_ids(), ElementsAre(elsewhere));
}

TEST_F(EndsTest, WhatWasClosedEndsOnce) {
  const std::string id = open(sshd_);
  ASSERT_TRUE(sessions_->close(sshd_, "sshd"));
  const auto ending = stored(id).ending;
  clock_.advance_seconds(60);
  host_.end_process(sshd_.pid);
  wait_until_anchor_gone(id);
  EXPECT_EQ(stored(id).ending, ending);
  stop();
  EXPECT_EQ(audit_.count(), 0U);
}

// ---- By hand

TEST_F(EndsTest, WhatRunsJobsIsInNoSessionNorIsWhatItStarts) {
  const std::string id = open(sshd_);
  ASSERT_EQ(standing(inner_), id);
  sessions_->set_apart(su_);
  EXPECT_EQ(standing(inner_), "");
  EXPECT_EQ(standing(shell_), id);
  EXPECT_THAT(open_ids(), ElementsAre(id));
  host_.end_process(su_.pid);
  EXPECT_EQ(audit_.count(), 0U) << "it was no session, so it has no end";
}

TEST_F(EndsTest, AProcessThatServesOneAfterTheOtherFillsNothing) {
  const std::string first = open(sshd_, "door");
  ASSERT_TRUE(sessions_->close(sshd_, "door"));
  for (int i = 0; i < 3; ++i) {
    const std::string id = open(sshd_, "door");
    EXPECT_EQ(standing(shell_), "") << "whose it is that descends from it can't be told";
    ASSERT_TRUE(sessions_->close(sshd_, "door"));
    EXPECT_TRUE(stored(id).anchor_gone) << "is not kept";
    EXPECT_EQ(stored_end(id), SessionEnd::closed);
  }
  EXPECT_FALSE(stored(first).anchor_gone) << "one is, as long as the process is there";
  host_.end_process(sshd_.pid);
  wait_until_anchor_gone(first);
}

TEST_F(EndsTest, ARevokedSessionIsOverAtOnce) {
  const std::string id = open(sshd_);
  const std::string other = open(process(200));
  clock_.advance_seconds(60);
  const auto revoked = revoke(id);
  ASSERT_TRUE(revoked) << revoked.error().message;
  const SessionEnding ending{.how = SessionEnd::revoked, .at = now(), .by = "root"};
  ASSERT_EQ(revoked->size(), 1U);
  EXPECT_EQ(revoked->front().id, id);
  EXPECT_EQ(revoked->front().ending, ending);
  EXPECT_EQ(standing(shell_), "");
  EXPECT_EQ(stored(id).ending, ending);
  EXPECT_FALSE(stored(id).anchor_gone) << "its processes go on";
  EXPECT_FALSE(holds_proofs(id));
  EXPECT_TRUE(holds_proofs(other));
  EXPECT_THAT(open_ids(), ElementsAre(other));

  ASSERT_EQ(audit_.count(), 1U);
  EXPECT_EQ(audit_.last().kind, EventKind::session_revoked);
  EXPECT_EQ(audit_.last().session, id);
  EXPECT_EQ(audit_.last().person, "alice");
  EXPECT_EQ(audit_.last().reason, "ended by root");
}

TEST_F(EndsTest, AllOfOnePersonCanBeRevoked) {
  const std::string one = open(sshd_);
  const std::string other = open(process(200));
  const std::string bobs = open(wanted(process(300), "sshd", "bob", 1001));
  const auto revoked =
      sessions_->revoke([](const Session& session) { return session.user == "alice"; }, "alice");
  ASSERT_TRUE(revoked);
  EXPECT_EQ(revoked->size(), 2U);
  EXPECT_THAT(open_ids(), ElementsAre(bobs));
  EXPECT_EQ(stored(one).ending->by, "alice");
  EXPECT_EQ(stored(other).ending->by, "alice");
  EXPECT_EQ(audit_.count(), 2U);
}

TEST_F(EndsTest, WhatWasOpenedInsideIsRevokedToo) {
  const std::string outer = open(sshd_);
  const std::string su = open(wanted(su_, "su", "bob", 1001));
  const std::string sudo = open(wanted(process(104, inner_), "sudo", "root", 0));
  const std::string beside = open(process(200));
  ASSERT_EQ(stored(sudo).parent, su);
  const auto revoked = revoke(outer);
  ASSERT_TRUE(revoked);
  EXPECT_EQ(revoked->size(), 3U);
  EXPECT_EQ(stored_end(su), SessionEnd::revoked);
  EXPECT_EQ(stored_end(sudo), SessionEnd::revoked);
  EXPECT_THAT(open_ids(), ElementsAre(beside));
}

TEST_F(EndsTest, WhatItWasOpenedInStaysOpen) {
  const std::string outer = open(sshd_);
  ASSERT_TRUE(revoke(open(su_, "su")));
  EXPECT_THAT(open_ids(), ElementsAre(outer));
}

TEST_F(EndsTest, NothingIsRevokedTwice) {
  const std::string id = open(sshd_);
  ASSERT_TRUE(revoke(id));
  EXPECT_THAT(*revoke(id), IsEmpty());
  EXPECT_THAT(*revoke("none"), IsEmpty());
  // The program closes what it opened, and the log is to name it.
  const auto closed = sessions_->close(sshd_, "sshd");
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->id, id);
  EXPECT_EQ(stored_end(id), SessionEnd::revoked);
  EXPECT_EQ(audit_.count(), 1U);
}

TEST_F(EndsTest, ARevokedSessionStaysRevokedWhenItsAnchorEnds) {
  const std::string id = open(sshd_);
  ASSERT_TRUE(revoke(id));
  host_.end_process(sshd_.pid);
  wait_until_anchor_gone(id);
  EXPECT_EQ(stored_end(id), SessionEnd::revoked);
  stop();
  EXPECT_EQ(audit_.count(), 1U);
}

// ---- It can't be written down

class UnwrittenTest : public EndsTest {
 protected:
  /// Whatever ends next takes along what is owed.
  void end_another() {
    store_.fail_commits(false);
    const ProcessId anchor = process(900);
    open(anchor);
    ASSERT_TRUE(sessions_->close(anchor, "sshd"));
  }
};

TEST_F(UnwrittenTest, ACloseCountsAtOnceAndIsWrittenDownLater) {
  const std::string id = open(sshd_);
  store_.fail_commits(true);
  EXPECT_TRUE(sessions_->close(sshd_, "sshd"));
  EXPECT_EQ(standing(shell_), "");
  EXPECT_THAT(open_ids(), IsEmpty());
  EXPECT_EQ(stored_end(id), std::nullopt);
  end_another();
  EXPECT_EQ(stored_end(id), SessionEnd::closed);
  EXPECT_FALSE(holds_proofs(id));
}

TEST_F(UnwrittenTest, ARevocationCountsAtOnceAndSaysThatItIsNotWrittenDown) {
  const std::string id = open(sshd_);
  store_.fail_commits(true);
  EXPECT_FALSE(revoke(id));
  EXPECT_EQ(standing(shell_), "");
  EXPECT_EQ(audit_.last().kind, EventKind::session_revoked);
  end_another();
  EXPECT_EQ(stored_end(id), SessionEnd::revoked);
  EXPECT_EQ(audit_.count(), 1U) << "it is one end";
}

TEST_F(UnwrittenTest, ADeathCountsAtOnceAndIsWrittenDownLater) {
  const std::string id = open(sshd_);
  store_.fail_commits(true);
  host_.end_process(sshd_.pid);
  wait_for_events(1);
  EXPECT_THAT(open_ids(), IsEmpty());
  EXPECT_EQ(stored_end(id), std::nullopt);
  end_another();
  EXPECT_EQ(stored_end(id), SessionEnd::process);
  EXPECT_TRUE(stored(id).anchor_gone);
}

TEST_F(UnwrittenTest, TheWatchTriesAtOnceWhatAProgramCouldNotEnd) {
  open(sshd_);
  store_.fail_commits(true);
  const int commits = store_.commits_asked();
  ASSERT_TRUE(sessions_->close(sshd_, "sshd"));
  wait_until([&] { return store_.commits_asked() >= commits + 2; });
}

TEST_F(UnwrittenTest, TheWatchTriesAtOnceWhatCouldNotBeRevoked) {
  const std::string id = open(sshd_);
  store_.fail_commits(true);
  const int commits = store_.commits_asked();
  EXPECT_FALSE(revoke(id));
  wait_until([&] { return store_.commits_asked() >= commits + 2; });
}

// Takes as long as the watch waits before it tries again.
TEST_F(UnwrittenTest, TheWatchTriesUntilAllIsWrittenDown) {
  const std::string id = open(sshd_);
  store_.fail_commits(true);
  host_.end_process(sshd_.pid);
  wait_for_events(1);
  EXPECT_EQ(stored_end(id), std::nullopt);
  store_.fail_commits(false);
  wait_until([&] { return stored_end(id).has_value(); });
  EXPECT_EQ(stored_end(id), SessionEnd::process);
}

TEST_F(UnwrittenTest, AnEndThatIsNotRecordedIsAnEnd) {
  const std::string id = open(sshd_);
  audit_.fail(true);
  EXPECT_TRUE(revoke(id));
  EXPECT_EQ(standing(shell_), "");
  EXPECT_EQ(stored_end(id), SessionEnd::revoked);
}

// ---- The next usherd

class NextUsherdTest : public EndsTest {};

TEST_F(NextUsherdTest, KnowsWhatGoesOnAndWatchesIt) {
  const std::string outer = open(sshd_);
  const std::string inner = open(su_, "su");
  start();
  EXPECT_EQ(standing(shell_), outer);
  EXPECT_EQ(standing(inner_), inner);
  EXPECT_THAT(open_ids(), ElementsAre(outer, inner));
  EXPECT_TRUE(holds_proofs(outer));
  EXPECT_EQ(audit_.count(), 0U);
  host_.end_process(su_.pid);
  wait_for_events(1);
  EXPECT_EQ(stored_end(inner), SessionEnd::process);
  EXPECT_EQ(stored_end(outer), std::nullopt);
}

TEST_F(NextUsherdTest, KnowsWhatWasOpenedInsideOfWhat) {
  const std::string outer = open(sshd_);
  open(su_, "su");
  start();
  EXPECT_EQ(revoke(outer)->size(), 2U);
}

TEST_F(NextUsherdTest, EndsWhatEndedMeanwhile) {
  const std::string id = open(sshd_);
  stop();
  host_.end_process(sshd_.pid);
  clock_.advance_seconds(60);
  start();
  const SessionEnding ending{.how = SessionEnd::missed, .at = now(), .by = {}};
  EXPECT_EQ(stored(id).ending, ending);
  EXPECT_TRUE(stored(id).anchor_gone);
  EXPECT_FALSE(holds_proofs(id));
  EXPECT_THAT(open_ids(), IsEmpty());
  ASSERT_EQ(audit_.count(), 1U);
  EXPECT_EQ(audit_.last().kind, EventKind::session_closed);
  EXPECT_EQ(audit_.last().session, id);
  EXPECT_EQ(audit_.last().reason, "its process ended while usherd was away");
}

TEST_F(NextUsherdTest, AnotherProcessOfTheAnchorsPidIsNotTheAnchor) {
  const std::string id = open(sshd_);
  stop();
  host_.end_process(sshd_.pid);
  host_.set_start_time(sshd_.pid, 7);
  start();
  EXPECT_EQ(stored_end(id), SessionEnd::missed);
  EXPECT_EQ(standing({.pid = sshd_.pid, .start_time = 7}), "");
}

TEST_F(NextUsherdTest, EndsAllOfAnEarlierStartOfTheMachine) {
  const std::string id = open(sshd_);
  stop();
  host_.set_boot_id("another");
  clock_.advance_seconds(10);
  const std::int64_t started = now() - clock_.boot_microseconds() / FakeClock::kMicroseconds;
  start();  // a process of that pid and start time is there, by chance
  const SessionEnding ending{.how = SessionEnd::reboot, .at = started, .by = {}};
  EXPECT_EQ(stored(id).ending, ending);
  EXPECT_TRUE(stored(id).anchor_gone);
  EXPECT_FALSE(holds_proofs(id));
  EXPECT_EQ(standing(shell_), "");
  EXPECT_EQ(audit_.last().reason, "the machine was started anew");
}

TEST_F(NextUsherdTest, WhatWasRevokedStaysSoWhileItsProcessesGoOn) {
  const std::string outer = open(sshd_);
  ASSERT_TRUE(revoke(open(su_, "su")));
  start();
  EXPECT_EQ(standing(inner_), "") << "nor in the one further up";
  EXPECT_EQ(standing(shell_), outer);
  EXPECT_THAT(open_ids(), ElementsAre(outer));
}

TEST_F(NextUsherdTest, LetsGoOfAnchorsThatEndedAfterTheirSession) {
  const std::string id = open(sshd_);
  ASSERT_TRUE(revoke(id));
  stop();
  host_.end_process(sshd_.pid);
  start();
  EXPECT_TRUE(stored(id).anchor_gone);
  EXPECT_EQ(stored_end(id), SessionEnd::revoked);
  EXPECT_EQ(audit_.count(), 1U) << "its end is known already";
}

TEST_F(NextUsherdTest, DoesNotStartWithoutKnowingWhoIsIn) {
  open(sshd_);
  stop();
  store_.fail_reads(true);
  SessionRegister next(ports(), kHistory);
  EXPECT_FALSE(next.start());
}

TEST_F(NextUsherdTest, EndsWhatItCannotWriteDownAllTheSame) {
  const std::string id = open(sshd_);
  stop();
  host_.end_process(sshd_.pid);
  store_.fail_commits(true);
  start();
  EXPECT_THAT(open_ids(), IsEmpty());
  EXPECT_EQ(stored_end(id), std::nullopt);
  store_.fail_commits(false);
  const ProcessId other = process(900);
  open(other);
  ASSERT_TRUE(sessions_->close(other, "sshd"));
  EXPECT_EQ(stored_end(id), SessionEnd::missed);
}

// Whose anchor can't be watched may be another process's pid by now: nobody stands there, nor
// further up.
TEST_F(NextUsherdTest, EndsNothingThatItCannotHoldThoughNobodyStandsThere) {
  const std::string id = open(sshd_);
  stop();
  host_.fail_holding(true);
  start();
  EXPECT_EQ(standing(shell_), "");
  EXPECT_THAT(open_ids(), ElementsAre(id));
  host_.end_process(sshd_.pid);
  EXPECT_THAT(open_ids(), IsEmpty());
  EXPECT_EQ(stored_end(id), SessionEnd::process);
}

// ---- Many at once

TEST_F(EndsTest, OfManyThatComeAndGoAtOnceNoneIsLost) {
  constexpr int kThreads = 8;
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const ProcessId anchor = process(1'000 + thread * kEach + i);
        const std::string id = open(anchor);
        EXPECT_EQ(standing(anchor), id);
        if (i % 3 == 0) {
          const auto closed = sessions_->close(anchor, "sshd");
          EXPECT_EQ(closed ? closed->id : "", id);
        }
        if (i % 3 == 1) {
          EXPECT_EQ(revoke(id)->size(), 1U);
        }
        host_.end_process(anchor.pid);
      }
    });
  for (std::thread& thread : threads) thread.join();
  wait_until([&] { return store_.watched_sessions()->empty(); });
  EXPECT_THAT(open_ids(), IsEmpty());
  const auto all = store_.sessions({.count = 10'000});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), std::size_t{kThreads * kEach});
  std::map<SessionEnd, int> ends;
  for (const Session& session : *all) {
    ASSERT_TRUE(session.ending);
    ++ends[session.ending->how];
  }
  EXPECT_EQ(ends[SessionEnd::closed], kThreads * 14);
  EXPECT_EQ(ends[SessionEnd::revoked], kThreads * 13);
  EXPECT_EQ(ends[SessionEnd::process], kThreads * 13);
  EXPECT_THAT(*store_.proofs(), IsEmpty());
}

}  // namespace
}  // namespace usher::testing
