// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/init.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "tests/unit/store/killed.h"
#include "tests/unit/store/scratch.h"
#include "usher/unique_fd.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class InitTest : public ::testing::Test {
 protected:
  Result<void> initialise() { return initialise_store(scratch_.store(), scratch_.key()); }
  std::string why_refused() {
    const auto done = initialise();
    EXPECT_FALSE(done);
    return done ? std::string() : done.error().message;
  }
  void expect_usable() {
    const auto store = open_store(scratch_);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->commit(effects(add_otp("alice", "p", kSeed))), CommitOutcome::committed);
    EXPECT_TRUE((*store)->otp_credentials("alice"));
  }
  static std::filesystem::path staged(const std::filesystem::path& file) {
    return file.string() + ".init";
  }
  static struct stat status_of(const std::filesystem::path& file) {
    struct stat status{};
    EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
    return status;
  }
  Scratch scratch_;
};

TEST_F(InitTest, MakesAStoreThatItsKeyOpens) {
  const auto done = initialise();
  ASSERT_TRUE(done) << done.error().message;
  expect_usable();
}

TEST_F(InitTest, TheFilesAreTheirOwnersAlone) {
  const mode_t usual = ::umask(0);
  ASSERT_TRUE(initialise());
  ::umask(usual);
  EXPECT_EQ(status_of(scratch_.key()).st_mode & 07777U, 0400U);
  EXPECT_EQ(status_of(scratch_.store()).st_mode & 07777U, 0600U);
}

TEST_F(InitTest, LeavesNothingBesideTheTwoFiles) {
  ASSERT_TRUE(initialise());
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scratch_.path())) {
    ++files;
    EXPECT_TRUE(entry.path() == scratch_.store() || entry.path() == scratch_.key()) << entry.path();
  }
  EXPECT_EQ(files, 2);
}

TEST_F(InitTest, ASecondTimeChangesNothing) {
  ASSERT_TRUE(initialise());
  const std::string key = read_file(scratch_.key());
  const std::string store = read_file(scratch_.store());
  EXPECT_THAT(why_refused(), HasSubstr("there already"));
  EXPECT_EQ(read_file(scratch_.key()), key);
  EXPECT_EQ(read_file(scratch_.store()), store);
}

TEST_F(InitTest, RefusesWhereTheKeyIsGone) {
  ASSERT_TRUE(initialise());
  std::filesystem::remove(scratch_.key());
  EXPECT_THAT(why_refused(), HasSubstr("put the key back"));
  EXPECT_FALSE(std::filesystem::exists(scratch_.key()));
}

TEST_F(InitTest, RefusesWhereTheStoreIsGone) {
  ASSERT_TRUE(initialise());
  std::filesystem::remove(scratch_.store());
  EXPECT_THAT(why_refused(), HasSubstr("put the store back"));
  EXPECT_FALSE(std::filesystem::exists(scratch_.store()));
}

TEST_F(InitTest, RefusesALogOfAnEarlierStore) {
  write_file(scratch_.store().string() + "-wal", "frames");
  EXPECT_THAT(why_refused(), HasSubstr("earlier store"));
  EXPECT_FALSE(std::filesystem::exists(scratch_.key()));
}

TEST_F(InitTest, RefusesADirectoryOthersCanWrite) {
  ASSERT_EQ(::chmod(scratch_.path().c_str(), 0777), 0);
  EXPECT_THAT(why_refused(), HasSubstr("chmod go-w"));
}

TEST_F(InitTest, RefusesAMissingDirectory) {
  const auto missing = scratch_.path() / "missing";
  const auto done = initialise_store(missing / "store.db", scratch_.key());
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr(missing.string()));
}

TEST_F(InitTest, RefusesOnePathForBoth) {
  EXPECT_FALSE(initialise_store(scratch_.store(), scratch_.store()));
  EXPECT_FALSE(std::filesystem::exists(scratch_.store()));
}

TEST_F(InitTest, RefusesWhileAnotherIsAtWork) {
  const UniqueFd directory(::open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::flock(directory.get(), LOCK_EX), 0);
  EXPECT_THAT(why_refused(), HasSubstr("another"));
}

TEST_F(InitTest, StartsOverWhereNothingIsInPlaceYet) {
  ASSERT_TRUE(initialise());
  std::filesystem::rename(scratch_.key(), staged(scratch_.key()));
  std::filesystem::rename(scratch_.store(), staged(scratch_.store()));
  const std::string stale = read_file(staged(scratch_.key()));
  ASSERT_TRUE(initialise());
  EXPECT_NE(read_file(scratch_.key()), stale);
  expect_usable();
}

