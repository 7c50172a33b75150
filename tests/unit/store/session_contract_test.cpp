// SPDX-License-Identifier: Apache-2.0
// What every Store promises about sessions and what was proven in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/password_mark.h"
#include "tests/unit/store/store_contract.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// An id all of whose digits are that.
std::string id_of(char digit) { return std::string(kSessionIdSize, digit); }

const std::string kA = id_of('a');
const std::string kB = id_of('b');
const std::string kC = id_of('c');

constexpr std::int64_t kOpened = 1'700'000'000;

Session session(std::string id, std::string user = "alice", std::int64_t opened = kOpened) {
  return {.id = std::move(id),
          .user = std::move(user),
          .uid = 1000,
          .service = "sshd",
          .anchor = {.pid = 4000, .start_time = 88},
          .boot_id = "boot",
          .opened = opened};
}

Effect open(Session opened, std::vector<EarnedProof> proofs = {}, std::int64_t forget_before = 0) {
  return OpenSession{
      .session = std::move(opened), .proofs = std::move(proofs), .forget_before = forget_before};
}

SessionEnding closed_at(std::int64_t at) { return {.how = SessionEnd::closed, .at = at, .by = {}}; }

EarnedProof proof(Factor factor, std::int64_t boot_at = 100, uid_t for_uid = 1000,
                  std::string user = "alice") {
  return {.user = std::move(user),
          .for_uid = for_uid,
          .factor = factor,
          .by = ProvenBy::sshd,
          .boot_at = boot_at,
          .wall_at = kOpened};
}

EarnedProof of_password(std::string_view hash) {
  EarnedProof earned = proof(Factor::password);
  earned.by = ProvenBy::usher;
  earned.tie = {.kind = ProofTie::Kind::usher_password, .mark = mark_of_hash(hash)};
  return earned;
}
EarnedProof of_system_password() {
  EarnedProof earned = proof(Factor::password);
  earned.tie = {.kind = ProofTie::Kind::system_password, .mark = {1, 2, 3}};
  return earned;
}
EarnedProof of_code(std::int64_t id) {
  EarnedProof earned = proof(Factor::otp);
  earned.tie = {.kind = ProofTie::Kind::otp, .otp = id};
  return earned;
}

void expect_same(const Session& found, const Session& wanted) {
  EXPECT_EQ(found.id, wanted.id);
  EXPECT_EQ(found.user, wanted.user);
  EXPECT_EQ(found.uid, wanted.uid);
  EXPECT_EQ(found.service, wanted.service);
  EXPECT_EQ(found.rhost, wanted.rhost);
  EXPECT_EQ(found.tty, wanted.tty);
  EXPECT_EQ(found.ruser, wanted.ruser);
  EXPECT_EQ(found.anchor, wanted.anchor);
  EXPECT_EQ(found.boot_id, wanted.boot_id);
  EXPECT_EQ(found.parent, wanted.parent);
  EXPECT_EQ(found.hints, wanted.hints);
  EXPECT_EQ(found.rule, wanted.rule);
  EXPECT_EQ(found.rule_at, wanted.rule_at);
  EXPECT_EQ(found.observed, wanted.observed);
  EXPECT_EQ(found.factors, wanted.factors);
  EXPECT_EQ(found.opened, wanted.opened);
  EXPECT_EQ(found.ending, wanted.ending);
  EXPECT_EQ(found.anchor_gone, wanted.anchor_gone);
}

std::vector<std::string> ids_of(const Result<std::vector<Session>>& found) {
  std::vector<std::string> ids;
  EXPECT_TRUE(found);
  if (found) std::ranges::transform(*found, std::back_inserter(ids), &Session::id);
  return ids;
}

class SessionContract : public StoreContract {
 protected:
  Session only(const std::string& id) {
    const auto found = store_->sessions_named(id);
    EXPECT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->size(), 1U);
    return found && found->size() == 1 ? found->front() : Session{};
  }
  std::vector<EarnedProof> proofs_of(const std::string& id) {
    const auto found = store_->proofs_of(id);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(std::vector<EarnedProof>{});
  }
  /// Whether `earned` was worth keeping, both where it opens a session and where it comes later.
  bool is_kept(const EarnedProof& earned) {
    commit(effects(open(session(kA), {earned}), open(session(kB)), EarnProof{kB, earned}));
    const bool at_once = proofs_of(kA) == std::vector{earned};
    const bool later = proofs_of(kB) == std::vector{earned};
    EXPECT_EQ(at_once, later);
    return at_once;
  }
};

