// SPDX-License-Identifier: Apache-2.0
// What was spent, changed or taken away since the backup was made stays so.
#include "daemon/store/restore_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/store/restore_fixture.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Kind = RestoreRemark::Kind;

TEST_F(RestoreTest, TellsWhatIsOtherwiseThanItWas) {
  commit(effects(add_otp("carol", "old", kOtherSeed)));
  back_up();
  tamper("UPDATE password SET changed = changed - 10");
  back_up();
  commit(effects(SetPassword{"alice", "hash of now"}, SetPassword{"bob", "first"},
                 add_otp("bob", "phone", kOtherSeed), RemoveOtp{"carol", "old"}));
  EXPECT_THAT(told(restore()), UnorderedElementsAre(remark(Kind::password_back, "alice"),
                                                    remark(Kind::password_lost, "bob"),
                                                    remark(Kind::generator_lost, "bob", "phone"),
                                                    remark(Kind::generator_back, "carol", "old")));
}

TEST_F(RestoreTest, WhoeverHasToChangeTheirPasswordStillHasTo) {
  commit(effects(SetPassword{"bob", "of bob"}));
  back_up();
  commit(effects(ExpirePassword{"alice"}));
  restore();
  EXPECT_TRUE(*open()->must_change_password("alice"));
  EXPECT_FALSE(*open()->must_change_password("bob"));
}

// A renewed hash is of the same password.
TEST_F(RestoreTest, AHashThatALoginRenewedIsNoChange) {
  back_up();
  commit(effects(RehashPassword{"alice", "hash of then", "renewed"}));
  EXPECT_THAT(told(restore()), IsEmpty());
}

TEST_F(RestoreTest, NoCodeThatWasShownByNowCounts) {
  back_up();
  const std::uint64_t before = step_now();
  const RestoreReport report = restore();
  const auto last = generator("alice")->last_step;
  EXPECT_GE(last, before + 1);
  EXPECT_LE(last, step_now() + 1);
  EXPECT_EQ(static_cast<std::uint64_t>(report.codes_count_from), (*last + 1) * 30);
}

TEST_F(RestoreTest, OfAClockThatRunsAheadNeither) {
  const auto id = generator("alice")->id;
  commit(effects(SpendOtp{.credential = id, .step = 1000, .drift = 2}));
  back_up();
  commit(effects(SpendOtp{.credential = id, .step = 2000, .drift = 5}));
  const std::uint64_t before = step_now();
  const RestoreReport report = restore();
  EXPECT_GE(generator("alice")->last_step, before + 6);
  EXPECT_LE(generator("alice")->last_step, step_now() + 6);
  EXPECT_EQ(generator("alice")->drift, 5);
  EXPECT_LE(report.codes_count_from, now() + 2 * 30);
}

TEST_F(RestoreTest, WithoutTheStoreTheClockMayHaveRunAsFarAheadAsItMay) {
  back_up();
  lose_store();
  const std::uint64_t before = step_now();
  restore();
  EXPECT_GE(generator("alice")->last_step, before + kMostDrift);
  EXPECT_LE(generator("alice")->last_step, step_now() + kMostDrift);
}

TEST_F(RestoreTest, WhatIsSpentFurtherStaysSpent) {
  const auto id = generator("alice")->id;
  back_up();
  const std::uint64_t far = step_now() + 500;
  commit(effects(SpendOtp{.credential = id, .step = far}));
  restore();
  EXPECT_EQ(generator("alice")->last_step, far);
  // And what the backup says.
  back_up();
  lose_store();
  restore();
  EXPECT_EQ(generator("alice")->last_step, far);
}

TEST_F(RestoreTest, ACounterGoesOnFromTheFurtherOfTheTwo) {
  commit(effects(add_otp("alice", "token", kOtherSeed, 7, kCounting)));
  back_up();
  commit(effects(SpendOtp{.credential = generator("alice", "token")->id, .step = 12}));
  EXPECT_THAT(told(restore()), IsEmpty());
  EXPECT_EQ(generator("alice", "token")->last_step, 12U);
  // Where the store in place is the older one, the backup counts.
  back_up();
  tamper("UPDATE otp SET last_step = 3 WHERE label = 'token'");
  restore();
  EXPECT_EQ(generator("alice", "token")->last_step, 12U);
}

TEST_F(RestoreTest, ACounterIsFoundAgainUnderAnotherLabelAndKey) {
  commit(effects(add_otp("alice", "token", kOtherSeed, 7, kCounting)));
  back_up();
  commit(effects(SpendOtp{.credential = generator("alice", "token")->id, .step = 12},
                 RenameOtp{"alice", "token", "another"}));
  ASSERT_TRUE(rotate_key(scratch_.store(), scratch_.key(),
                         {.progress = [](std::size_t, std::size_t) {},
                          .record = [](const Rotation&) { return Result<void>{}; },
                          .committed = [] {}}));
  EXPECT_THAT(told(restore()), IsEmpty());
  EXPECT_EQ(generator("alice", "token")->last_step, 12U);
}

TEST_F(RestoreTest, ACounterThatNobodyCanTellOfIsRemoved) {
  commit(effects(add_otp("alice", "token", kOtherSeed, 7, kCounting)));
  back_up();
  lose_store();
  EXPECT_THAT(told(restore()), ElementsAre(remark(Kind::hotp_removed, "alice", "token")));
  EXPECT_FALSE(generator("alice", "token"));
  EXPECT_TRUE(generator("alice"));
  EXPECT_TRUE(*open()->has_had_otp("alice"));
  const auto notices = open()->notices("alice");
  ASSERT_TRUE(notices);
  ASSERT_EQ(notices->size(), 1U);
  EXPECT_THAT(notices->front().text, HasSubstr("\"token\""));
}

