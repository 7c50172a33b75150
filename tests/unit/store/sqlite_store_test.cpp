// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/sqlite_store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <cstdint>
#include <limits>
#include <thread>

#include "tests/unit/store/no_room.h"
#include "tests/unit/store/scratch.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SqliteStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(initialise_store(scratch_.store(), scratch_.key())); }

  // Of two connections, one gives up where the other's disk takes too long: that is an error, which
  // changes nothing, and no answer to who came first.
  static CommitOutcome commit_in_the_end(Store& store, const std::vector<Effect>& wanted) {
    for (;;)
      if (const auto outcome = store.commit(wanted)) return *outcome;
  }
  std::unique_ptr<Store> open() {
    auto opened = open_store(scratch_);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *std::move(opened) : nullptr;
  }
  std::string why_not_opened() {
    const auto opened = open_store(scratch_);
    EXPECT_FALSE(opened);
    return opened ? std::string() : opened.error().message;
  }
  // Does to the file what the store would not.
  void tamper(const char* sql) {
    Database database(scratch_.store());
    database.run(sql);
  }
  std::string whole_store() {
    return read_file(scratch_.store()) + read_file(scratch_.store().string() + "-wal");
  }

  Scratch scratch_;
};

TEST_F(SqliteStoreTest, KeepsEverythingAcrossReopening) {
  {
    auto store = open();
    ASSERT_TRUE(store->commit(effects(SetPassword{"alice", "hash"}, add_otp("alice", "p", kSeed))));
    const auto id = store->otp_credentials("alice")->front().id;
    ASSERT_EQ(store->commit(effects(SpendOtp{id, 200})), CommitOutcome::committed);
  }
  auto store = open();
  EXPECT_EQ(*store->password_hash("alice"), "hash");
  const auto found = store->otp_credentials("alice");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->front().seed.equals(kSeed));
  EXPECT_EQ(store->commit(effects(SpendOtp{found->front().id, 200})), CommitOutcome::conflict);
}

TEST_F(SqliteStoreTest, WhatWasCommittedIsInTheFilesBeforeTheStoreIsClosed) {
  auto store = open();
  ASSERT_TRUE(store->commit(effects(add_otp("alice", "p", kSeed, 200))));
  // What a crash of usherd at this moment would leave.
  const Scratch after_crash;
  for (const char* suffix : {"", "-wal"})
    std::filesystem::copy_file(scratch_.store().string() + suffix,
                               after_crash.store().string() + suffix);
  std::filesystem::copy_file(scratch_.key(), after_crash.key());
  auto recovered = open_store(after_crash);
  ASSERT_TRUE(recovered) << recovered.error().message;
  const auto found = (*recovered)->otp_credentials("alice");
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*recovered)->commit(effects(SpendOtp{found->front().id, 200})),
            CommitOutcome::conflict);
}