TEST_P(SessionContract, GivesBackASessionAsItWasOpened) {
  Session opened = session(kA);
  opened.rhost = "192.0.2.7";
  opened.tty = "pts/3";
  opened.ruser = "somebody";
  opened.uid = 4'294'967'294;
  opened.anchor = {.pid = 4'194'304,
                   .start_time = std::numeric_limits<std::uint64_t>::max(),
                   .inode = (std::uint64_t{1} << 63) + 5};
  opened.parent = kB;
  opened.hints = {.login_uid = 4'294'967'294, .audit_session = 4'294'967'294, .kernel_session = 77};
  opened.rule = "from outside";
  opened.rule_at = "/etc/usher/rules.d/50-a.toml:3";
  opened.observed = true;
  opened.factors = {"publickey", "otp (reused)"};
  EXPECT_EQ(commit(effects(open(opened))), CommitOutcome::committed);
  expect_same(only(kA), opened);
}

TEST_P(SessionContract, WhatTheKernelDidNotTellStaysUnknown) {
  const Session opened = session(kA);
  commit(effects(open(opened)));
  expect_same(only(kA), opened);
  EXPECT_EQ(only(kA).hints, SessionHints{});
}

TEST_P(SessionContract, AnIdNamesOneSession) {
  commit(effects(open(session(kA, "alice"))));
  const auto wanted = effects(open(session(kA, "bob")));
  const auto again = store_->commit(wanted);
  EXPECT_TRUE(!again || *again == CommitOutcome::conflict);
  EXPECT_EQ(only(kA).user, "alice");
}

TEST_P(SessionContract, HowItEndedFirstStays) {
  commit(effects(open(session(kA), {proof(Factor::publickey)}), open(session(kB))));
  const SessionEnding revoked{.how = SessionEnd::revoked, .at = kOpened + 9, .by = "root"};
  EXPECT_EQ(commit(effects(EndSession{kA, revoked})), CommitOutcome::committed);
  EXPECT_EQ(commit(effects(EndSession{kA, closed_at(kOpened + 10)})), CommitOutcome::committed);
  EXPECT_EQ(only(kA).ending, revoked);
  EXPECT_EQ(only(kB).ending, std::nullopt);
  EXPECT_FALSE(only(kA).anchor_gone) << "its processes go on";
}

TEST_P(SessionContract, EveryWayToEndIsGivenBack) {
  for (const SessionEndName& row : kSessionEnds) {
    const std::string id = id_of(static_cast<char>('0' + static_cast<int>(row.end)));
    commit(effects(open(session(id)), EndSession{id, {.how = row.end, .at = 5, .by = {}}}));
    EXPECT_EQ(only(id).ending->how, row.end) << row.name;
  }
}

TEST_P(SessionContract, AnEndTakesItsProofsAlong) {
  commit(effects(open(session(kA), {proof(Factor::publickey)}),
                 open(session(kB), {proof(Factor::publickey)})));
  commit(effects(EndSession{kA, closed_at(1)}));
  EXPECT_THAT(proofs_of(kA), IsEmpty());
  EXPECT_THAT(proofs_of(kB), ElementsAre(proof(Factor::publickey)));
}

TEST_P(SessionContract, WhatIsAboutASessionThatIsNoneIsNoConflict) {
  EXPECT_EQ(commit(effects(EndSession{kA, closed_at(1)}, DropAnchor{kA},
                           EarnProof{kA, proof(Factor::publickey)})),
            CommitOutcome::committed);
  EXPECT_THAT(ids_of(store_->sessions({.count = 10})), IsEmpty());
  EXPECT_THAT(*store_->proofs(), IsEmpty());
}

TEST_P(SessionContract, IsWatchedUntilItsAnchorIsGone) {
  commit(effects(open(session(kC)), open(session(kA)), open(session(kB))));
  commit(effects(EndSession{kA, closed_at(1)}));
  EXPECT_THAT(ids_of(store_->watched_sessions()), ElementsAre(kC, kA, kB)) << "as they began";
  commit(effects(DropAnchor{kA}, DropAnchor{kB}));
  EXPECT_THAT(ids_of(store_->watched_sessions()), ElementsAre(kC));
  EXPECT_TRUE(only(kA).anchor_gone);
  EXPECT_EQ(only(kB).ending, std::nullopt) << "that is no end";
}

