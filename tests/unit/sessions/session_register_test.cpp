// SPDX-License-Identifier: Apache-2.0
#include "daemon/sessions/session_register.h"

#include <functional>

#include "tests/unit/sessions/register_fixture.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class StandingTest : public RegisterTest {
 protected:
  // sshd, a shell below it, su in there, and the other person's shell.
  const ProcessId sshd_ = process(100);
  const ProcessId shell_ = process(101, sshd_);
  const ProcessId su_ = process(102, shell_);
  const ProcessId inner_ = process(103, su_);
};

TEST_F(StandingTest, WhoeverDescendsFromTheAnchorStandsInItsSession) {
  const std::string id = open(sshd_);
  EXPECT_EQ(standing(sshd_), id);
  EXPECT_EQ(standing(shell_), id);
  EXPECT_EQ(standing(inner_), id);
  EXPECT_EQ(standing(process(200)), "") << "who does not descend from it";
}

TEST_F(StandingTest, WithoutASessionThereIsNoneToStandIn) { EXPECT_EQ(standing(inner_), ""); }

TEST_F(StandingTest, TheNearestAnchorCounts) {
  const std::string outer = open(sshd_);
  const std::string inner = open(su_, "su");
  EXPECT_EQ(standing(inner_), inner);
  EXPECT_EQ(standing(su_), inner);
  EXPECT_EQ(standing(shell_), outer);
}

TEST_F(StandingTest, WhereTheNearerSessionIsOverItIsNotTheOneFurtherUp) {
  const std::string outer = open(sshd_);
  open(su_, "su");
  ASSERT_TRUE(sessions_->close(su_, "su"));
  EXPECT_EQ(standing(inner_), "");
  EXPECT_EQ(standing(shell_), outer);
}

TEST_F(StandingTest, WhereTheNearerSessionWasRevokedItIsNotTheOneFurtherUp) {
  const std::string outer = open(sshd_);
  ASSERT_TRUE(revoke(open(su_, "su")));
  EXPECT_EQ(standing(inner_), "");
  EXPECT_EQ(standing(shell_), outer);
}

TEST_F(StandingTest, AnAnchorThatIsGoneStandsInNobodysWay) {
  const std::string outer = open(sshd_);
  const std::string inner = open(su_, "su");
  host_.end_process(su_.pid);
  host_.set_parent(inner_.pid, shell_);  // a subreaper
  wait_until_anchor_gone(inner);
  EXPECT_EQ(standing(inner_), outer);
}

TEST_F(StandingTest, TwoSessionsOfOneProcessAreNone) {
  open(sshd_);
  const std::string second = open(sshd_, "other");
  EXPECT_EQ(standing(shell_), "");
  ASSERT_TRUE(sessions_->close(sshd_, "other"));
  EXPECT_EQ(standing(shell_), "") << "whose children they are can't be told for certain";
}

TEST_F(StandingTest, WhereTheLineIsNotKnownThereIsNone) {
  const std::string id = open(sshd_);
  ASSERT_EQ(standing(inner_), id);
  host_.end_process(shell_.pid);
  EXPECT_EQ(standing(inner_), "");
  EXPECT_EQ(standing({}), "");
}

TEST_F(StandingTest, AnotherProcessOfTheAnchorsPidIsNotTheAnchor) {
  open(sshd_);
  host_.set_start_time(sshd_.pid, 5);
  EXPECT_EQ(standing({.pid = sshd_.pid, .start_time = 5}), "");
  EXPECT_EQ(standing({.pid = sshd_.pid, .start_time = 5, .inode = 9}), "");
}

class OpenTest : public StandingTest {};

TEST_F(OpenTest, GivesTheSessionAllThatTheProgramDoesNotSay) {
  const auto opened = sessions_->open(wanted(sshd_), {key()});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_THAT(opened->id, MatchesRegex("[0-9a-f]{32}"));
  const Session found = stored(opened->id);
  EXPECT_EQ(found.id, opened->id);
  EXPECT_EQ(found.user, "alice");
  EXPECT_EQ(found.anchor, sshd_);
  EXPECT_EQ(found.boot_id, host_.boot_id());
  EXPECT_EQ(found.hints, host_.hints_of(sshd_.pid));
  EXPECT_EQ(found.opened, now());
  EXPECT_EQ(found.parent, "");
  EXPECT_EQ(found.rule, "from outside");
  EXPECT_FALSE(found.ending);
  EXPECT_THAT(*store_.proofs_of(opened->id), ElementsAre(key()));
  EXPECT_EQ(audit_.count(), 0U) << "whoever let them in writes that down";
}

