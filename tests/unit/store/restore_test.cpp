// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/restore.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <string>

#include "daemon/store/rotation.h"
#include "tests/unit/store/killed.h"
#include "tests/unit/store/no_room.h"
#include "tests/unit/store/restore_fixture.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = RestoreRemark::Kind;

TEST_F(RestoreTest, PutsBackWhatWasThere) {
  back_up();
  commit(effects(SetPassword{"alice", "hash of now"}, add_otp("bob", "phone", kOtherSeed)));
  const RestoreReport report = restore();
  EXPECT_EQ(*open()->password_hash("alice"), "hash of then");
  EXPECT_TRUE(generator("alice")->seed.equals(kSeed));
  EXPECT_FALSE(generator("bob"));
  EXPECT_EQ(report.contents.passwords, 1U);
  EXPECT_EQ(report.contents.generators, 1U);
  EXPECT_TRUE(report.had_store);
  EXPECT_EQ(report.unreadable, "");
  EXPECT_FALSE(report.key_from_backup);
  EXPECT_LE(report.made, now());
}

TEST_F(RestoreTest, KeepsTheStoreThatWasThere) {
  back_up();
  commit(effects(SetPassword{"alice", "hash of now"}));
  const RestoreReport report = restore();
  ASSERT_TRUE(std::filesystem::exists(report.kept));
  Database kept(report.kept);
  EXPECT_EQ(kept.text("SELECT hash FROM password"), "hash of now");
  EXPECT_THAT(report.kept.filename().string(), ::testing::StartsWith("store.db.before-restore-"));
}