TEST_P(SessionContract, ListsTheLatestFirst) {
  commit(effects(open(session(kB, "alice", kOpened)), open(session(kA, "bob", kOpened + 10)),
                 open(session(kC, "alice", kOpened + 20)), EndSession{kC, closed_at(1)}));
  const auto listed = [&](SessionQuery query) {
    return ids_of(store_->sessions(std::move(query)));
  };
  EXPECT_THAT(listed({.count = 10}), ElementsAre(kC, kA, kB));
  EXPECT_THAT(listed({.user = "alice", .count = 10}), ElementsAre(kC, kB));
  EXPECT_THAT(listed({.user = "ALICE", .count = 10}), IsEmpty());
  EXPECT_THAT(listed({.since = kOpened + 10, .count = 10}), ElementsAre(kC, kA));
  EXPECT_THAT(listed({.user = "alice", .since = kOpened + 1, .count = 10}), ElementsAre(kC));
  EXPECT_THAT(listed({.since = kOpened + 21, .count = 10}), IsEmpty());
  EXPECT_THAT(listed({.count = 2}), ElementsAre(kC, kA));
  EXPECT_THAT(listed({.user = "alice", .count = 1}), ElementsAre(kC));
  EXPECT_THAT(listed({.count = std::numeric_limits<std::size_t>::max()}), ElementsAre(kC, kA, kB));
}

TEST_P(SessionContract, ListsByTheClockAndThenByWhatBeganLast) {
  commit(effects(open(session(kC, "alice", kOpened + 20)), open(session(kA, "bob", kOpened + 10)),
                 open(session(kB, "alice", kOpened + 10))));
  const auto listed = [&](SessionQuery query) {
    return ids_of(store_->sessions(std::move(query)));
  };
  EXPECT_THAT(listed({.count = 10}), ElementsAre(kC, kB, kA)) << "though the clock was set back";
  EXPECT_THAT(listed({.count = 1}), ElementsAre(kC));
  EXPECT_THAT(listed({.user = "alice", .count = 10}), ElementsAre(kC, kB));
}

TEST_P(SessionContract, IsFoundByHowItsIdBegins) {
  const std::string first = "1234" + std::string(28, '0');
  const std::string second = "1235" + std::string(28, 'f');
  const std::string third = "123f" + std::string(28, '7');
  commit(effects(open(session(first)), open(session(second)), open(session(third)),
                 EndSession{second, closed_at(1)}));
  EXPECT_THAT(ids_of(store_->sessions_named("1234")), ElementsAre(first));
  EXPECT_THAT(ids_of(store_->sessions_named("1235f")), ElementsAre(second)) << "past ones too";
  EXPECT_THAT(ids_of(store_->sessions_named(third)), ElementsAre(third));
  EXPECT_THAT(ids_of(store_->sessions_named("1236")), IsEmpty());
  EXPECT_THAT(ids_of(store_->sessions_named("2")), IsEmpty());
  EXPECT_EQ(store_->sessions_named("123")->size(), 2U) << "enough to know that it is not one";
}

TEST_P(SessionContract, GivesBackEachProofAsItWasEarned) {
  EarnedProof earned{.user = "bob",
                     .for_uid = 4'294'967'294,
                     .factor = Factor::publickey,
                     .by = ProvenBy::stack,
                     .tie = {.kind = ProofTie::Kind::nothing,
                             .otp = 12,
                             .mark = {0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}},
                     .boot_at = 123'456'789'012,
                     .wall_at = kOpened};
  commit(effects(open(session(kA), {earned}), open(session(kB))));
  EXPECT_THAT(proofs_of(kA), ElementsAre(earned));
  EXPECT_THAT(proofs_of(kB), IsEmpty());
  EXPECT_THAT(proofs_of(kA.substr(1)), IsEmpty()) << "by its whole id alone";
  const EarnedProof other = proof(Factor::publickey);
  commit(effects(EarnProof{kB, other}));
  std::vector<std::pair<std::string, EarnedProof>> all;
  const auto held_by_all = store_->proofs();
  ASSERT_TRUE(held_by_all);
  for (const HeldProof& held : *held_by_all) all.emplace_back(held.session, held.proof);
  EXPECT_THAT(all, UnorderedElementsAre(std::pair(kA, earned), std::pair(kB, other)));
}

TEST_P(SessionContract, AProofReplacesAnOlderOneAlike) {
  commit(effects(open(session(kA), {proof(Factor::publickey, 100)})));
  commit(effects(EarnProof{kA, proof(Factor::publickey, 200)}));
  EXPECT_THAT(proofs_of(kA), ElementsAre(proof(Factor::publickey, 200)));
  commit(effects(EarnProof{kA, proof(Factor::publickey, 150)}));
  EXPECT_THAT(proofs_of(kA), ElementsAre(proof(Factor::publickey, 200)))
      << "what was earned earlier is not what counts";
}