TEST_F(OpenTest, ADifferentIdEachTimeWhateverTheProgramSays) {
  Session session = wanted(sshd_);
  session.id = std::string(kSessionIdSize, 'a');
  const std::string first = open(session);
  EXPECT_NE(first, session.id);
  session.anchor = process(200);
  EXPECT_NE(open(session), first);
}

TEST_F(OpenTest, ItsParentIsTheSessionThatItWasOpenedIn) {
  const std::string outer = open(sshd_);
  EXPECT_EQ(stored(open(su_, "su")).parent, outer);
}

TEST_F(OpenTest, ListsWhatIsOpenAsItBegan) {
  const std::string first = open(su_, "su");
  const std::string second = open(sshd_);
  EXPECT_THAT(open_ids(), ElementsAre(first, second));
  ASSERT_TRUE(sessions_->close(su_, "su"));
  EXPECT_THAT(open_ids(), ElementsAre(second));
}

TEST_F(OpenTest, WhatCannotBeWrittenDownDoesNotBegin) {
  store_.fail_commits(true);
  const auto failed = sessions_->open(wanted(sshd_), {key()});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("can't be written"));
  store_.fail_commits(false);
  store_.conflict_commits(true);
  EXPECT_FALSE(sessions_->open(wanted(sshd_), {key()}));
  store_.conflict_commits(false);

  EXPECT_EQ(standing(shell_), "");
  EXPECT_THAT(open_ids(), IsEmpty());
  EXPECT_THAT(*store_.sessions({.count = 10}), IsEmpty());
  EXPECT_FALSE(sessions_->close(sshd_, "sshd"));
  const std::string id = open(sshd_);
  EXPECT_EQ(standing(shell_), id) << "the first try left something behind";
}

TEST_F(OpenTest, NobodyOpensForAProcessThatIsGone) {
  host_.end_process(sshd_.pid);
  EXPECT_FALSE(sessions_->open(wanted(sshd_), {key()}));
  EXPECT_FALSE(sessions_->open(wanted({}), {key()}));
  EXPECT_THAT(*store_.sessions({.count = 10}), IsEmpty());
}

TEST_F(OpenTest, WithoutADescriptorItsEndIsNoticedWhenSomebodyLooks) {
  host_.fail_holding(true);
  const std::string id = open(sshd_);
  EXPECT_EQ(standing(shell_), "") << "nobody would tell that its pid is another's";
  EXPECT_THAT(open_ids(), ElementsAre(id));
  host_.end_process(sshd_.pid);
  EXPECT_THAT(open_ids(), IsEmpty());
  EXPECT_EQ(stored_end(id), SessionEnd::process);
  EXPECT_TRUE(stored(id).anchor_gone);
  EXPECT_EQ(audit_.count(), 1U);
}

TEST_F(OpenTest, ForgetsWhatEndedLongAgo) {
  const std::string old = open(su_, "su");
  ASSERT_TRUE(sessions_->close(su_, "su"));
  host_.end_process(su_.pid);
  wait_until_anchor_gone(old);
  clock_.advance_seconds(kHistory);
  open(sshd_);
  EXPECT_EQ(store_.sessions({.count = 10})->size(), 2U);
  clock_.advance_seconds(1);
  open(process(200));
  EXPECT_THAT(*store_.sessions_named(old), IsEmpty());
  EXPECT_EQ(store_.sessions({.count = 10})->size(), 2U);
}

/// A MemoryStore that lets something happen while a commit is under way.
class InterruptedStore final : public Store {
 public:
  explicit InterruptedStore(Store& inner) : inner_(inner) {}
  std::function<void()> during_next_commit;