TEST_F(RestoreTest, ACounterOfTheSameNameAndAnotherSeedTellsNothing) {
  commit(effects(add_otp("alice", "token", kOtherSeed, 7, kCounting)));
  back_up();
  commit(effects(RemoveOtp{"alice", "token"},
                 add_otp("alice", "token", "another seed of twenty", 3, kCounting)));
  EXPECT_THAT(told(restore()),
              UnorderedElementsAre(remark(Kind::hotp_removed, "alice", "token"),
                                   remark(Kind::generator_lost, "alice", "token")));
  EXPECT_FALSE(generator("alice", "token"));
}

TEST_F(RestoreTest, SomebodyElsesCounterTellsNothing) {
  commit(effects(add_otp("alice", "token", kOtherSeed, 7, kCounting)));
  back_up();
  commit(effects(RemoveOtp{"alice", "token"}, add_otp("bob", "token", kOtherSeed, 9, kCounting)));
  EXPECT_THAT(told(restore()), UnorderedElementsAre(remark(Kind::hotp_removed, "alice", "token"),
                                                    remark(Kind::generator_lost, "bob", "token")));
}

TEST_F(RestoreTest, RecoveryCodesAreAsUsedUpAsTheyAre) {
  commit(effects(add_secrets("alice", LookupKind::recovery, {hash_of(1), hash_of(2), hash_of(3)})));
  back_up();
  commit(effects(SpendLookupSecret{open()->lookup_secrets("alice")->at(1).id}));
  EXPECT_THAT(told(restore()), IsEmpty());
  const auto secrets = open()->lookup_secrets("alice");
  ASSERT_TRUE(secrets);
  ASSERT_EQ(secrets->size(), 3U);
  EXPECT_EQ(secrets->at(0).uses_left, 1U);
  EXPECT_EQ(secrets->at(1).uses_left, 0U);
  EXPECT_EQ(secrets->at(2).uses_left, 1U);
}

TEST_F(RestoreTest, WhatTheBackupKnowsToBeUsedUpStaysSo) {
  commit(effects(add_secrets("alice", LookupKind::bypass, {hash_of(1)}, 3)));
  commit(effects(SpendLookupSecret{open()->lookup_secrets("alice")->at(0).id}));
  back_up();
  tamper("UPDATE lookup_secret SET uses_left = 3, expires = 5000");
  restore();
  EXPECT_EQ(open()->lookup_secrets("alice")->at(0).uses_left, 2U);
  EXPECT_EQ(open()->lookup_secrets("alice")->at(0).expires, 5000);
}

TEST_F(RestoreTest, CodesThatWereReplacedSinceAreNotGoodAgain) {
  commit(effects(add_secrets("alice", LookupKind::recovery, {hash_of(1), hash_of(2)})));
  back_up();
  commit(effects(add_secrets("alice", LookupKind::recovery, {hash_of(3)})));
  EXPECT_THAT(told(restore()), ElementsAre(remark(Kind::recovery_removed, "alice", {}, 2)));
  EXPECT_THAT(*open()->lookup_secrets("alice"), IsEmpty());
  EXPECT_THAT(open()->notices("alice")->front().text, HasSubstr("usherctl recovery new"));
}

TEST_F(RestoreTest, WithoutTheStoreNoLookUpSecretIsGood) {
  commit(effects(add_secrets("alice", LookupKind::recovery, {hash_of(1), hash_of(2)}),
                 add_secrets("bob", LookupKind::bypass, {hash_of(3)}),
                 add_secrets("root", LookupKind::breakglass, {hash_of(4)})));
  back_up();
  lose_store();
  EXPECT_THAT(told(restore()), UnorderedElementsAre(remark(Kind::recovery_removed, "alice", {}, 2),
                                                    remark(Kind::bypass_removed, "bob"),
                                                    remark(Kind::breakglass_removed, "root")));
  for (const char* user : {"alice", "bob", "root"})
    EXPECT_THAT(*open()->lookup_secrets(user), IsEmpty());
}

TEST_F(RestoreTest, WhatIsSpentOnceStaysSoThroughTwoRestores) {
  commit(effects(add_secrets("alice", LookupKind::recovery, {hash_of(1), hash_of(2)})));
  back_up();
  commit(effects(SpendLookupSecret{open()->lookup_secrets("alice")->front().id}));
  restore();
  restore();
  EXPECT_EQ(open()->lookup_secrets("alice")->front().uses_left, 0U);
  EXPECT_EQ(open()->lookup_secrets("alice")->back().uses_left, 1U);
}

TEST_F(RestoreTest, SessionsAndWhatWasProvenInThemAreForgotten) {
  Session session{.id = std::string(32, 'a'), .user = "alice"};
  commit(effects(OpenSession{.session = session, .proofs = {}}));
  back_up();
  restore();
  EXPECT_THAT(*open()->watched_sessions(), IsEmpty());
  EXPECT_THAT(*open()->sessions({.count = 10}), IsEmpty());
}

TEST_F(RestoreTest, WhoHadACodeSinceIsKnownToHaveHadOne) {
  back_up();
  commit(effects(add_otp("bob", "phone", kOtherSeed), RemoveOtp{"bob", "phone"}));
  restore();
  EXPECT_TRUE(*open()->has_had_otp("bob"));
}

TEST_F(RestoreTest, NoIdIsGivenTwice) {
  back_up();
  commit(effects(add_otp("bob", "phone", kOtherSeed)));
  const auto since = generator("bob")->id;
  restore();
  commit(effects(add_otp("carol", "phone", kOtherSeed)));
  EXPECT_GT(generator("carol")->id, since);
}

}  // namespace
}  // namespace usher::testing