TEST_P(SessionContract, ProofsOfOthersStandBesideIt) {
  const std::vector<EarnedProof> all = {proof(Factor::publickey), proof(Factor::password),
                                        proof(Factor::publickey, 100, 1001),
                                        proof(Factor::publickey, 100, 1000, "bob")};
  commit(effects(open(session(kA), all)));
  EXPECT_THAT(proofs_of(kA), ::testing::UnorderedElementsAreArray(all));
}

TEST_P(SessionContract, NothingIsEarnedOnceItIsOver) {
  commit(effects(open(session(kA)), EndSession{kA, closed_at(1)}));
  EXPECT_EQ(commit(effects(EarnProof{kA, proof(Factor::publickey)})), CommitOutcome::committed);
  EXPECT_THAT(*store_->proofs(), IsEmpty());
}

TEST_P(SessionContract, AnUsherPasswordsProofNeedsThatVeryHash) {
  EXPECT_FALSE(is_kept(of_password("hash"))) << "there is no password";
}

TEST_P(SessionContract, AnUsherPasswordsProofIsKeptWhileItIsThat) {
  commit(effects(SetPassword{"alice", "hash"}, SetPassword{"bob", "other"}));
  EXPECT_TRUE(is_kept(of_password("hash")));
}

TEST_P(SessionContract, AnotherPasswordsProofIsNotKept) {
  commit(effects(SetPassword{"alice", "hash"}, SetPassword{"bob", "other"}));
  EXPECT_FALSE(is_kept(of_password("other")));
}

TEST_P(SessionContract, ASystemPasswordsProofIsKeptWhereNoneIsUshers) {
  commit(effects(SetPassword{"bob", "other"}));
  EXPECT_TRUE(is_kept(of_system_password()));
}

TEST_P(SessionContract, ASystemPasswordsProofIsNotKeptWhereUsherHasOne) {
  commit(effects(SetPassword{"alice", "hash"}));
  EXPECT_FALSE(is_kept(of_system_password()));
}

TEST_P(SessionContract, ACodesProofNeedsItsGenerator) {
  commit(effects(add_otp("alice", "phone", kSeed), add_otp("bob", "phone", kSeed)));
  EXPECT_TRUE(is_kept(of_code(only_generator_of("alice").id)));
}

TEST_P(SessionContract, TheProofOfSomebodyElsesGeneratorIsNotKept) {
  commit(effects(add_otp("alice", "phone", kSeed), add_otp("bob", "phone", kSeed)));
  EXPECT_FALSE(is_kept(of_code(only_generator_of("bob").id)));
}

TEST_P(SessionContract, TheProofOfAGeneratorThatIsGoneIsNotKept) {
  commit(effects(add_otp("alice", "phone", kSeed)));
  const std::int64_t id = only_generator_of("alice").id;
  commit(effects(RemoveOtp{"alice", "phone"}));
  EXPECT_FALSE(is_kept(of_code(id)));
}

TEST_P(SessionContract, ANewPasswordTakesThoseOfTheOldAlong) {
  commit(effects(add_otp("alice", "phone", kSeed), SetPassword{"alice", "hash"}));
  const EarnedProof code = of_code(only_generator_of("alice").id);
  const EarnedProof bobs = proof(Factor::password, 100, 1000, "bob");
  commit(effects(open(session(kA), {of_password("hash"), code, bobs}),
                 open(session(kB), {of_password("hash")})));
  ASSERT_EQ(store_->proofs()->size(), 4U);
  commit(effects(SetPassword{"alice", "new"}));
  EXPECT_THAT(proofs_of(kA), UnorderedElementsAre(code, bobs));
  EXPECT_THAT(proofs_of(kB), IsEmpty());
}

TEST_P(SessionContract, AFirstUsherPasswordTakesThoseOfTheSystemAlong) {
  commit(effects(open(session(kA), {of_system_password()})));
  ASSERT_EQ(proofs_of(kA).size(), 1U);
  commit(effects(SetPassword{"alice", "first"}));
  EXPECT_THAT(proofs_of(kA), IsEmpty());
}

TEST_P(SessionContract, ANewPasswordThatConflictsTakesNothing) {
  commit(effects(SetPassword{"alice", "hash"}, open(session(kA), {of_password("hash")})));
  EXPECT_EQ(commit(effects(SetPassword{"alice", "new", SetPassword::Expected{"other"}})),
            CommitOutcome::conflict);
  EXPECT_EQ(proofs_of(kA).size(), 1U);
}

TEST_P(SessionContract, ARehashLeavesWhatWasProven) {
  commit(effects(SetPassword{"alice", "old"}, open(session(kA), {of_password("old")})));
  commit(effects(RehashPassword{"alice", "old", "dearer"}));
  EXPECT_THAT(proofs_of(kA), ElementsAre(of_password("old")));
}

