// SPDX-License-Identifier: Apache-2.0
// A store meets the next version of Usher, whose schema has one step more.
#include "daemon/store/upgrade.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/store/killed.h"
#include "tests/unit/store/no_room.h"
#include "tests/unit/store/scratch.h"

namespace usher::testing {
namespace {

using std::filesystem::path;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kGood =
    "CREATE TABLE more (user TEXT NOT NULL);"
    "INSERT INTO more SELECT user FROM password; ALTER TABLE password ADD COLUMN by TEXT;";
constexpr const char* kFailing = "CREATE TABLE more (x); INSERT INTO absent VALUES (1);";
constexpr const char* kDamaging =
    "CREATE TABLE more (x); PRAGMA ignore_check_constraints = ON;"
    "UPDATE otp SET digits = 9; PRAGMA ignore_check_constraints = OFF;";

const std::string kLong(200, 'h');

/// The history of the next version.
std::vector<Migration> next(const char* step) {
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({step});
  return steps;
}

class UpgradeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(initialise_store(scratch_.store(), scratch_.key()));
    ASSERT_TRUE(
        (*open_store(scratch_))
            ->commit(effects(SetPassword{"ann", "first"}, add_otp("ann", "p", kSeed, 100))));
  }
  [[nodiscard]] path backup() const {
    return fmt::format("{}.schema-{}", scratch_.store().string(), migrations().size());
  }
  [[nodiscard]] Result<std::unique_ptr<SqliteStore>> open_with(const char* step) const {
    return open_store(scratch_, next(step));
  }
  [[nodiscard]] std::string why_not_opened(const char* step) const {
    const auto opened = open_with(step);
    EXPECT_FALSE(opened);
    return opened ? std::string() : opened.error().message;
  }
  [[nodiscard]] Result<UpgradeCheck> check(const char* step) const {
    return check_upgrade(scratch_.store(), scratch_.key(), next(step));
  }
  [[nodiscard]] std::string why_not_upgradable(const char* step) const {
    const auto checked = check(step);
    EXPECT_FALSE(checked);
    return checked ? std::string() : checked.error().message;
  }
  /// Names and content of all files in the folder.
  [[nodiscard]] std::map<std::string, std::string> everything() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.path()))
      if (entry.is_regular_file()) files[entry.path().filename()] = read_file(entry.path());
    return files;
  }
  void set_password(const char* hash) const {
    ASSERT_TRUE((*open_store(scratch_))->commit(effects(SetPassword{"ann", hash})));
  }
  /// Expects that this version of Usher serves from the store, with ann's password and code in it.
  void expect_as_it_was(const std::string& hash = "first") const {
    const auto store = open_store(scratch_);
    ASSERT_TRUE(store) << store.error().message;
    expect_ann(**store, hash);
    EXPECT_TRUE((*store)->commit(effects(SetPassword{"bob", "hash"})));
  }
  static void expect_ann(Store& store, const std::string& hash = "first") {
    EXPECT_EQ(store.password_hash("ann"), hash);
    const auto codes = store.otp_credentials("ann");
    ASSERT_TRUE(codes) << codes.error().message;
    ASSERT_EQ(codes->size(), 1U);
    EXPECT_TRUE(codes->front().seed.equals(kSeed));
    EXPECT_EQ(codes->front().last_step, 100U);
  }
  /// Expects that the copy is a whole store of this version.
  void expect_whole_backup(const std::string& hash = "first") const {
    const Scratch elsewhere;
    std::filesystem::copy_file(backup(), elsewhere.store());
    std::filesystem::copy_file(scratch_.key(), elsewhere.key());
    const auto store = open_store(elsewhere);
    ASSERT_TRUE(store) << store.error().message;
    expect_ann(**store, hash);
  }
  void expect_nothing_unfinished() const {
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.path()))
      EXPECT_THAT(entry.path().string(), Not(HasSubstr(".new")));
  }

  const Scratch scratch_;
};

TEST_F(UpgradeTest, AnOlderStoreIsCopiedAndThenBroughtUpToDate) {
  {
    auto store = open_with(kGood);
    ASSERT_TRUE(store) << store.error().message;
    expect_ann(**store);
    EXPECT_TRUE((*store)->commit(effects(SetPassword{"ann", "second"})));
  }
  Database database(scratch_.store());
  EXPECT_EQ(schema_version(database), std::ssize(next(kGood)));
  EXPECT_EQ(database.text("SELECT user FROM more"), "ann");
  expect_whole_backup();
  expect_nothing_unfinished();
}

