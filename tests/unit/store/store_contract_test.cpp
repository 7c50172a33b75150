// SPDX-License-Identifier: Apache-2.0
// What every Store promises, checked on the real one and on the one the other tests use.
#include "tests/unit/store/store_contract.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

namespace usher::testing {
namespace {

TEST_P(StoreContract, KnowsNothingOfAUserWhoNeverEnrolled) {
  EXPECT_EQ(password_of("alice"), std::nullopt);
  EXPECT_TRUE(store_->otp_credentials("alice")->empty());
  EXPECT_TRUE(store_->list_otp("alice")->empty());
}

TEST_P(StoreContract, CommittingNothingSucceeds) {
  EXPECT_EQ(commit({}), CommitOutcome::committed);
}

TEST_P(StoreContract, KeepsEachUsersPasswordHash) {
  EXPECT_EQ(commit(effects(SetPassword{"alice", "hash a"}, SetPassword{"bob", "hash b"})),
            CommitOutcome::committed);
  EXPECT_EQ(password_of("alice"), "hash a");
  EXPECT_EQ(password_of("bob"), "hash b");
}

TEST_P(StoreContract, UserNamesAreExact) {
  commit(effects(SetPassword{"alice", "hash"}));
  EXPECT_EQ(password_of("Alice"), std::nullopt);
  EXPECT_EQ(password_of("alice "), std::nullopt);
  EXPECT_EQ(password_of("alic%"), std::nullopt);
  EXPECT_EQ(password_of(""), std::nullopt);
}

TEST_P(StoreContract, ASecondPasswordReplacesTheFirst) {
  commit(effects(SetPassword{"alice", "old"}));
  commit(effects(SetPassword{"alice", "new"}));
  EXPECT_EQ(password_of("alice"), "new");
}

TEST_P(StoreContract, AChangeAllowedOnAPasswordThatIsNoLongerInForceConflicts) {
  commit(effects(SetPassword{"alice", "in force"}));
  EXPECT_EQ(commit(effects(SetPassword{"alice", "new", SetPassword::Expected{"old"}})),
            CommitOutcome::conflict);
  EXPECT_EQ(commit(effects(SetPassword{"alice", "new", SetPassword::Expected{std::nullopt}})),
            CommitOutcome::conflict);
  EXPECT_EQ(password_of("alice"), "in force");
  EXPECT_EQ(commit(effects(SetPassword{"alice", "new", SetPassword::Expected{"in force"}})),
            CommitOutcome::committed);
  EXPECT_EQ(password_of("alice"), "new");
}

TEST_P(StoreContract, AFirstPasswordMayInsistOnBeingTheFirst) {
  EXPECT_EQ(commit(effects(SetPassword{"alice", "new", SetPassword::Expected{"old"}})),
            CommitOutcome::conflict);
  EXPECT_EQ(commit(effects(SetPassword{"alice", "new", SetPassword::Expected{std::nullopt}})),
            CommitOutcome::committed);
  EXPECT_EQ(password_of("alice"), "new");
}

TEST_P(StoreContract, ARehashReplacesTheHashItWasMadeFrom) {
  commit(effects(SetPassword{"alice", "old"}));
  EXPECT_EQ(commit(effects(RehashPassword{"alice", "old", "dearer"})), CommitOutcome::committed);
  EXPECT_EQ(password_of("alice"), "dearer");
}

TEST_P(StoreContract, ARehashOfAPasswordThatChangedMeanwhileConflicts) {
  commit(effects(SetPassword{"alice", "changed"}));
  EXPECT_EQ(commit(effects(RehashPassword{"alice", "old", "dearer"})), CommitOutcome::conflict);
  EXPECT_EQ(password_of("alice"), "changed");
  EXPECT_EQ(commit(effects(RehashPassword{"nobody", "old", "dearer"})), CommitOutcome::conflict);
  EXPECT_EQ(password_of("nobody"), std::nullopt);
}

TEST_P(StoreContract, GivesBackAGeneratorAsItWasAdded) {
  const OtpParameters parameters{.algorithm = OtpAlgorithm::sha512, .digits = 8, .period = 60};
  EXPECT_EQ(commit(effects(add_otp("alice", "phone", kSeed, 77, parameters))),
            CommitOutcome::committed);
  const OtpCredential found = only_generator_of("alice");
  EXPECT_EQ(found.label, "phone");
  EXPECT_EQ(found.parameters, parameters);
  EXPECT_TRUE(found.seed.equals(kSeed));
  EXPECT_EQ(found.last_step, 77U);
  EXPECT_TRUE(store_->otp_credentials("bob")->empty());
}

TEST_P(StoreContract, TheCodeThatConfirmedAnEnrolmentIsSpent) {
  commit(effects(add_otp("alice", "phone", kSeed, 77)));
  const std::int64_t id = only_generator_of("alice").id;
  EXPECT_EQ(commit(effects(SpendOtp{id, 77})), CommitOutcome::conflict);
  EXPECT_EQ(commit(effects(SpendOtp{id, 78})), CommitOutcome::committed);
}

TEST_P(StoreContract, AStepIsSpentOnce) {
  commit(effects(add_otp("alice", "phone", kSeed, 77)));
  const std::int64_t id = only_generator_of("alice").id;
  EXPECT_EQ(commit(effects(SpendOtp{id, 80})), CommitOutcome::committed);
  EXPECT_EQ(commit(effects(SpendOtp{id, 80})), CommitOutcome::conflict);
  EXPECT_EQ(only_generator_of("alice").last_step, 80U);
}

TEST_P(StoreContract, AnEarlierStepIsNeverSpentAfterALaterOne) {
  commit(effects(add_otp("alice", "phone", kSeed, 77)));
  const std::int64_t id = only_generator_of("alice").id;
  commit(effects(SpendOtp{id, 80}));
  EXPECT_EQ(commit(effects(SpendOtp{id, 79})), CommitOutcome::conflict);
  EXPECT_EQ(only_generator_of("alice").last_step, 80U);
}

TEST_P(StoreContract, SpendingWithAGeneratorThatIsGoneConflicts) {
  commit(effects(add_otp("alice", "phone", kSeed)));
  const std::int64_t id = only_generator_of("alice").id;
  commit(effects(RemoveOtp{"alice", "phone"}));
  EXPECT_EQ(commit(effects(SpendOtp{id, 1000})), CommitOutcome::conflict);
}

TEST_P(StoreContract, ARemovedGeneratorsIdIsNeverGivenAgain) {
  commit(effects(add_otp("alice", "phone", kSeed)));
  const std::int64_t id = only_generator_of("alice").id;
  commit(effects(RemoveOtp{"alice", "phone"}));
  commit(effects(add_otp("alice", "phone", kSeed)));
  EXPECT_NE(only_generator_of("alice").id, id);
  EXPECT_EQ(commit(effects(SpendOtp{id, 1000})), CommitOutcome::conflict);
}

TEST_P(StoreContract, ALabelIsTakenOncePerUser) {
  commit(effects(add_otp("alice", "phone", kSeed)));
  EXPECT_EQ(commit(effects(add_otp("alice", "phone", "another seed"))), CommitOutcome::conflict);
  EXPECT_TRUE(only_generator_of("alice").seed.equals(kSeed));
  EXPECT_EQ(commit(effects(add_otp("bob", "phone", kSeed))), CommitOutcome::committed);
  EXPECT_EQ(commit(effects(add_otp("alice", "tablet", kSeed))), CommitOutcome::committed);
}

TEST_P(StoreContract, RemovesOneUsersGeneratorAlone) {
  commit(effects(add_otp("alice", "phone", kSeed), add_otp("alice", "tablet", kSeed),
                 add_otp("bob", "phone", kSeed)));
  EXPECT_EQ(commit(effects(RemoveOtp{"alice", "phone"})), CommitOutcome::committed);
  EXPECT_EQ(only_generator_of("alice").label, "tablet");
  EXPECT_EQ(only_generator_of("bob").label, "phone");
}

TEST_P(StoreContract, RemovingWhatIsNotThereConflicts) {
  EXPECT_EQ(commit(effects(RemoveOtp{"alice", "phone"})), CommitOutcome::conflict);
  commit(effects(add_otp("alice", "phone", kSeed)));
  EXPECT_EQ(commit(effects(RemoveOtp{"bob", "phone"})), CommitOutcome::conflict);
}

TEST_P(StoreContract, AConflictAnywhereUndoesTheWholeCommit) {
  commit(effects(SetPassword{"alice", "old"}, add_otp("alice", "phone", kSeed, 100)));
  const std::int64_t id = only_generator_of("alice").id;
  EXPECT_EQ(commit(effects(RehashPassword{"alice", "old", "dearer"}, SpendOtp{id, 101},
                           add_otp("alice", "tablet", kSeed), SpendOtp{id, 101})),
            CommitOutcome::conflict);
  EXPECT_EQ(password_of("alice"), "old");
  EXPECT_EQ(only_generator_of("alice").last_step, 100U);
}

TEST_P(StoreContract, CommitsOnConditionOfWhatTheUserHas) {
  const auto commits_if = [&](std::optional<std::string> hash, std::vector<std::int64_t> otp) {
    return commit(effects(ExpectCredentials{"alice", std::move(hash), std::move(otp)},
                          SetPassword{"alice", "new"})) == CommitOutcome::committed;
  };
  commit(effects(SetPassword{"bob", "bobs"}, add_otp("bob", "phone", kSeed)));
  EXPECT_FALSE(commits_if("none", {}));
  EXPECT_TRUE(commits_if(std::nullopt, {}));
  EXPECT_FALSE(commits_if(std::nullopt, {}));
  EXPECT_TRUE(commits_if("new", {}));

  commit(effects(add_otp("alice", "phone", kSeed)));
  const std::int64_t phone = only_generator_of("alice").id;
  commit(effects(add_otp("alice", "tablet", kSeed)));
  const std::int64_t tablet = store_->list_otp("alice")->back().id;
  EXPECT_FALSE(commits_if("new", {}));
  EXPECT_FALSE(commits_if("new", {phone}));
  EXPECT_FALSE(commits_if("old", {phone, tablet}));
  EXPECT_TRUE(commits_if("new", {phone, tablet}));
}

TEST_P(StoreContract, ListsGeneratorsInTheOrderOfEnrolment) {
  commit(effects(add_otp("alice", "phone", kSeed)));
  commit(effects(add_otp("alice", "attic", kSeed, 5, {.digits = 8})));
  const auto listed = store_->list_otp("alice");
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ((*listed)[0].label, "phone");
  EXPECT_EQ((*listed)[1].label, "attic");
  EXPECT_EQ((*listed)[1].parameters.digits, 8U);
  EXPECT_GT((*listed)[0].created, 0);
  EXPECT_EQ((*listed)[0].last_used, 0);
}

TEST_P(StoreContract, ListsWhenAGeneratorWasLastUsed) {
  commit(effects(add_otp("alice", "phone", kSeed, 100)));
  commit(effects(SpendOtp{only_generator_of("alice").id, 101}));
  EXPECT_GT(store_->list_otp("alice")->front().last_used, 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoreContract, store_kinds(), name_of_kind);

TEST(MemoryStore, FailsWhenTold) {
  MemoryStore store;
  store.set_password("alice", "hash");
  store.fail_reads(true);
  EXPECT_FALSE(store.password_hash("alice"));
  EXPECT_FALSE(store.otp_credentials("alice"));
  EXPECT_FALSE(store.list_otp("alice"));
  EXPECT_FALSE(store.watched_sessions());
  EXPECT_FALSE(store.sessions({.count = 1}));
  EXPECT_FALSE(store.sessions_named("0123"));
  EXPECT_FALSE(store.proofs_of("0123"));
  EXPECT_FALSE(store.proofs());
  store.fail_reads(false);
  store.fail_commits(true);
  EXPECT_FALSE(store.commit(effects(SetPassword{"alice", "other"})));
  store.fail_commits(false);
  store.conflict_commits(true);
  EXPECT_EQ(store.commit(effects(SetPassword{"alice", "other"})), CommitOutcome::conflict);
  EXPECT_EQ(*store.password_hash("alice"), "hash");
  EXPECT_EQ(store.commits_asked(), 2);
}

}  // namespace
}  // namespace usher::testing
