// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/password.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/fakes/fake_keeper.h"
#include "tests/fakes/made_secret.h"
#include "tests/fakes/memory_store.h"

namespace usher::testing {
namespace {

using ::testing::StartsWith;
using Outcome = FactorCheck::Outcome;

// libsodium's least, so that the tests are quick; what is safe is the configuration's business.
constexpr PasswordCost kCheap{.memory_bytes = 8192, .passes = 1};
constexpr PasswordCost kDearer{.memory_bytes = 16384, .passes = 2};

Deadline soon() { return Deadline::after(60'000); }

class PasswordFactorTest : public ::testing::Test {
 protected:
  PasswordFactor factor(PasswordCost cost = kCheap) {
    auto made = PasswordFactor::create(store_, keeper_, gate_, cost);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  void enrol(std::string_view user, std::string_view password, PasswordCost cost = kCheap) {
    auto hash = hash_password(secret(password), cost, gate_, soon());
    ASSERT_TRUE(hash) << hash.error().message;
    store_.set_password(user, *std::move(hash));
  }
  FactorCheck check(std::string_view user, std::string_view answer, PasswordCost cost = kCheap) {
    auto checked = factor(cost).check(user, secret(answer), soon());
    EXPECT_TRUE(checked) << checked.error().message;
    return checked ? *std::move(checked) : FactorCheck{};
  }
  MemoryStore store_;
  FakeKeeper keeper_;
  HashGate gate_{1};
};

TEST_F(PasswordFactorTest, TheRightPasswordHoldsAndChangesNothing) {
  enrol("alice", "correct horse");
  const auto checked = check("alice", "correct horse");
  EXPECT_TRUE(checked.held());
  EXPECT_TRUE(checked.effects.empty());
}

TEST_F(PasswordFactorTest, EveryOtherAnswerIsAMismatch) {
  enrol("alice", "correct horse");
  for (const std::string_view answer :
       {"", "correct hors", "correct horse ", "Correct horse", "correct horse\n"})
    EXPECT_EQ(check("alice", answer).outcome, Outcome::mismatch) << answer;
}

TEST_F(PasswordFactorTest, PasswordsMayHoldAnyBytes) {
  enrol("alice", "caf\xc3\xa9 \xff");
  EXPECT_TRUE(check("alice", "caf\xc3\xa9 \xff").held());
  EXPECT_FALSE(check("alice", "caf\xc3\xa9").held());
}

TEST_F(PasswordFactorTest, AUserWithoutAPasswordIsNotEnrolled) {
  enrol("alice", "correct horse");
  EXPECT_EQ(check("bob", "correct horse").outcome, Outcome::not_enrolled);
}

TEST_F(PasswordFactorTest, WithoutAnUsherPasswordThatOfTheSystemCounts) {
  keeper_.set_entry("carol", "tea at five");
  const auto checked = check("carol", "tea at five");
  EXPECT_TRUE(checked.held());
  EXPECT_EQ(checked.reason, "system password");
  EXPECT_FALSE(checked.outdated_hash);
  EXPECT_EQ(check("carol", "wrong").outcome, Outcome::mismatch);
  EXPECT_EQ(check("carol", "wrong").reason, "wrong system password");
}

TEST_F(PasswordFactorTest, AnUsherPasswordTakesTheSystemsPlace) {
  keeper_.set_entry("alice", "tea at five");
  enrol("alice", "correct horse");
  EXPECT_TRUE(check("alice", "correct horse").held());
  EXPECT_FALSE(check("alice", "tea at five").held());
  EXPECT_EQ(keeper_.passwords_seen(), 0);
}

TEST_F(PasswordFactorTest, UnknownPeopleTakeTheKeepersPathWhereThereIsAKeeper) {
  keeper_.configure(true);
  EXPECT_EQ(check("nobody", "x").outcome, Outcome::not_enrolled);
  EXPECT_EQ(keeper_.passwords_seen(), 1);
}

TEST_F(PasswordFactorTest, SaysToTheAuditWhyTheSystemPasswordDidNotHold) {
  keeper_.set_entry("carol", "tea at five", AccountState::locked);
  EXPECT_EQ(check("carol", "tea at five").outcome, Outcome::mismatch);
  EXPECT_EQ(check("carol", "tea at five").reason, "the account's password is locked");
  keeper_.throttle(true);
  EXPECT_EQ(check("carol", "tea at five").outcome, Outcome::mismatch);
  EXPECT_EQ(check("carol", "tea at five").reason, "system password: throttled");
}

TEST_F(PasswordFactorTest, AKeeperThatCanNotBeAskedIsAnErrorButNotForWhoNeedsNone) {
  enrol("alice", "correct horse");
  keeper_.set_entry("carol", "tea at five");
  keeper_.fail(true);
  EXPECT_FALSE(factor().check("carol", secret("tea at five"), soon()));
  EXPECT_FALSE(factor().check("nobody", secret("x"), soon()));
  EXPECT_TRUE(check("alice", "correct horse").held());
}

TEST_F(PasswordFactorTest, WhatSshdPutsInAnAnswersPlaceReachesNobody) {
  keeper_.set_entry("carol", "\b\n\r\177INCORRECT\b");
  enrol("alice", "\b\n\r\177INCORRECT\b");
  for (const std::string_view user : {"alice", "carol", "nobody"}) {
    const auto checked = check(user, "\b\n\r\177INCORRECT\b");
    EXPECT_EQ(checked.outcome, Outcome::mismatch) << user;
    EXPECT_EQ(checked.reason, "sshd had refused this login already") << user;
  }
  EXPECT_EQ(keeper_.passwords_seen(), 0);
  EXPECT_EQ(keeper_.questions(), 2)
      << "who would have been asked about at the keeper costs its work";
}

TEST_F(PasswordFactorTest, AnEmptyAnswerReachesNobody) {
  keeper_.set_entry("carol", "");
  EXPECT_EQ(check("carol", "").outcome, Outcome::mismatch);
  EXPECT_EQ(keeper_.passwords_seen(), 0);
}

TEST_F(PasswordFactorTest, AHashAtAnotherCostIsToldToBeOutdated) {
  enrol("alice", "correct horse", kCheap);
  const std::string old = **store_.password_hash("alice");
  const auto checked = check("alice", "correct horse", kDearer);
  ASSERT_TRUE(checked.held());
  ASSERT_EQ(checked.outdated_hash, old);
  EXPECT_TRUE(checked.effects.empty()) << "the second hash waits until every factor held";
}

TEST_F(PasswordFactorTest, AWrongPasswordRenewsNothing) {
  enrol("alice", "correct horse", kCheap);
  EXPECT_FALSE(check("alice", "wrong", kDearer).outdated_hash);
}

TEST_F(PasswordFactorTest, AHashThatCanNotBeReadIsAnErrorAndNoMismatch) {
  for (const std::string_view damaged : {"", "x", "$argon2id$v=19$m=8,t=1,p=1$broken"}) {
    store_.set_password("alice", std::string(damaged));
    EXPECT_FALSE(factor().check("alice", secret("x"), soon())) << damaged;
  }
}

TEST_F(PasswordFactorTest, AStoreThatCanNotBeReadIsAnError) {
  store_.fail_reads(true);
  EXPECT_FALSE(factor().check("alice", secret("x"), soon()));
}

TEST_F(PasswordFactorTest, WithoutATurnAtTheGateBeforeTheDeadlineNothingIsDecided) {
  enrol("alice", "correct horse");
  PasswordFactor made = factor();
  const auto taken = gate_.enter(soon());
  EXPECT_FALSE(made.check("alice", secret("correct horse"), Deadline::after(0)));
  EXPECT_FALSE(made.check("bob", secret("correct horse"), Deadline::after(0)));
  EXPECT_FALSE(made.hash(secret("new"), Deadline::after(0)));
}

TEST_F(PasswordFactorTest, ACheckGivesItsTurnBack) {
  enrol("alice", "correct horse", kCheap);
  check("alice", "correct horse", kDearer);
  check("alice", "wrong");
  check("bob", "x");
  EXPECT_TRUE(gate_.enter(Deadline::after(0)).held());
}

TEST_F(PasswordFactorTest, TheSamePasswordHashesDifferentlyEachTime) {
  EXPECT_NE(*hash_password(secret("x"), kCheap, gate_, soon()),
            *hash_password(secret("x"), kCheap, gate_, soon()));
}

TEST_F(PasswordFactorTest, AnEmptyPasswordIsNotHashed) {
  EXPECT_FALSE(hash_password(Secret(), kCheap, gate_, soon()));
}

TEST_F(PasswordFactorTest, ACostThatCanNotBePaidIsAnError) {
  EXPECT_FALSE(PasswordFactor::create(store_, keeper_, gate_, {.memory_bytes = 1, .passes = 1}));
  EXPECT_FALSE(hash_password(secret("x"), {.memory_bytes = 8192, .passes = 0}, gate_, soon()));
}

}  // namespace
}  // namespace usher::testing
