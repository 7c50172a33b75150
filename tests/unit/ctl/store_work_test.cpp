// SPDX-License-Identifier: Apache-2.0
#include "ctl/store_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "daemon/store/init.h"
#include "tests/unit/ctl/usherctl_process.h"
#include "tests/unit/store/no_room.h"

namespace usher::testing {
namespace {

namespace fs = std::filesystem;
using ctl::ChangeRecord;
using ctl::ExitCode;
using ctl::Globals;
using ctl::StoreWork;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kWorkSettings = R"([state]
store = "state/store.db"
master_key = "key/master.key"
[audit]
file = "log/audit.jsonl"
)";

/// A store and an audit log in folders of their own.
class StoreWorkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    globals_.config = folder_.write("usher.toml", kWorkSettings);
    for (const char* each : {"state", "key", "log"}) {
      fs::create_directory(at(each));
      fs::permissions(at(each), fs::perms::owner_all);
    }
    ASSERT_TRUE(initialise_store(at("state/store.db"), at("key/master.key")));
  }
  [[nodiscard]] std::string at(const char* name) const { return folder_.path() + "/" + name; }
  [[nodiscard]] std::string log() const {
    std::ifstream in(at("log/audit.jsonl"));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::vector<Effect> password_of(const char* user) {
    std::vector<Effect> effects;
    effects.emplace_back(SetPassword{.user = user, .hash = "a hash"});
    return effects;
  }
  /// Gives all of it to a user without rights. Only root can.
  void give_away() const {
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      ASSERT_EQ(::chown(entry.path().c_str(), kNobody, kNobody), 0);
    ASSERT_EQ(::chown(at("usher.toml").c_str(), 0, 0), 0);
    ASSERT_EQ(::chmod(at("usher.toml").c_str(), 0644), 0);
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  }
  /// What `work` returns, in a process of its own, which may end being root.
  template <typename Work>
  static int apart(Work work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  static constexpr uid_t kNobody = 65534;
  ScratchFolder folder_;
  Globals globals_;
};

TEST_F(StoreWorkTest, WhatIsCommittedIsRecorded) {
  auto work = StoreWork::begin(globals_, "otp.import");
  ASSERT_TRUE(work);
  ASSERT_TRUE(work->become_owner());
  const auto store = work->open_store();
  ASSERT_TRUE(store);
  const std::vector<ChangeRecord> records = {
      {.person = "ada", .label = "phone", .reason = "from a file"}};
  EXPECT_EQ(work->commit(**store, password_of("ada"), records), CommitOutcome::committed);
  EXPECT_EQ(*(*store)->password_hash("ada"), "a hash");
  EXPECT_THAT(log(), HasSubstr(R"("kind":"credential-changed")"));
  EXPECT_THAT(log(), HasSubstr(R"("person":"ada")"));
  EXPECT_THAT(log(), HasSubstr(R"("operation":"otp.import","label":"phone")"));
  EXPECT_THAT(log(), HasSubstr(R"("reason":"from a file")"));
}

TEST_F(StoreWorkTest, WhatCantBeRecordedIsNotDone) {
  auto work = StoreWork::begin(globals_, "otp.import");
  ASSERT_TRUE(work->become_owner());
  const auto store = work->open_store();
  ASSERT_TRUE(store);
  fs::rename(at("log"), at("gone"));
  EXPECT_FALSE(work->commit(**store, password_of("ada"), std::vector<ChangeRecord>(1)));
  EXPECT_EQ(*(*store)->password_hash("ada"), std::nullopt);
}

TEST_F(StoreWorkTest, WhatWasRecordedAndNotDoneIsTakenBack) {
  auto work = StoreWork::begin(globals_, "otp.import");
  ASSERT_TRUE(work->become_owner());
  const auto store = work->open_store();
  ASSERT_TRUE(store);
  // No room for so long a hash, and for the log there is.
  std::vector<Effect> effects;
  effects.emplace_back(SetPassword{.user = "ada", .hash = std::string(500'000, 'h')});
  {
    const NoRoom full(100'000);
    EXPECT_FALSE(work->commit(**store, effects, std::vector<ChangeRecord>(1)));
  }
  EXPECT_EQ(*(*store)->password_hash("ada"), std::nullopt);
  EXPECT_THAT(log(), HasSubstr(R"("kind":"credential-changed")"));
  EXPECT_THAT(log(), HasSubstr(R"("kind":"credential-refused")"));
  EXPECT_THAT(log(), HasSubstr("it failed after all, and nothing was changed"));
}

TEST_F(StoreWorkTest, AConflictIsNotRecorded) {
  auto work = StoreWork::begin(globals_, "otp.import");
  ASSERT_TRUE(work->become_owner());
  const auto store = work->open_store();
  ASSERT_TRUE(store);
  std::vector<Effect> effects = password_of("ada");
  effects.emplace_back(RemoveOtp{.user = "ada", .label = "no such label"});
  EXPECT_EQ(work->commit(**store, effects, std::vector<ChangeRecord>(1)), CommitOutcome::conflict);
  EXPECT_THAT(log(), Not(HasSubstr("credential-")));
}

TEST_F(StoreWorkTest, WithoutAPlaceToRecordNothingBegins) {
  fs::remove(at("log"));
  auto work = StoreWork::begin(globals_, "otp.import");
  ASSERT_TRUE(work);
  const auto became = work->become_owner();
  ASSERT_FALSE(became);
  EXPECT_EQ(became.error(), ExitCode::no);
}

TEST_F(StoreWorkTest, SettingsWithAMistakeAreNotGuessedAt) {
  globals_.config = folder_.write("usher.toml", "[state]\nstor = \"x\"\n");
  const auto work = StoreWork::begin(globals_, "otp.import");
  ASSERT_FALSE(work);
  EXPECT_EQ(work.error(), ExitCode::configuration);
}

TEST_F(StoreWorkTest, RootIsGivenUpForGood) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give root up";
  give_away();
  EXPECT_EQ(apart([&] {
              auto work = StoreWork::begin(globals_, "otp.import");
              if (!work || !work->become_owner()) return 1;
              if (::getuid() != kNobody || ::geteuid() != kNobody || ::getgid() != kNobody)
                return 2;
              if (::setresuid(0, 0, 0) == 0 || ::getgroups(0, nullptr) != 0) return 3;
              if (::prctl(PR_GET_DUMPABLE) != 0) return 4;
              const auto store = work->open_store();
              if (!store) return 5;
              const auto outcome =
                  work->commit(**store, password_of("ada"), std::vector<ChangeRecord>(1));
              return outcome == CommitOutcome::committed ? 0 : 6;
            }),
            0);
  // Root did it, whoever the process was by then, and the log is the store's owner's.
  EXPECT_THAT(log(), HasSubstr(R"("uid":0)"));
  struct stat status{};
  ASSERT_EQ(::stat(at("log/audit.jsonl").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, kNobody);
}

TEST_F(StoreWorkTest, OnlyRootAndTheOwnerMayBegin) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  give_away();
  EXPECT_EQ(apart([&] {
              if (::setresuid(65533, 65533, 65533) != 0) return 1;
              auto work = StoreWork::begin(globals_, "otp.import");
              if (!work) return 2;
              return work->become_owner() ? 3 : 0;
            }),
            0);
}

}  // namespace
}  // namespace usher::testing
