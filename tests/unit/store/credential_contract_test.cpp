// SPDX-License-Identifier: Apache-2.0
// What every Store promises of the life of a credential: names, marks that last, look-up secrets,
// former passwords and notices.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "tests/unit/store/store_contract.h"

namespace usher::testing {
namespace {

LookupHash hash_like(std::uint8_t byte) {
  LookupHash hash{};
  hash.fill(byte);
  return hash;
}

AddLookupSecrets two(LookupKind kind, bool replace = false) {
  return {.user = "alice",
          .hashes = {hash_like(1), hash_like(2)},
          .alike = {.kind = kind, .uses_left = 1},
          .replace = replace};
}

class CredentialContract : public StoreContract {
 protected:
  std::vector<LookupSecret> secrets(std::string_view user = "alice") {
    auto found = store_->lookup_secrets(user);
    EXPECT_TRUE(found);
    return found.value_or(std::vector<LookupSecret>{});
  }
  bool has_had_otp(std::string_view user = "alice") {
    const auto had = store_->has_had_otp(user);
    EXPECT_TRUE(had);
    return had.value_or(true);
  }
};

TEST_P(CredentialContract, AGeneratorMayHaveNothingSpentYet) {
  AddOtp added = add_otp("alice", "token", kSeed, 1, {.kind = OtpKind::hotp});
  added.last_step.reset();
  commit(effects(std::move(added)));
  const OtpCredential found = only_generator_of("alice");
  EXPECT_EQ(found.last_step, std::nullopt);
  EXPECT_EQ(found.parameters.kind, OtpKind::hotp);
  EXPECT_TRUE(found.seed.equals(kSeed));
  EXPECT_EQ(commit(effects(SpendOtp{found.id, 0})), CommitOutcome::committed);
  EXPECT_EQ(commit(effects(SpendOtp{found.id, 0})), CommitOutcome::conflict);
}

TEST_P(CredentialContract, TheClockOfAGeneratorIsRememberedWithinBounds) {
  commit(effects(add_otp("alice", "phone", kSeed, 1)));
  const std::int64_t id = only_generator_of("alice").id;
  EXPECT_EQ(only_generator_of("alice").drift, 0);
  commit(effects(SpendOtp{id, 10, -3}));
  EXPECT_EQ(only_generator_of("alice").drift, -3);
  commit(effects(SpendOtp{id, 11, 999}));
  EXPECT_EQ(only_generator_of("alice").drift, kMostDrift);
}

TEST_P(CredentialContract, AGeneratorGetsAnotherNameAndKeepsTheRest) {
  commit(effects(add_otp("alice", "phone", kSeed, 77), add_otp("alice", "tablet", "another seed")));
  commit(effects(add_otp("bob", "phone", "bob's seed")));
  EXPECT_EQ(commit(effects(RenameOtp{"alice", "phone", "tablet"})), CommitOutcome::conflict);
  EXPECT_EQ(commit(effects(RenameOtp{"alice", "watch", "ring"})), CommitOutcome::conflict);
  EXPECT_EQ(commit(effects(RemoveOtp{"alice", "tablet"})), CommitOutcome::committed);
  EXPECT_EQ(commit(effects(RenameOtp{"alice", "phone", "new phone"})), CommitOutcome::committed);
  const OtpCredential renamed = only_generator_of("alice");
  EXPECT_EQ(renamed.label, "new phone");
  EXPECT_EQ(renamed.last_step, 77U);
  EXPECT_TRUE(renamed.seed.equals(kSeed));
  EXPECT_EQ(only_generator_of("bob").label, "phone");
}

TEST_P(CredentialContract, WhoHadAGeneratorHasHadOneForGood) {
  EXPECT_FALSE(has_had_otp());
  EXPECT_EQ(commit(effects(ExpectNeverEnrolled{"alice"}, add_otp("alice", "phone", kSeed))),
            CommitOutcome::committed);
  commit(effects(RemoveOtp{"alice", "phone"}));
  EXPECT_TRUE(has_had_otp());
  EXPECT_FALSE(has_had_otp("bob"));
  EXPECT_EQ(commit(effects(ExpectNeverEnrolled{"alice"}, add_otp("alice", "other", kSeed))),
            CommitOutcome::conflict);
  EXPECT_TRUE(store_->otp_credentials("alice")->empty());
  commit(effects(ReopenEnrolment{"alice"}));
  EXPECT_FALSE(has_had_otp());
}

TEST_P(CredentialContract, ALookupSecretIsUsedUpOnce) {
  commit(effects(two(LookupKind::recovery)));
  ASSERT_EQ(secrets().size(), 2U);
  EXPECT_EQ(secrets()[0].hash, hash_like(1));
  EXPECT_EQ(secrets()[0].kind, LookupKind::recovery);
  const std::int64_t id = secrets()[0].id;
  EXPECT_EQ(commit(effects(SpendLookupSecret{id})), CommitOutcome::committed);
  EXPECT_EQ(commit(effects(SpendLookupSecret{id})), CommitOutcome::conflict);
  EXPECT_EQ(secrets()[0].uses_left, 0U);
  EXPECT_NE(secrets()[0].last_used, 0);
  EXPECT_EQ(secrets()[1].uses_left, 1U);
  EXPECT_TRUE(secrets("bob").empty());
}

TEST_P(CredentialContract, ALookupSecretKeepsWhatItIsFor) {
  const std::int64_t soon = std::time(nullptr) + 3600;
  commit(effects(AddLookupSecrets{.user = "alice",
                                  .hashes = {hash_like(7)},
                                  .alike = {.kind = LookupKind::bypass,
                                            .services = {"sshd", "sudo"},
                                            .expires = soon,
                                            .uses_left = 2,
                                            .issued_by = "helga"}}));
  ASSERT_EQ(secrets().size(), 1U);
  const LookupSecret kept = secrets().front();
  EXPECT_EQ(kept.services, (std::vector<std::string>{"sshd", "sudo"}));
  EXPECT_EQ(kept.expires, soon);
  EXPECT_EQ(kept.issued_by, "helga");
  EXPECT_EQ(commit(effects(SpendLookupSecret{kept.id})), CommitOutcome::committed);
  EXPECT_EQ(commit(effects(SpendLookupSecret{kept.id})), CommitOutcome::committed);
  EXPECT_EQ(commit(effects(SpendLookupSecret{kept.id})), CommitOutcome::conflict);
}

TEST_P(CredentialContract, WhatHasExpiredIsNotSpent) {
  AddLookupSecrets added = two(LookupKind::bypass);
  added.alike.expires = std::time(nullptr) - 1;
  commit(effects(std::move(added)));
  EXPECT_EQ(commit(effects(SpendLookupSecret{secrets().front().id})), CommitOutcome::conflict);
}

TEST_P(CredentialContract, NewOnesReplaceTheirOwnKindAlone) {
  commit(effects(two(LookupKind::recovery), two(LookupKind::breakglass)));
  AddLookupSecrets fresh = two(LookupKind::recovery, true);
  fresh.hashes = {hash_like(9)};
  commit(effects(std::move(fresh)));
  ASSERT_EQ(secrets().size(), 3U);
  EXPECT_EQ(secrets()[0].kind, LookupKind::breakglass);
  EXPECT_EQ(secrets()[2].hash, hash_like(9));
  commit(effects(RevokeLookupSecrets{"alice", LookupKind::breakglass}));
  ASSERT_EQ(secrets().size(), 1U);
  EXPECT_EQ(secrets().front().hash, hash_like(9));
}

TEST_P(CredentialContract, WhatWasIssuedIsListedByPersonForEverybody) {
  AddLookupSecrets of_bob = two(LookupKind::bypass);
  of_bob.user = "bob";
  of_bob.alike.services = {"sshd"};
  of_bob.alike.issued_by = "ada";
  commit(effects(std::move(of_bob), two(LookupKind::bypass), two(LookupKind::recovery)));
  const auto issued = store_->issued_secrets(LookupKind::bypass);
  ASSERT_TRUE(issued);
  ASSERT_EQ(issued->size(), 4U);
  EXPECT_EQ((*issued)[0].user, "alice");
  EXPECT_EQ((*issued)[2].user, "bob");
  EXPECT_EQ((*issued)[2].secret.hash, hash_like(1));
  EXPECT_EQ((*issued)[2].secret.services, std::vector<std::string>{"sshd"});
  EXPECT_EQ((*issued)[2].secret.issued_by, "ada");
  EXPECT_TRUE(store_->issued_secrets(LookupKind::breakglass)->empty());
}

TEST_P(CredentialContract, WhatIsExpectedOfCredentialsCountsRecoveryCodes) {
  commit(effects(SetPassword{"alice", "hash"}, two(LookupKind::recovery)));
  const auto expecting = [&](std::size_t recovery) {
    return commit(
        effects(ExpectCredentials{"alice", "hash", {}, recovery}, SetPassword{"alice", "hash"}));
  };
  EXPECT_EQ(expecting(1), CommitOutcome::conflict);
  EXPECT_EQ(expecting(2), CommitOutcome::committed);
  commit(effects(SpendLookupSecret{secrets().front().id}));
  EXPECT_EQ(expecting(2), CommitOutcome::conflict);
  EXPECT_EQ(expecting(1), CommitOutcome::committed);
}

TEST_P(CredentialContract, FormerPasswordsAreRememberedAsFarAsWanted) {
  for (const char* hash : {"a", "b", "c", "d"})
    commit(effects(SetPassword{.user = "alice", .hash = hash, .remember = 2}));
  commit(effects(SetPassword{"bob", "x"}, SetPassword{"bob", "y"}));
  EXPECT_EQ(store_->former_hashes("alice"), (std::vector<std::string>{"b", "c"}));
  EXPECT_TRUE(store_->former_hashes("bob")->empty());
}

TEST_P(CredentialContract, APasswordMayHaveToBeChanged) {
  EXPECT_EQ(commit(effects(ExpirePassword{"alice"})), CommitOutcome::conflict);
  EXPECT_EQ(store_->must_change_password("alice"), false);
  commit(effects(SetPassword{.user = "alice", .hash = "given", .must_change = true}));
  EXPECT_EQ(store_->must_change_password("alice"), true);
  commit(effects(SetPassword{"alice", "chosen"}));
  EXPECT_EQ(store_->must_change_password("alice"), false);
  commit(effects(ExpirePassword{"alice"}));
  EXPECT_EQ(store_->must_change_password("alice"), true);
  commit(effects(RehashPassword{"alice", "chosen", "dearer"}));
  EXPECT_EQ(store_->must_change_password("alice"), true);
}

TEST_P(CredentialContract, NoticesWaitUntilTheyAreTaken) {
  commit(
      effects(LeaveNotice{"alice", "one"}, LeaveNotice{"bob", "his"}, LeaveNotice{"alice", "two"}));
  const auto waiting = store_->notices("alice");
  ASSERT_TRUE(waiting);
  ASSERT_EQ(waiting->size(), 2U);
  EXPECT_EQ((*waiting)[0].text, "one");
  commit(effects(TakeNotices{"alice", (*waiting)[0].id}));
  ASSERT_EQ(store_->notices("alice")->size(), 1U);
  EXPECT_EQ(store_->notices("alice")->front().text, "two");
  EXPECT_EQ(store_->notices("bob")->size(), 1U);
}

TEST_P(CredentialContract, TheNewestHundredNoticesWait) {
  constexpr int kMost = 100;
  commit(effects(LeaveNotice{"bob", "his"}));
  for (int i = 1; i <= kMost + 2; ++i) commit(effects(LeaveNotice{"alice", std::to_string(i)}));
  const auto waiting = store_->notices("alice");
  ASSERT_TRUE(waiting);
  ASSERT_EQ(waiting->size(), std::size_t{kMost});
  EXPECT_EQ(waiting->front().text, "3");
  EXPECT_EQ(waiting->back().text, "102");
  EXPECT_EQ(store_->notices("bob")->size(), 1U);
}

TEST_P(CredentialContract, AProofByRecoveryCodeGoesWithTheCodes) {
  const Session session{.id = std::string(32, 'a'), .user = "alice", .service = "sshd"};
  const EarnedProof proof{
      .user = "alice", .for_uid = 1000, .factor = Factor::recovery, .by = ProvenBy::usher};
  commit(effects(two(LookupKind::recovery), OpenSession{.session = session, .proofs = {proof}}));
  EXPECT_EQ(store_->proofs_of(session.id)->size(), 1U);
  commit(effects(RevokeLookupSecrets{"alice", LookupKind::recovery}));
  EXPECT_TRUE(store_->proofs_of(session.id)->empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, CredentialContract, store_kinds(), name_of_kind);

}  // namespace
}  // namespace usher::testing