TEST_F(SqliteStoreTest, OneOfManyRacingCommitsSpendsAStep) {
  constexpr int kThreads = 8;
  constexpr std::uint64_t kRounds = 25;
  auto first = open();
  auto second = open();  // connections of its own: nothing but SQLite stands between the two
  ASSERT_TRUE(first->commit(effects(add_otp("alice", "p", kSeed, 100))));
  const auto id = first->otp_credentials("alice")->front().id;
  std::atomic<int> spent = 0;
  std::atomic<int> refused = 0;
  std::barrier together(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      Store& store = i % 2 == 0 ? *first : *second;
      for (std::uint64_t step = 101; step <= 100 + kRounds; ++step) {
        together.arrive_and_wait();
        const auto outcome = commit_in_the_end(store, effects(SpendOtp{id, step}));
        if (outcome == CommitOutcome::committed) ++spent;
        if (outcome == CommitOutcome::conflict) ++refused;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(spent, kRounds);
  EXPECT_EQ(refused, kRounds * (kThreads - 1));
}

TEST_F(SqliteStoreTest, OneOfTwoRacingFirstPasswordsIsSet) {
  auto first = open();
  auto second = open();
  for (int round = 0; round < 25; ++round) {
    const std::string user = "user" + std::to_string(round);
    std::atomic<int> set = 0;
    std::atomic<int> refused = 0;
    std::barrier together(2);
    const auto race = [&](Store& store, const char* hash) {
      together.arrive_and_wait();
      const auto outcome = commit_in_the_end(
          store, effects(SetPassword{user, hash, SetPassword::Expected{std::nullopt}}));
      if (outcome == CommitOutcome::committed) ++set;
      if (outcome == CommitOutcome::conflict) ++refused;
    };
    std::thread other([&] { race(*second, "second"); });
    race(*first, "first");
    other.join();
    EXPECT_EQ(set, 1);
    EXPECT_EQ(refused, 1);
  }
}

TEST_F(SqliteStoreTest, ReadsWhileOthersCommit) {
  auto store = open();
  ASSERT_TRUE(store->commit(effects(SetPassword{"alice", "0"})));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 1; i <= 50; ++i)
      EXPECT_TRUE(store->commit(effects(SetPassword{"alice", std::to_string(i)})));
    done = true;
  });
  int last = 0;
  while (!done) {
    const auto hash = store->password_hash("alice");
    ASSERT_TRUE(hash) << hash.error().message;
    const int seen = std::stoi(**hash);
    EXPECT_GE(seen, last);
    last = seen;
  }
  writer.join();
  EXPECT_EQ(*store->password_hash("alice"), "50");
}