/// A store as version 1 of the schema had it, which knew of no sessions.
TEST_F(UpgradeTest, AStoreWithoutSessionsKeepsWhatItHasAndTakesSome) {
  const Scratch old;
  ASSERT_TRUE(initialise_store(old.store(), old.key()));
  std::filesystem::remove(old.store());
  write_file(old.store(), "");
  std::filesystem::permissions(
      old.store(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto first = migrations().first(1);
  {
    Database database(old.store());
    create_schema(database, key_id_of(old.key()), first);
    database.run("INSERT INTO password VALUES ('ann', 'first', 5)");
    const auto sealed = Sealer::create(KeyRing::read(old.key())->keys().front())
                            ->seal(secret(kSeed), {"ann", "p", {}});
    database
        .query(
            "INSERT INTO otp (user, label, algorithm, digits, period, sealed_seed, last_step, "
            "created, last_used) VALUES ('ann', 'p', 1, 6, 30, ?, 100, 5, 0)")
        .bind(*sealed)
        .run();
  }

  const auto store = open_store(old);
  ASSERT_TRUE(store) << store.error().message;
  expect_ann(**store);
  EXPECT_EQ((*store)->has_had_otp("ann"), true);
  EXPECT_EQ((*store)->has_had_otp("bob"), false);
  EXPECT_TRUE((*store)->sessions({.count = 1})->empty());
  EXPECT_EQ((*store)->commit(effects(OpenSession{
                .session = {.id = std::string(kSessionIdSize, 'a'), .user = "ann", .uid = 1000},
                .proofs = {{.user = "ann", .factor = Factor::publickey, .by = ProvenBy::sshd}}})),
            CommitOutcome::committed);
  EXPECT_EQ((*store)->proofs()->size(), 1U);

  Database copy(old.store().string() + ".schema-1");
  EXPECT_EQ(schema_version(copy), 1);
  EXPECT_EQ(copy.text("SELECT hash FROM password WHERE user = 'ann'"), "first");
  EXPECT_EQ(copy.integer("SELECT count(*) FROM otp"), 1);
}

TEST_F(UpgradeTest, TheCopyIsAsPrivateAsTheStoreAndStandsByItself) {
  const mode_t usual = ::umask(0);
  EXPECT_TRUE(open_with(kGood));
  ::umask(usual);
  struct stat status{};
  ASSERT_EQ(::stat(backup().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(status.st_uid, ::geteuid());
  for (const char* suffix : {"-wal", "-shm", "-journal"})
    EXPECT_FALSE(std::filesystem::exists(backup().string() + suffix));
  Database copy(backup());
  EXPECT_EQ(copy.text("PRAGMA journal_mode"), "delete");
}

TEST_F(UpgradeTest, TheCopyHasWhatOnlyTheLogOfACrashedUsherdHas) {
  auto crashed = *open_store(scratch_);
  ASSERT_TRUE(crashed->commit(effects(SetPassword{"ann", "newest"})));
  const Scratch after_crash;
  for (const char* suffix : {"", "-wal"})
    std::filesystem::copy_file(scratch_.store().string() + suffix,
                               after_crash.store().string() + suffix);
  crashed.reset();
  for (const char* suffix : {"", "-wal"})
    std::filesystem::rename(after_crash.store().string() + suffix,
                            scratch_.store().string() + suffix);
  const auto store = open_with(kGood);
  ASSERT_TRUE(store) << store.error().message;
  expect_ann(**store, "newest");
  expect_whole_backup("newest");
}

TEST_F(UpgradeTest, AStoreThatIsUpToDateIsNotCopied) {
  ASSERT_TRUE(open_with(kGood));
  std::filesystem::remove(backup());
  EXPECT_TRUE(open_with(kGood));
  EXPECT_FALSE(std::filesystem::exists(backup()));
}

TEST_F(UpgradeTest, AStepThatFailsLeavesTheStoreToTheOldVersion) {
  EXPECT_THAT(why_not_opened(kFailing),
              AllOf(HasSubstr("is as it was"), HasSubstr("no such table: absent"),
                    Not(HasSubstr("restore a backup"))));
  expect_whole_backup();
  expect_as_it_was();
}

TEST_F(UpgradeTest, AStepThatLeavesDamageLeavesTheStoreToTheOldVersion) {
  EXPECT_THAT(why_not_opened(kDamaging),
              AllOf(HasSubstr("is as it was"), HasSubstr("CHECK constraint failed in otp"),
                    Not(HasSubstr("restore a backup"))));
  expect_as_it_was();
}

TEST_F(UpgradeTest, ACopyThatIsThereAlreadyIsReplacedByANewerOne) {
  static_cast<void>(why_not_opened(kFailing));
  set_password("second");
  ASSERT_TRUE(open_with(kGood));
  expect_whole_backup("second");
}

TEST_F(UpgradeTest, WhatAnInterruptedCopyLeftIsNotTakenUp) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    write_file(backup().string() + ".new" + suffix, "left behind");
  const auto store = open_with(kGood);
  ASSERT_TRUE(store) << store.error().message;
  expect_whole_backup();
  expect_nothing_unfinished();
}

TEST_F(UpgradeTest, ALinkInTheCopysPlaceIsReplacedAndNotFollowed) {
  const path innocent = scratch_.path() / "innocent";
  write_file(innocent, "untouched");
  std::filesystem::create_symlink(innocent, backup());
  std::filesystem::create_symlink(innocent, backup().string() + ".new");
  ASSERT_TRUE(open_with(kGood));
  EXPECT_EQ(read_file(innocent), "untouched");
  EXPECT_FALSE(std::filesystem::is_symlink(backup()));
  expect_whole_backup();
}

TEST_F(UpgradeTest, WhereNoCopyCanBeMadeNothingIsMigrated) {
  std::filesystem::create_directories(backup() / "in the way");
  EXPECT_THAT(why_not_opened(kGood),
              AllOf(HasSubstr("is as it was"), HasSubstr(backup().string())));
  expect_nothing_unfinished();
  expect_as_it_was();
}

TEST_F(UpgradeTest, NothingIsMigratedWhileAnotherHasTheStoreOpen) {
  const auto serving = open_store(scratch_);
  EXPECT_THAT(why_not_opened(kGood),
              AllOf(HasSubstr("is as it was"), HasSubstr("another program has it open")));
  expect_ann(**serving);
  EXPECT_TRUE((*serving)->commit(effects(SetPassword{"ann", "second"})));
}

TEST_F(UpgradeTest, ADiskThatFillsUpAtAnyMomentLeavesTheStoreAndTheOldCopy) {
  // So large that the index of the log, 32 KiB, always has room.
  {
    std::vector<Effect> crowd;
    for (int i = 0; i < 1000; ++i) crowd.emplace_back(SetPassword{fmt::format("p{}", i), kLong});
    ASSERT_TRUE((*open_store(scratch_))->commit(crowd));
  }
  const auto size = std::filesystem::file_size(scratch_.store());
  ASSERT_GT(size, 100'000U);
  // It writes every row again, so its log gets larger than the copy.
  const char* const heavy =
      "CREATE TABLE more AS SELECT * FROM password; UPDATE password SET hash = hash || '.';";
  write_file(backup(), "an earlier copy");
  for (std::uintmax_t room = size / 2; room <= size + 10'000; room += size / 8) {
    {
      const NoRoom full(room);
      EXPECT_THAT(why_not_opened(heavy), HasSubstr("is as it was")) << room;
    }
    expect_nothing_unfinished();
    EXPECT_EQ(read_file(backup()) == "an earlier copy", room < size) << room;
    expect_as_it_was();
  }
  ASSERT_TRUE(open_with(heavy));
  expect_whole_backup();
}

TEST_F(UpgradeTest, TheOldVersionRefusesANewerStoreAndSaysWhatToPutBack) {
  ASSERT_TRUE(open_with(kGood));
  const auto refused = open_store(scratch_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("made by a newer Usher"),
                    HasSubstr(fmt::format(".schema-{} or less", migrations().size()))));
  std::filesystem::rename(backup(), scratch_.store());
  expect_as_it_was();
}

TEST(UpgradeKilled, AtAnyChangeOfAFileTheStoreIsOfTheOldSchemaOrTheNew) {
  if (!can_trace()) GTEST_SKIP() << "ptrace is not allowed here";
  bool finished = false;
  int old_ones = 0;
  int new_ones = 0;
  int copies = 0;
  for (int calls = 0; !finished; ++calls) {
    const Scratch scratch;
    ASSERT_TRUE(initialise_store(scratch.store(), scratch.key()));
    ASSERT_TRUE((*open_store(scratch))->commit(effects(SetPassword{"ann", "first"})));
    finished = survives(
        calls, [&] { static_cast<void>(open_store(scratch, next(kGood))); }, changes_files);
    const path backup = fmt::format("{}.schema-{}", scratch.store().string(), migrations().size());
    const bool copied = std::filesystem::exists(backup);
    if (copied) {
      Database copy(backup);
      EXPECT_EQ(copy.text("SELECT hash FROM password"), "first") << "killed at call " << calls;
      ++copies;
    }
    if (const auto as_old = open_store(scratch)) {
      EXPECT_EQ((*as_old)->password_hash("ann"), "first") << "killed at call " << calls;
      ++old_ones;
    } else {
      EXPECT_TRUE(copied) << "killed at call " << calls;
      ++new_ones;
    }
    // And the next start brings it to its end.
    const auto as_new = open_store(scratch, next(kGood));
    ASSERT_TRUE(as_new) << "killed at call " << calls << ": " << as_new.error().message;
    EXPECT_EQ((*as_new)->password_hash("ann"), "first") << "killed at call " << calls;
  }
  EXPECT_GT(old_ones, 20);
  EXPECT_GT(new_ones, 3);
  EXPECT_GT(copies, new_ones) << "some were killed between the copy and the migration";
}

TEST_F(UpgradeTest, TheCheckSaysWhatAStartWouldFind) {
  const auto now = check_upgrade(scratch_.store(), scratch_.key());
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(now->schema, now->wanted);
  const auto later = check(kGood);
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(later->schema, std::ssize(migrations()));
  EXPECT_EQ(later->wanted, std::ssize(migrations()) + 1);
}

TEST_F(UpgradeTest, TheCheckChangesNoFileAndMakesNone) {
  const auto before = everything();
  EXPECT_TRUE(check(kGood));
  EXPECT_FALSE(check(kFailing));
  EXPECT_FALSE(check(kDamaging));
  EXPECT_EQ(everything(), before);
}

TEST_F(UpgradeTest, TheCheckSeesAStepFail) {
  EXPECT_THAT(why_not_upgradable(kFailing), HasSubstr("no such table: absent"));
  EXPECT_THAT(why_not_upgradable(kDamaging), HasSubstr("CHECK constraint failed in otp"));
}

TEST_F(UpgradeTest, TheCheckLooksAtWhatIsServedAndLeavesItAlone) {
  const auto serving = open_store(scratch_);
  ASSERT_TRUE((*serving)->commit(effects(SetPassword{"ann", "only in the log"})));
  const auto before = everything();
  const char* const fails_if_it_sees_it =
      "CREATE TABLE more (x CHECK (x <> 'only in the log'));"
      "INSERT INTO more SELECT hash FROM password;";
  EXPECT_THAT(why_not_upgradable(fails_if_it_sees_it), HasSubstr("CHECK constraint failed"));
  EXPECT_TRUE(check(kGood));
  // The index of the log, in shared memory, says who reads where: that is all that changes.
  auto after = everything();
  after["store.db-shm"] = before.at("store.db-shm");
  EXPECT_EQ(after, before);
  EXPECT_TRUE((*serving)->commit(effects(SetPassword{"ann", "second"})));
}

TEST_F(UpgradeTest, TheCheckRefusesWhatAStartWouldRefuse) {
  std::filesystem::rename(scratch_.store(), scratch_.path() / "elsewhere");
  EXPECT_THAT(why_not_upgradable(kGood), HasSubstr("run `usherctl init`"));
  std::filesystem::create_symlink(scratch_.path() / "elsewhere", scratch_.store());
  EXPECT_THAT(why_not_upgradable(kGood), HasSubstr("symbolic link"));
  std::filesystem::rename(scratch_.path() / "elsewhere", scratch_.store());
  EXPECT_TRUE(check(kGood));
  ASSERT_EQ(::chmod(scratch_.store().c_str(), 0644), 0);
  EXPECT_THAT(why_not_upgradable(kGood), HasSubstr("chmod go="));
  ASSERT_EQ(::chmod(scratch_.store().c_str(), 0600), 0);
  const Scratch other;
  ASSERT_TRUE(initialise_store(other.store(), other.key()));
  const auto other_key = check_upgrade(scratch_.store(), other.key(), next(kGood));
  ASSERT_FALSE(other_key);
  EXPECT_THAT(other_key.error().message, HasSubstr("does not belong to this store"));
  ASSERT_TRUE(open_with(kGood));
  const auto older = check_upgrade(scratch_.store(), scratch_.key());
  ASSERT_FALSE(older);
  EXPECT_THAT(older.error().message, HasSubstr("made by a newer Usher"));
}

}  // namespace
}  // namespace usher::testing