TEST_P(SessionContract, WhatIsEarnedWithARehashIsTiedToTheNewHash) {
  commit(effects(SetPassword{"alice", "old"}, open(session(kA)), open(session(kB))));
  commit(effects(RehashPassword{"alice", "old", "dearer"}, EarnProof{kA, of_password("dearer")},
                 EarnProof{kB, of_password("old")}));
  EXPECT_THAT(proofs_of(kA), ElementsAre(of_password("dearer")));
  EXPECT_THAT(proofs_of(kB), IsEmpty());
}

TEST_P(SessionContract, ARemovedGeneratorTakesItsOwnAlong) {
  commit(effects(add_otp("alice", "phone", kSeed), SetPassword{"alice", "hash"}));
  const std::int64_t phone = only_generator_of("alice").id;
  commit(effects(add_otp("alice", "tablet", kSeed), add_otp("bob", "phone", kSeed)));
  const std::int64_t tablet = store_->list_otp("alice")->back().id;
  EarnedProof bobs = of_code(only_generator_of("bob").id);
  bobs.user = "bob";
  commit(effects(open(session(kA), {of_code(phone), of_password("hash"), bobs}),
                 open(session(kB), {of_code(tablet)})));
  commit(effects(RemoveOtp{"alice", "phone"}));
  EXPECT_THAT(proofs_of(kA), UnorderedElementsAre(of_password("hash"), bobs));
  EXPECT_THAT(proofs_of(kB), ElementsAre(of_code(tablet)));
}

TEST_P(SessionContract, CommitsOnConditionOfAProof) {
  commit(effects(open(session(kA), {proof(Factor::publickey, 100)}), open(session(kB))));
  const ExpectProof held{
      .session = kA, .user = "alice", .for_uid = 1000, .factor = Factor::publickey, .since = 100};
  int tried = 0;
  const auto commits_if = [&](const ExpectProof& wanted) {
    const std::string user = "user " + std::to_string(++tried);
    const bool committed =
        commit(effects(SetPassword{user, "hash"}, wanted)) == CommitOutcome::committed;
    EXPECT_EQ(password_of(user).has_value(), committed) << "all of it or nothing";
    return committed;
  };
  EXPECT_TRUE(commits_if(held));
  const auto but = [&](auto change) {
    ExpectProof other = held;
    change(other);
    return other;
  };
  EXPECT_FALSE(commits_if(but([](ExpectProof& other) { other.since = 101; })));
  EXPECT_FALSE(commits_if(but([](ExpectProof& other) { other.session = kB; })));
  EXPECT_FALSE(commits_if(but([](ExpectProof& other) { other.session = kC; })));
  EXPECT_FALSE(commits_if(but([](ExpectProof& other) { other.user = "bob"; })));
  EXPECT_FALSE(commits_if(but([](ExpectProof& other) { other.for_uid = 0; })));
  EXPECT_FALSE(commits_if(but([](ExpectProof& other) { other.factor = Factor::otp; })));
  commit(effects(EndSession{kA, closed_at(1)}));
  EXPECT_FALSE(commits_if(held));
}

TEST_P(SessionContract, AConflictBesideItOpensNothing) {
  EXPECT_EQ(commit(effects(open(session(kA), {proof(Factor::publickey)}), SpendOtp{1, 1})),
            CommitOutcome::conflict);
  EXPECT_THAT(ids_of(store_->sessions({.count = 10})), IsEmpty());
  EXPECT_THAT(*store_->proofs(), IsEmpty());
}

TEST_P(SessionContract, ForgetsWhatEndedLongAgoAndHasNoAnchor) {
  const std::string open_one = id_of('1');
  const std::string with_anchor = id_of('2');
  const std::string long_over = id_of('3');
  const std::string just_over = id_of('4');
  const std::string never_ended = id_of('5');
  commit(effects(open(session(open_one)), open(session(with_anchor)), open(session(long_over)),
                 open(session(just_over)), open(session(never_ended))));
  commit(effects(EndSession{with_anchor, closed_at(99)}, EndSession{long_over, closed_at(99)},
                 DropAnchor{long_over}, EndSession{just_over, closed_at(100)},
                 DropAnchor{just_over}, DropAnchor{never_ended}));
  commit(effects(open(session(kA), {}, 100)));
  EXPECT_THAT(ids_of(store_->sessions({.count = 10})),
              ElementsAre(kA, never_ended, just_over, with_anchor, open_one));
}

INSTANTIATE_TEST_SUITE_P(Kinds, SessionContract, store_kinds(), name_of_kind);

}  // namespace
}  // namespace usher::testing