TEST_F(SqliteStoreTest, ForgetsAFewOldSessionsAtATime) {
  const auto store = open();
  const auto opened = [&](int number, std::int64_t forget_before) {
    Session session{.id = fmt::format("{:032x}", number), .user = "alice", .uid = 1000};
    return effects(OpenSession{.session = std::move(session), .forget_before = forget_before});
  };
  constexpr int kOld = 20;
  for (int number = 0; number < kOld; ++number) {
    const std::string id = fmt::format("{:032x}", number);
    // The one that began last was over first.
    const SessionEnding ending{.how = SessionEnd::closed, .at = 100 - number, .by = {}};
    ASSERT_TRUE(store->commit(opened(number, 0)));
    ASSERT_TRUE(store->commit(effects(EndSession{id, ending}, DropAnchor{id})));
  }
  ASSERT_TRUE(store->commit(opened(kOld, 1'000)));
  const auto left = store->sessions({.count = 100});
  ASSERT_TRUE(left);
  ASSERT_EQ(left->size(), 5U) << "nobody waits for all of them to go";
  EXPECT_EQ(left->back().id, fmt::format("{:032x}", 0)) << "what was over first goes first";
  ASSERT_TRUE(store->commit(opened(kOld + 1, 1'000)));
  EXPECT_EQ(store->sessions({.count = 100})->size(), 2U);
}

TEST_F(SqliteStoreTest, NoSeedIsInTheFiles) {
  auto store = open();
  ASSERT_TRUE(store->commit(effects(add_otp("alice", "p", kSeed))));
  EXPECT_THAT(whole_store(), HasSubstr("alice"));
  EXPECT_THAT(whole_store(), Not(HasSubstr(kSeed)));
  store.reset();
  EXPECT_THAT(whole_store(), Not(HasSubstr(kSeed)));
}

TEST_F(SqliteStoreTest, AStepBeyondWhatCanBeKeptIsAnError) {
  auto store = open();
  ASSERT_TRUE(store->commit(effects(add_otp("alice", "p", kSeed))));
  const auto id = store->otp_credentials("alice")->front().id;
  EXPECT_FALSE(store->commit(effects(SpendOtp{id, std::numeric_limits<std::uint64_t>::max()})));
  EXPECT_EQ(store->otp_credentials("alice")->front().last_step, 100U);
}

TEST_F(SqliteStoreTest, RefusesToKeepWhatCouldNotBeUsed) {
  auto store = open();
  EXPECT_FALSE(store->commit(effects(add_otp("alice", "p", ""))));
  EXPECT_FALSE(store->commit(effects(add_otp("alice", "p", kSeed, 1, {.digits = 5}))));
  EXPECT_FALSE(store->commit(effects(add_otp("alice", "p", kSeed, 1, {.period = 0}))));
  EXPECT_FALSE(store->commit(effects(add_otp("", "p", kSeed))));
  EXPECT_FALSE(store->commit(effects(SetPassword{"alice", ""})));
  EXPECT_TRUE(store->otp_credentials("alice")->empty());
}

TEST_F(SqliteStoreTest, ASealedSeedMovedToAnotherUserIsAnError) {
  {
    auto store = open();
    ASSERT_TRUE(store->commit(effects(add_otp("alice", "p", kSeed), add_otp("mallory", "p", "m"))));
  }
  tamper(
      "UPDATE otp SET sealed_seed = (SELECT sealed_seed FROM otp WHERE user = 'mallory') "
      "WHERE user = 'alice'");
  auto store = open();
  const auto found = store->otp_credentials("alice");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("alice"));
  EXPECT_TRUE(store->otp_credentials("mallory"));
}

TEST_F(SqliteStoreTest, ARowGivenToAnotherUserIsAnError) {
  {
    auto store = open();
    ASSERT_TRUE(store->commit(effects(add_otp("mallory", "p", "m"))));
  }
  tamper("UPDATE otp SET user = 'alice'");
  EXPECT_FALSE(open()->otp_credentials("alice"));
}

TEST_F(SqliteStoreTest, ChangedParametersAreAnError) {
  {
    auto store = open();
    ASSERT_TRUE(store->commit(effects(add_otp("alice", "p", kSeed, 1, {.digits = 8}))));
  }
  tamper("UPDATE otp SET digits = 6");
  EXPECT_FALSE(open()->otp_credentials("alice"));
}

TEST_F(SqliteStoreTest, AMissingStoreSaysWhatToRun) {
  std::filesystem::remove(scratch_.store());
  EXPECT_THAT(why_not_opened(), HasSubstr("run `usherctl init`"));
  EXPECT_FALSE(std::filesystem::exists(scratch_.store()));
}

TEST_F(SqliteStoreTest, AnotherMasterKeyIsRefused) {
  const Scratch other;
  ASSERT_TRUE(initialise_store(other.store(), other.key()));
  std::filesystem::rename(other.key(), scratch_.key());
  EXPECT_THAT(why_not_opened(), HasSubstr("does not belong to this store"));
}

TEST_F(SqliteStoreTest, ANewerSchemaIsRefusedAndLeftAlone) {
  tamper("PRAGMA user_version = 1000");
  const std::string before = read_file(scratch_.store());
  EXPECT_THAT(why_not_opened(), HasSubstr("made by a newer Usher"));
  EXPECT_EQ(read_file(scratch_.store()), before);
}

TEST_F(SqliteStoreTest, AnotherProgramsDatabaseIsRefused) {
  tamper("PRAGMA application_id = 1");
  EXPECT_THAT(why_not_opened(), HasSubstr("not a store of Usher"));
}

TEST_F(SqliteStoreTest, AnEmptyFileIsNotAnEmptyStore) {
  write_file(scratch_.store(), "");
  EXPECT_THAT(why_not_opened(), HasSubstr("not a store of Usher"));
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsDamaged) {
  write_file(scratch_.store(), std::string(8192, 'x'));
  EXPECT_THAT(why_not_opened(), HasSubstr("damaged"));
}

TEST_F(SqliteStoreTest, ATruncatedStoreIsDamaged) {
  const auto size = std::filesystem::file_size(scratch_.store());
  std::filesystem::resize_file(scratch_.store(), size - 4096);
  EXPECT_THAT(why_not_opened(), HasSubstr("damaged"));
}

TEST_F(SqliteStoreTest, AnOverwrittenPageIsDamaged) {
  std::string content = read_file(scratch_.store());
  ASSERT_GT(content.size(), 3U * 4096);
  content.replace(std::size_t{2} * 4096, 4096, std::string(4096, '\x5a'));
  write_file(scratch_.store(), content);
  EXPECT_THAT(why_not_opened(), HasSubstr("damaged"));
}

TEST_F(SqliteStoreTest, AStoreOthersCanReadIsRefused) {
  ASSERT_EQ(::chmod(scratch_.store().c_str(), 0640), 0);
  EXPECT_THAT(why_not_opened(), HasSubstr("chmod go="));
}

TEST_F(SqliteStoreTest, ADirectoryOthersCanWriteIsRefused) {
  ASSERT_EQ(::chmod(scratch_.path().c_str(), 0770), 0);
  EXPECT_THAT(why_not_opened(), HasSubstr("chmod go-w"));
}

TEST_F(SqliteStoreTest, ASymbolicLinkIsRefused) {
  const auto moved = scratch_.path() / "moved.db";
  std::filesystem::rename(scratch_.store(), moved);
  std::filesystem::create_symlink(moved, scratch_.store());
  EXPECT_THAT(why_not_opened(), HasSubstr("symbolic link"));
}

TEST_F(SqliteStoreTest, ADirectoryInItsPlaceIsRefused) {
  std::filesystem::remove(scratch_.store());
  std::filesystem::create_directory(scratch_.store());
  EXPECT_THAT(why_not_opened(), HasSubstr("not a regular file"));
}

TEST_F(SqliteStoreTest, AnotherUsersStoreIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(scratch_.store().c_str(), 65534, 65534), 0);
  EXPECT_THAT(why_not_opened(), HasSubstr("belongs to uid 65534"));
}

TEST_F(SqliteStoreTest, ItsSideFilesAreAsPrivateAsItself) {
  auto store = open();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status{};
    ASSERT_EQ(::stat((scratch_.store().string() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 07777U, 0600U) << suffix;
  }
}

TEST_F(SqliteStoreTest, AFullDiskIsAnErrorThatChangesNothing) {
  auto store = open();
  ASSERT_TRUE(store->commit(effects(SetPassword{"alice", "old"}, add_otp("alice", "p", kSeed))));
  const auto id = store->otp_credentials("alice")->front().id;
  const auto log_size = std::filesystem::file_size(scratch_.store().string() + "-wal");
  {
    const NoRoom full(log_size);
    EXPECT_FALSE(store->commit(effects(SpendOtp{id, 101}, SetPassword{"alice", "new"})));
    EXPECT_EQ(*store->password_hash("alice"), "old");
  }
  EXPECT_EQ(store->otp_credentials("alice")->front().last_step, 100U);
  // And there is room again.
  EXPECT_EQ(store->commit(effects(SpendOtp{id, 101})), CommitOutcome::committed);
}

TEST_F(SqliteStoreTest, ADiskThatFillsInTheMiddleOfACommitChangesNothing) {
  auto store = open();
  ASSERT_TRUE(store->commit(effects(SetPassword{"alice", "old"}, add_otp("alice", "p", kSeed))));
  const auto id = store->otp_credentials("alice")->front().id;
  const auto log_size = std::filesystem::file_size(scratch_.store().string() + "-wal");
  for (rlim_t more = 1; more < 9000; more += 1000) {
    {
      const NoRoom full(log_size + more);
      EXPECT_FALSE(store->commit(effects(SpendOtp{id, 101}, SetPassword{"alice", "new"}))) << more;
    }
    EXPECT_EQ(*store->password_hash("alice"), "old");
    EXPECT_EQ(store->otp_credentials("alice")->front().last_step, 100U);
  }
  store.reset();
  EXPECT_EQ(*open()->password_hash("alice"), "old");
}

}  // namespace
}  // namespace usher::testing
