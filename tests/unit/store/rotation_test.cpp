// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/rotation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/unit/store/killed.h"
#include "tests/unit/store/scratch.h"
#include "usher/unique_fd.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

RotationPorts quiet_ports() {
  return {.progress = [](std::size_t, std::size_t) {},
          .record = [](const Rotation&) { return Result<void>{}; },
          .committed = [] {}};
}

/// A store with a generator of alice's and one of bob's.
class RotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    make_store(scratch_);
    first_ = key_id_of(scratch_.key());
  }
  static void make_store(const Scratch& scratch) {
    ASSERT_TRUE(initialise_store(scratch.store(), scratch.key()));
    ASSERT_EQ((*open_store(scratch))
                  ->commit(effects(add_otp("alice", "p", kSeed), add_otp("bob", "q", kOtherSeed))),
              CommitOutcome::committed);
  }
  Result<Rotation> rotate(const RotationPorts& ports = quiet_ports()) {
    return rotate_key(scratch_.store(), scratch_.key(), ports);
  }
  std::string why_refused() {
    const auto done = rotate();
    EXPECT_FALSE(done);
    return done ? std::string() : done.error().message;
  }
  static void expect_usable(const Scratch& scratch) {
    const auto store = open_store(scratch);
    ASSERT_TRUE(store) << store.error().message;
    expect_seeds(**store);
  }
  static void expect_seeds(Store& store) {
    for (const auto& [user, seed] : {std::pair{"alice", kSeed}, std::pair{"bob", kOtherSeed}}) {
      const auto found = store.otp_credentials(user);
      ASSERT_TRUE(found) << found.error().message;
      ASSERT_EQ(found->size(), 1U);
      EXPECT_TRUE(found->front().seed.equals(seed));
    }
  }
  /// Where the disk takes too long for one of two connections, that is an error of its own.
  static void commit_in_the_end(Store& store, const std::vector<Effect>& wanted) {
    for (;;) {
      const auto outcome = store.commit(wanted);
      if (!outcome && outcome.error().message.contains("database is locked")) continue;
      EXPECT_TRUE(outcome) << outcome.error().message;
      EXPECT_EQ(outcome, CommitOutcome::committed);
      return;
    }
  }
  static std::size_t keys_in(const std::filesystem::path& file) {
    const auto ring = KeyRing::read(file);
    EXPECT_TRUE(ring) << ring.error().message;
    return ring ? ring->keys().size() : 0;
  }
  /// What `work` returns, in a process of its own.
  template <typename Work>
  static int apart(Work work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  Scratch scratch_;
  KeyId first_{};
};

TEST_F(RotationTest, PutsAnotherKeyInForceAndKeepsEverySeed) {
  const auto done = rotate();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->from, first_);
  EXPECT_EQ(done->to, key_id_of(scratch_.key()));
  EXPECT_NE(done->to, first_);
  EXPECT_EQ(done->seeds, 2U);
  EXPECT_FALSE(done->was_under_way);
  EXPECT_FALSE(done->old_key_left);
  EXPECT_EQ(keys_in(scratch_.key()), 1U);
  expect_usable(scratch_);
}

TEST_F(RotationTest, TheOldKeyOpensNothingAnyMore) {
  const std::string old = read_file(scratch_.key());
  ASSERT_TRUE(rotate());
  std::filesystem::remove(scratch_.key());
  write_file(scratch_.key(), old);
  ASSERT_EQ(::chmod(scratch_.key().c_str(), 0400), 0);
  const auto opened = open_store(scratch_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("does not belong to this store"));
}