  Result<std::optional<std::string>> password_hash(std::string_view user) override {
    return inner_.password_hash(user);
  }
  Result<std::vector<OtpCredential>> otp_credentials(std::string_view user) override {
    return inner_.otp_credentials(user);
  }
  Result<std::vector<OtpSummary>> list_otp(std::string_view user) override {
    return inner_.list_otp(user);
  }
  Result<bool> must_change_password(std::string_view user) override {
    return inner_.must_change_password(user);
  }
  Result<std::vector<std::string>> former_hashes(std::string_view user) override {
    return inner_.former_hashes(user);
  }
  Result<bool> has_had_otp(std::string_view user) override { return inner_.has_had_otp(user); }
  Result<std::vector<LookupSecret>> lookup_secrets(std::string_view user) override {
    return inner_.lookup_secrets(user);
  }
  Result<std::vector<IssuedSecret>> issued_secrets(LookupKind kind) override {
    return inner_.issued_secrets(kind);
  }
  Result<std::vector<Notice>> notices(std::string_view user) override {
    return inner_.notices(user);
  }
  Result<std::vector<Session>> watched_sessions() override { return inner_.watched_sessions(); }
  Result<std::vector<Session>> sessions(const SessionQuery& query) override {
    return inner_.sessions(query);
  }
  Result<std::vector<Session>> sessions_named(std::string_view id) override {
    return inner_.sessions_named(id);
  }
  Result<std::vector<EarnedProof>> proofs_of(std::string_view session) override {
    return inner_.proofs_of(session);
  }
  Result<std::vector<HeldProof>> proofs() override { return inner_.proofs(); }
  Result<CommitOutcome> commit(std::span<const Effect> effects) override {
    if (const auto happen = std::exchange(during_next_commit, nullptr)) happen();
    return inner_.commit(effects);
  }

 private:
  Store& inner_;
};

class WhileOpeningTest : public OpenTest {
 protected:
  void SetUp() override { ASSERT_TRUE(register_.start()); }
  Result<std::vector<Session>> revoke_all() {
    return register_.revoke([](const Session&) { return true; }, "root");
  }

  InterruptedStore interrupted_{store_};
  SessionRegister register_{{interrupted_, host_, clock_, audit_}, kHistory};
};

TEST_F(WhileOpeningTest, NobodyStandsInWhatIsNotDurableYet) {
  interrupted_.during_next_commit = [&] {
    EXPECT_FALSE(register_.standing_of(sshd_));
    EXPECT_THAT(register_.open_sessions(), IsEmpty());
    EXPECT_FALSE(register_.close(sshd_, "sshd"));
  };
  const auto opened = register_.open(wanted(sshd_), {});
  ASSERT_TRUE(opened);
  EXPECT_EQ(register_.standing_of(sshd_), opened->id);
}

TEST_F(WhileOpeningTest, WhatIsRevokedBeforeItHasBegunIsOver) {
  interrupted_.during_next_commit = [&] { EXPECT_EQ(revoke_all()->size(), 1U); };
  EXPECT_FALSE(register_.open(wanted(sshd_), {key()}));
  EXPECT_FALSE(register_.standing_of(sshd_));
  EXPECT_THAT(register_.open_sessions(), IsEmpty());
  const auto stored = store_.sessions({.count = 10});
  ASSERT_EQ(stored->size(), 1U);
  ASSERT_TRUE(stored->front().ending);
  EXPECT_EQ(stored->front().ending->how, SessionEnd::revoked);
  EXPECT_THAT(*store_.proofs(), IsEmpty());
}

TEST_F(WhileOpeningTest, ARevokedSessionTakesWhatBeginsInsideOfItAlong) {
  const auto outer = register_.open(wanted(sshd_), {});
  ASSERT_TRUE(outer);
  interrupted_.during_next_commit = [&] {
    EXPECT_TRUE(
        register_.revoke([&](const Session& session) { return session.id == outer->id; }, "root"));
  };
  EXPECT_FALSE(register_.open(wanted(su_, "su"), {}));
  EXPECT_THAT(register_.open_sessions(), IsEmpty());
}

TEST(SessionRegister, DoesNotStartWhereTheStartOfTheMachineIsNotKnown) {
  MemoryStore store;
  FakeHost host;
  FakeClock clock;
  RecordingAudit audit;
  host.set_boot_id("");
  SessionRegister sessions({store, host, clock, audit}, 1);
  EXPECT_FALSE(sessions.start());
}

}  // namespace
}  // namespace usher::testing