TEST_F(RestoreTest, LeavesNothingElse) {
  back_up();
  const RestoreReport report = restore();
  EXPECT_THAT(files(),
              ElementsAre("backup", "master.key", "store.db", report.kept.filename().string()));
  struct stat status{};
  ASSERT_EQ(::stat(scratch_.store().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

// What only the log has, a restore must find in it.
TEST_F(RestoreTest, WhatAKilledUsherdLeftInItsLogCounts) {
  back_up();
  const auto id = generator("alice")->id;
  const Scratch crashed;
  {
    const auto store = open();
    ASSERT_TRUE(store->commit(effects(SpendOtp{.credential = id, .step = step_now() + 9})));
    for (const char* suffix : {"", "-wal"})
      std::filesystem::copy_file(scratch_.store().string() + suffix,
                                 crashed.store().string() + suffix);
  }
  lose_store();
  for (const char* suffix : {"", "-wal"})
    std::filesystem::copy_file(crashed.store().string() + suffix,
                               scratch_.store().string() + suffix);
  EXPECT_EQ(restore().unreadable, "");
  EXPECT_GE(generator("alice")->last_step, step_now() + 8);
}

TEST_F(RestoreTest, AKeyThatWasPutOutOfForceDoesNotComeBack) {
  back_up();
  const KeyId then = key_id_of(scratch_.key());
  ASSERT_TRUE(rotate_key(scratch_.store(), scratch_.key(),
                         {.progress = [](std::size_t, std::size_t) {},
                          .record = [](const Rotation&) { return Result<void>{}; },
                          .committed = [] {}}));
  const KeyId since = key_id_of(scratch_.key());
  ASSERT_NE(then, since);
  const RestoreReport report = restore();
  EXPECT_FALSE(report.key_from_backup);
  EXPECT_EQ(key_id_of(scratch_.key()), since);
  EXPECT_TRUE(generator("alice")->seed.equals(kSeed));
}

TEST_F(RestoreTest, OntoAFreshMachineItTakesTheKeyOfThere) {
  back_up();
  lose_store();
  std::filesystem::remove(scratch_.key());
  ASSERT_TRUE(initialise_store(scratch_.store(), scratch_.key()));
  const KeyId fresh = key_id_of(scratch_.key());
  restore();
  EXPECT_EQ(key_id_of(scratch_.key()), fresh);
  EXPECT_TRUE(generator("alice")->seed.equals(kSeed));
}

TEST_F(RestoreTest, WithoutAKeyThatOfTheBackupIsPutInPlace) {
  back_up();
  const std::string key = read_file(scratch_.key());
  lose_store();
  std::filesystem::remove(scratch_.key());
  EXPECT_TRUE(restore().key_from_backup);
  EXPECT_EQ(read_file(scratch_.key()), key);
  EXPECT_TRUE(generator("alice")->seed.equals(kSeed));
}

TEST_F(RestoreTest, AKeyThatIsGivenIsUsedAndNoneIsWritten) {
  back_up();
  const std::filesystem::path elsewhere = scratch_.path() / "elsewhere";
  std::filesystem::rename(scratch_.key(), elsewhere);
  const auto ring = KeyRing::read(elsewhere);
  ASSERT_TRUE(ring);
  RestorePlan given = plan();
  given.key = &*ring;
  const auto report = restore(given);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(std::filesystem::exists(scratch_.key()));
  EXPECT_TRUE(SqliteStore::open(scratch_.store(), elsewhere));
}

TEST_F(RestoreTest, ADamagedKeyIsNotReplaced) {
  back_up();
  std::filesystem::remove(scratch_.key());
  write_file(scratch_.key(), "no key");
  ASSERT_EQ(::chmod(scratch_.key().c_str(), 0400), 0);
  EXPECT_THAT(why_refused(plan()), HasSubstr("move it away"));
  EXPECT_EQ(read_file(scratch_.key()), "no key");
}

TEST_F(RestoreTest, TheStoresKeyBeingLostTellsWhatWasSpentAllTheSame) {
  commit(effects(add_otp("alice", "token", kOtherSeed, 7, kCounting)));
  back_up();
  commit(effects(SpendOtp{.credential = generator("alice", "token")->id, .step = 12}));
  std::filesystem::remove(scratch_.key());
  EXPECT_THAT(told(restore()), IsEmpty());
  EXPECT_EQ(generator("alice", "token")->last_step, 12U);
}

TEST_F(RestoreTest, WhileSomebodyHasItOpenNothingIsDone) {
  back_up();
  const auto serving = open();
  ASSERT_TRUE(serving->commit(effects(SetPassword{"alice", "hash of now"})));
  EXPECT_THAT(why_refused(plan()), HasSubstr("stop usherd first"));
  const auto unused = expect_unused(scratch_.store());
  ASSERT_FALSE(unused);
  EXPECT_THAT(unused.error().message, HasSubstr("stop usherd first"));
  EXPECT_EQ(*serving->password_hash("alice"), "hash of now");
  EXPECT_THAT(files(),
              ElementsAre("backup", "master.key", "store.db", "store.db-shm", "store.db-wal"));
}

// A restore puts a file in place of another: who opens the store meanwhile must not get hold of the
// old one.
TEST_F(RestoreTest, WhoOpensTheStoreWaitsForARestoreAndNotForEver) {
  const UniqueFd directory(::open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::flock(directory.get(), LOCK_EX), 0);
  const auto opened = open_store(scratch_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("usherctl is at work on it"));
  auto later = std::async(std::launch::async, [&] { return open_store(scratch_).has_value(); });
  ASSERT_EQ(::flock(directory.get(), LOCK_UN), 0);
  EXPECT_TRUE(later.get());
}

TEST_F(RestoreTest, OneAtATime) {
  back_up();
  const UniqueFd directory(::open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::flock(directory.get(), LOCK_EX), 0);
  EXPECT_THAT(why_refused(plan()), HasSubstr("another usherctl is at work"));
}

TEST_F(RestoreTest, ADryRunLooksBesideWhoServesAndChangesNothing) {
  commit(effects(add_secrets("alice", LookupKind::recovery, {hash_of(1), hash_of(2)})));
  back_up();
  const auto serving = open();
  ASSERT_TRUE(serving->commit(effects(add_secrets("alice", LookupKind::recovery, {hash_of(3)}))));
  const auto before = files();
  RestorePlan dry = plan();
  dry.dry_run = true;
  dry.record = [](const RestoreReport&) -> Result<void> { return failure("recorded"); };
  const auto report = restore(dry);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(told(*report), ElementsAre(remark(Kind::recovery_removed, "alice", {}, 2)));
  EXPECT_EQ(files(), before);
  EXPECT_EQ(serving->lookup_secrets("alice")->size(), 1U);
}

TEST_F(RestoreTest, WhatCantBeRecordedIsNotDone) {
  back_up();
  commit(effects(SetPassword{"alice", "hash of now"}));
  RestorePlan unrecorded = plan();
  unrecorded.record = [](const RestoreReport&) -> Result<void> { return failure("no log"); };
  EXPECT_THAT(why_refused(unrecorded), HasSubstr("no log"));
  EXPECT_EQ(*open()->password_hash("alice"), "hash of now");
}

TEST_F(RestoreTest, ADamagedStoreTellsNothingAndIsKept) {
  commit(effects(add_secrets("alice", LookupKind::recovery, {hash_of(1)})));
  back_up();
  lose_store();
  write_file(scratch_.store(), std::string(8192, 'x'));
  ASSERT_EQ(::chmod(scratch_.store().c_str(), 0600), 0);
  const RestoreReport report = restore();
  EXPECT_THAT(report.unreadable, HasSubstr("not a database"));
  EXPECT_THAT(told(report), ElementsAre(remark(Kind::recovery_removed, "alice")));
  EXPECT_EQ(read_file(report.kept), std::string(8192, 'x'));
  EXPECT_TRUE(generator("alice"));
}

TEST_F(RestoreTest, OfADamagedStoreTooIsSeenThatSomebodyHasItOpen) {
  back_up();
  lose_store();
  write_file(scratch_.store(), std::string(8192, 'x'));
  ASSERT_EQ(::chmod(scratch_.store().c_str(), 0600), 0);
  // As SQLite does for whoever has it open, in whatever state.
  const UniqueFd file(::open(scratch_.store().c_str(), O_RDWR));
  struct flock shared{
      .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510, .l_pid = 0};
  ASSERT_EQ(::fcntl(file.get(), F_OFD_SETLK, &shared), 0);
  EXPECT_THAT(why_refused(plan()), HasSubstr("stop usherd first"));
}

TEST_F(RestoreTest, TheLogOfALostStoreIsNotReplayedIntoTheNewOne) {
  back_up();
  const auto serving = open();
  ASSERT_TRUE(serving->commit(effects(SetPassword{"alice", "hash of now"})));
  const std::string log = read_file(scratch_.store().string() + "-wal");
  ASSERT_FALSE(log.empty());
  lose_store();
  write_file(scratch_.store().string() + "-wal", log);
  restore();
  EXPECT_EQ(*open()->password_hash("alice"), "hash of then");
}

TEST_F(RestoreTest, ANewerUshersStoreIsLeftAlone) {
  back_up();
  tamper("PRAGMA user_version = 1000");
  EXPECT_THAT(why_refused(plan()), HasSubstr("made by a newer Usher"));
}

TEST_F(RestoreTest, AnOlderSchemaIsBroughtUpToDateOnBothSides) {
  const Scratch old;
  ASSERT_TRUE(initialise_store(old.store(), old.key()));
  const KeyId key = key_id_of(old.key());
  const auto make = [&](std::int64_t last_step) {
    std::filesystem::remove(old.store());
    write_file(old.store(), "");
    ASSERT_EQ(::chmod(old.store().c_str(), 0600), 0);
    Database database(old.store());
    create_schema(database, key, migrations().first(2));
    const auto sealed = Sealer::create(KeyRing::read(old.key())->keys().front())
                            ->seal(secret(kSeed), {"alice", "phone", {}});
    database
        .query(
            "INSERT INTO otp (user, label, algorithm, digits, period, sealed_seed, last_step, "
            "created, last_used) VALUES ('alice', 'phone', 1, 6, 30, ?, ?, 0, 0)")
        .bind(*sealed)
        .bind(last_step)
        .run();
  };
  make(100);
  auto snapshot = take_snapshot(old.store(), old.key());
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  const auto far = static_cast<std::int64_t>(step_now()) + 500;
  make(far);
  const auto report = restore_store({.store = old.store(),
                                     .key_file = old.key(),
                                     .record = [](const RestoreReport&) { return Result<void>{}; }},
                                    *std::move(snapshot));
  ASSERT_TRUE(report) << report.error().message;
  const auto store = open_store(old);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->otp_credentials("alice")->front().last_step, static_cast<std::uint64_t>(far));
}

TEST_F(RestoreTest, AClockThatIsBehindTheBackupIsNotBelieved) {
  back_up();
  auto backup = read();
  ASSERT_TRUE(backup);
  backup->made = now() + 3600;
  const auto report = restore_store(plan(), *std::move(backup));
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("set the clock first"));
}

TEST_F(RestoreTest, ABackupOfASeedThatCantBeOpenedIsRefused) {
  tamper("UPDATE otp SET label = 'another'");
  const auto snapshot = take_snapshot(scratch_.store(), scratch_.key());
  ASSERT_FALSE(snapshot);
  EXPECT_THAT(snapshot.error().message, HasSubstr("alice's generator \"another\""));
}

TEST_F(RestoreTest, ABackupIsOfOneMomentWhoeverServes) {
  const auto serving = open();
  back_up();
  ASSERT_TRUE(serving->commit(effects(SetPassword{"bob", "later"})));
  const auto backup = read();
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_EQ(backup->contents.passwords, 1U);
  EXPECT_EQ(backup->contents.generators, 1U);
}

TEST_F(RestoreTest, WithoutRoomNothingIsChanged) {
  back_up();
  commit(effects(SetPassword{"alice", "hash of now"}));
  {
    const NoRoom full(16'384);
    static_cast<void>(why_refused(plan()));
  }
  EXPECT_EQ(*open()->password_hash("alice"), "hash of now");
}

TEST_F(RestoreTest, KilledAnywhereOneOfTheTwoIsInPlaceAndASecondRunFinishes) {
  if (!can_trace()) GTEST_SKIP() << "ptrace is not allowed here";
  commit(effects(add_secrets("alice", LookupKind::recovery, {hash_of(1), hash_of(2)})));
  back_up();
  commit(effects(SetPassword{"alice", "hash of now"},
                 SpendLookupSecret{open()->lookup_secrets("alice")->front().id}));
  const Scratch good;
  std::filesystem::copy(scratch_.path(), good.path(), std::filesystem::copy_options::recursive);
  bool survived = false;
  int as_before = 0;
  int restored = 0;
  for (int calls = 0; !survived; ++calls) {
    for (const std::string& name : files()) std::filesystem::remove(scratch_.path() / name);
    std::filesystem::copy(good.path(), scratch_.path());
    survived = survives(calls, [&] { static_cast<void>(restore(plan())); }, changes_files);
    SCOPED_TRACE(fmt::format("killed at call {}", calls));
    const auto hash = open()->password_hash("alice");
    ASSERT_TRUE(hash) << hash.error().message;
    *hash == "hash of now" ? ++as_before : ++restored;
    ASSERT_THAT(**hash, ::testing::AnyOf("hash of now", "hash of then"));
    const auto again = restore(plan());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*open()->password_hash("alice"), "hash of then");
    EXPECT_TRUE(generator("alice")->seed.equals(kSeed));
    // Killed or not, the store in place could tell of them.
    const auto secrets = open()->lookup_secrets("alice");
    ASSERT_EQ(secrets->size(), 2U);
    EXPECT_EQ(secrets->front().uses_left, 0U);
    EXPECT_EQ(secrets->back().uses_left, 1U);
    EXPECT_EQ(std::ranges::count(files(), "store.db.restore"), 0);
  }
  EXPECT_GT(as_before, 10);
  EXPECT_GE(restored, 1);
}

}  // namespace
}  // namespace usher::testing