TEST_F(RotationTest, LeavesTheFilesAsPrivateAsTheyWereAndNothingBesideThem) {
  ASSERT_TRUE(rotate());
  struct stat status{};
  ASSERT_EQ(::stat(scratch_.key().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0400U);
  for (const auto& entry : std::filesystem::directory_iterator(scratch_.path()))
    EXPECT_THAT(entry.path().filename().string(),
                ::testing::AnyOf("master.key", "store.db", "store.db-wal", "store.db-shm"));
}

TEST_F(RotationTest, WhoServesGoesOn) {
  const auto serving = open_store(scratch_);
  ASSERT_TRUE(serving);
  expect_seeds(**serving);
  ASSERT_TRUE(rotate());
  ASSERT_TRUE(rotate());
  expect_seeds(**serving);
  EXPECT_EQ((*serving)->commit(effects(add_otp("carol", "r", kSeed))), CommitOutcome::committed);
  const auto store = open_store(scratch_);
  ASSERT_TRUE(store);
  EXPECT_TRUE((*store)->otp_credentials("carol")->front().seed.equals(kSeed));
}

TEST_F(RotationTest, WhatIsEnrolledMeanwhileIsSealedAnewToo) {
  const auto serving = open_store(scratch_);
  ASSERT_TRUE(serving);
  RotationPorts ports = quiet_ports();
  ports.progress = [&](std::size_t done, std::size_t of) {
    EXPECT_EQ(of, 2U);
    if (done < of) return;
    EXPECT_EQ((*serving)->commit(effects(add_otp("carol", "r", kSeed),
                                         RemoveOtp{.user = "bob", .label = "q"},
                                         add_otp("bob", "q", kOtherSeed))),
              CommitOutcome::committed);
  };
  const auto done = rotate(ports);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->seeds, 3U);
  expect_usable(scratch_);
  EXPECT_TRUE((*open_store(scratch_))->otp_credentials("carol")->front().seed.equals(kSeed));
}

TEST_F(RotationTest, ASeedThatCantBeOpenedStopsIt) {
  {
    Database database(scratch_.store());
    database.run("UPDATE otp SET label = 'another' WHERE user = 'bob'");
  }
  EXPECT_THAT(why_refused(), HasSubstr("bob's generator \"another\""));
  EXPECT_TRUE((*open_store(scratch_))->otp_credentials("alice")->front().seed.equals(kSeed));
}

TEST_F(RotationTest, WhatCantBeRecordedIsNotDone) {
  RotationPorts ports = quiet_ports();
  ports.record = [](const Rotation&) -> Result<void> { return failure("no room for the log"); };
  const auto done = rotate(ports);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("no room for the log"));
  Database database(scratch_.store());
  EXPECT_EQ(stored_key_id(database), first_);
  expect_usable(scratch_);
}

TEST_F(RotationTest, AnotherStoresKeyIsRefusedAndNothingIsTouched) {
  const Scratch other;
  make_store(other);
  std::filesystem::rename(other.key(), scratch_.key());
  const std::string before = read_file(scratch_.key());
  EXPECT_THAT(why_refused(), HasSubstr("does not belong to this store"));
  EXPECT_EQ(read_file(scratch_.key()), before);
}

TEST_F(RotationTest, OneAtATime) {
  const UniqueFd directory(::open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::flock(directory.get(), LOCK_EX), 0);
  EXPECT_THAT(why_refused(), HasSubstr("another usherctl is at work"));
}

TEST_F(RotationTest, AnOlderSchemaIsLeftToUsherd) {
  const Scratch old;
  {
    ASSERT_TRUE(initialise_store(old.store(), old.key()));
    const KeyId key = key_id_of(old.key());
    std::filesystem::remove(old.store());
    write_file(old.store(), "");
    ASSERT_EQ(::chmod(old.store().c_str(), 0600), 0);
    Database database(old.store());
    create_schema(database, key, migrations().first(migrations().size() - 1));
  }
  const auto done = rotate_key(old.store(), old.key(), quiet_ports());
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("start usherd of this version first"));
  EXPECT_EQ(keys_in(old.key()), 1U);
}

TEST_F(RotationTest, KilledAnywhereTheStoreOpensAndASecondRunFinishes) {
  if (!can_trace()) GTEST_SKIP() << "ptrace is not allowed here";
  bool survived = false;
  int finished = 0;
  for (int calls = 0; !survived; ++calls) {
    const Scratch scratch;
    make_store(scratch);
    const KeyId before = key_id_of(scratch.key());
    survived = survives(
        calls,
        [&] { static_cast<void>(rotate_key(scratch.store(), scratch.key(), quiet_ports())); },
        changes_files);
    SCOPED_TRACE(fmt::format("killed at call {}", calls));
    expect_usable(scratch);
    const auto again = rotate_key(scratch.store(), scratch.key(), quiet_ports());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(keys_in(scratch.key()), 1U);
    EXPECT_NE(key_id_of(scratch.key()), before);
    if (again->was_under_way) ++finished;
    expect_usable(scratch);
    for (const auto& entry : std::filesystem::directory_iterator(scratch.path()))
      EXPECT_NE(entry.path().extension(), ".new");
  }
  EXPECT_GT(finished, 3);
}