TEST_F(InitTest, FinishesWhereTheKeyIsInPlace) {
  ASSERT_TRUE(initialise());
  const std::string key = read_file(scratch_.key());
  std::filesystem::rename(scratch_.store(), staged(scratch_.store()));
  const auto done = initialise();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(read_file(scratch_.key()), key);
  expect_usable();
}

TEST_F(InitTest, DoesNotFinishWithAStoreOfAnotherKey) {
  const Scratch other;
  ASSERT_TRUE(initialise_store(other.store(), other.key()));
  ASSERT_TRUE(initialise());
  std::filesystem::remove(scratch_.store());
  std::filesystem::rename(other.store(), staged(scratch_.store()));
  EXPECT_THAT(why_refused(), HasSubstr("of no use"));
  EXPECT_FALSE(std::filesystem::exists(scratch_.store()));
}

TEST_F(InitTest, FilesMadeByRootBelongToTheirDirectorysOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  constexpr uid_t kOwner = 65534;
  ASSERT_EQ(::chmod(scratch_.path().c_str(), 0711), 0);
  const auto home = scratch_.path() / "home";
  std::filesystem::create_directory(home);
  ASSERT_EQ(::chown(home.c_str(), kOwner, kOwner), 0);
  ASSERT_EQ(::chmod(home.c_str(), 0700), 0);
  const auto groups = [] {
    std::array<gid_t, 64> found{};
    const int count = ::getgroups(static_cast<int>(found.size()), found.data());
    return std::vector<gid_t>(found.begin(), found.begin() + std::max(count, 0));
  };
  const std::vector<gid_t> before = groups();
  const auto done = initialise_store(home / "store.db", scratch_.key());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(groups(), before);
  EXPECT_EQ(status_of(home / "store.db").st_uid, kOwner);
  EXPECT_EQ(status_of(home / "store.db").st_gid, kOwner);
  EXPECT_EQ(status_of(scratch_.key()).st_uid, 0U);
  EXPECT_EQ(::geteuid(), 0U);
  EXPECT_EQ(::getegid(), 0U);
  // And a start that was interrupted is finished with the same identity.
  std::filesystem::rename(home / "store.db", home / "store.db.init");
  const auto finished = initialise_store(home / "store.db", scratch_.key());
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(status_of(home / "store.db").st_uid, kOwner);
}

TEST(InitKilled, AtAnySystemCallItCanBeRunAgain) {
  if (!can_trace()) GTEST_SKIP() << "ptrace is not allowed here";
  bool finished = false;
  int calls = 0;
  for (; !finished; ++calls) {
    const Scratch scratch;
    finished = survives(
        calls, [&] { static_cast<void>(initialise_store(scratch.store(), scratch.key())); });
    if (!std::filesystem::exists(scratch.store())) {
      const auto again = initialise_store(scratch.store(), scratch.key());
      ASSERT_TRUE(again) << "killed at call " << calls << ": " << again.error().message;
    }
    const auto store = open_store(scratch);
    ASSERT_TRUE(store) << "killed at call " << calls << ": " << store.error().message;
  }
  EXPECT_GT(calls, 30);  // it was killed at all, and not only at the first
}

TEST(CommitKilled, AtAnySystemCallAllOfItHappenedOrNothing) {
  if (!can_trace()) GTEST_SKIP() << "ptrace is not allowed here";
  const Scratch scratch;
  ASSERT_TRUE(initialise_store(scratch.store(), scratch.key()));
  ASSERT_TRUE((*open_store(scratch))
                  ->commit(effects(SetPassword{"alice", "none"}, add_otp("alice", "p", kSeed, 0))));
  bool finished = false;
  std::uint64_t step = 1;
  int happened = 0;
  for (int calls = 0; !finished; ++calls, ++step) {
    finished = survives(calls, [&] {
      auto store = open_store(scratch);
      const auto id = (*store)->otp_credentials("alice")->front().id;
      static_cast<void>((*store)->commit(
          effects(SpendOtp{id, step}, SetPassword{"alice", std::to_string(step)})));
    });
    auto store = open_store(scratch);
    ASSERT_TRUE(store) << "killed at call " << calls << ": " << store.error().message;
    const bool spent = (*store)->otp_credentials("alice")->front().last_step == step;
    const bool set = *(*store)->password_hash("alice") == std::to_string(step);
    EXPECT_EQ(spent, set) << "killed at call " << calls;
    if (spent) ++happened;
  }
  EXPECT_GT(happened, 0);
  EXPECT_GT(step, static_cast<std::uint64_t>(happened));
}

}  // namespace
}  // namespace usher::testing