TEST_F(RotationTest, NobodyIsRefusedWhileKeysChange) {
  const auto serving = open_store(scratch_);
  ASSERT_TRUE(serving);
  std::atomic<bool> over = false;
  std::atomic<int> looked = 0;
  std::thread logins([&] {
    while (!over) {
      expect_seeds(**serving);
      ++looked;
    }
  });
  std::thread enrolments([&] {
    for (int i = 0; !over; ++i) {
      const auto name = fmt::format("label {}", i);
      commit_in_the_end(**serving, effects(add_otp("carol", name, kSeed)));
      commit_in_the_end(**serving, effects(RemoveOtp{.user = "carol", .label = name}));
    }
  });
  for (int i = 0; i < 10; ++i) {
    const auto done = rotate();
    EXPECT_TRUE(done) << done.error().message;
  }
  over = true;
  logins.join();
  enrolments.join();
  EXPECT_GT(looked, 0);
  expect_usable(scratch_);
}

/// The key as a credential: in a folder that is not the store's owner's.
class CredentialTest : public RotationTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
    RotationTest::SetUp();
    std::filesystem::create_directory(folder());
    ASSERT_EQ(::chmod(folder().c_str(), 0755), 0);
    std::filesystem::rename(scratch_.key(), credential());
    for (const auto& file : {scratch_.path(), scratch_.store(), credential()})
      ASSERT_EQ(::chown(file.c_str(), kNobody, kNobody), 0);
  }
  [[nodiscard]] std::filesystem::path folder() const { return scratch_.path() / "credentials"; }
  [[nodiscard]] std::filesystem::path credential() const { return folder() / "master.key"; }
  /// By the store's owner: what it did, or why not.
  std::string rotate_as_owner() {
    const std::filesystem::path said = scratch_.path() / "said";
    apart([&] {
      if (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
          ::setresuid(kNobody, kNobody, kNobody) != 0)
        return 1;
      const auto done = rotate_key(scratch_.store(), credential(), quiet_ports());
      write_file(said, done ? fmt::format("{} sealed{}{}", done->seeds,
                                          done->was_under_way ? ", was under way" : "",
                                          done->old_key_left ? ", old key left" : "")
                            : done.error().message);
      return 0;
    });
    return read_file(said);
  }
  void add_key() {
    std::ofstream(credential(), std::ios::app) << MasterKey::generate()->encode()->expose();
  }
  static constexpr uid_t kNobody = 65534;
};

TEST_F(CredentialTest, WithOneKeyThereIsNothingToPutInForce) {
  const std::string before = read_file(credential());
  EXPECT_THAT(rotate_as_owner(), HasSubstr("usherctl key new"));
  EXPECT_EQ(read_file(credential()), before);
}

TEST_F(CredentialTest, TheSecondKeyIsPutInForceOnce) {
  add_key();
  EXPECT_EQ(rotate_as_owner(), "2 sealed, was under way, old key left");
  EXPECT_EQ(rotate_as_owner(), "0 sealed, was under way, old key left");
  for (const auto& file : {scratch_.path(), scratch_.store(), credential()})
    ASSERT_EQ(::chown(file.c_str(), 0, 0), 0);
  const auto state = key_state(scratch_.store(), credential());
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_EQ(state->in_file.size(), 2U);
  EXPECT_EQ(state->in_file.front(), first_);
  EXPECT_EQ(state->in_file.back(), state->in_force);
}

TEST_F(RotationTest, TellsHowTheKeyStands) {
  auto state = key_state(scratch_.store(), scratch_.key());
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->in_force, first_);
  EXPECT_THAT(state->in_file, ::testing::ElementsAre(first_));
  EXPECT_TRUE(state->file_is_writable);
  std::filesystem::remove(scratch_.key());
  EXPECT_FALSE(key_state(scratch_.store(), scratch_.key()));
}

}  // namespace
}  // namespace usher::testing
