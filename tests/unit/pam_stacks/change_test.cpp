// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "daemon/review/plain_file.h"
#include "pam_stacks/change_files.h"
#include "pam_stacks/scratch.h"
#include "pam_stacks/whole_file.h"

namespace usher::pam_stacks {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ChangeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(stacks_);
    write("sshd", "before\n");
    ::chmod((stacks_ / "sshd").c_str(), 0640);
  }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_whole_file(stacks_ / name, text).has_value());
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return review::read_plain_file(stacks_ / name).value_or("(none)");
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(stacks_))
      found.push_back(entry.path().filename().string());
    std::ranges::sort(found);
    return found;
  }
  /// `usher` comes, sshd changes.
  [[nodiscard]] Plan plan() const {
    Plan made;
    made.services = {"sshd"};
    made.changes = {{.file = stacks_ / "usher", .before = std::nullopt, .after = "new\n"},
                    {.file = stacks_ / "sshd", .before = read("sshd"), .after = "after\n"}};
    return made;
  }
  [[nodiscard]] Changes open() const {
    auto changes = Changes::open(folder_);
    EXPECT_TRUE(changes.has_value());
    return std::move(*changes);
  }
  [[nodiscard]] Change waiting() const { return **Changes::waiting_in(folder_); }
  [[nodiscard]] bool nothing_waits() const { return !Changes::waiting_in(folder_)->has_value(); }

  Scratch scratch_ = *Scratch::make();
  fs::path stacks_ = scratch_.folder() / "pam.d";
  fs::path folder_ = scratch_.folder() / "changes";
};

TEST_F(ChangeTest, IsPutInPlaceAndTakenBack) {
  Changes changes = open();
  const auto change = changes.begin(plan(), "ada", rollback_in(600));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(read("sshd"), "before\n");
  ASSERT_TRUE(changes.put_in_place(*change).has_value());
  EXPECT_EQ(read("sshd"), "after\n");
  EXPECT_EQ(read("usher"), "new\n");
  ASSERT_TRUE(changes.undo(waiting()).has_value());
  EXPECT_EQ(read("sshd"), "before\n");
  EXPECT_THAT(names(), ElementsAre("sshd"));
  EXPECT_TRUE(nothing_waits());
}

TEST_F(ChangeTest, KeepsOwnerAndMode) {
  Changes changes = open();
  const auto change = changes.begin(plan(), "ada", {});
  ASSERT_TRUE(changes.put_in_place(*change).has_value());
  struct stat status{};
  ASSERT_EQ(::stat((stacks_ / "sshd").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(ChangeTest, ConfirmedItStaysAndCanStillBeTakenBack) {
  Changes changes = open();
  ASSERT_TRUE(changes.put_in_place(*changes.begin(plan(), "ada", {})).has_value());
  ASSERT_TRUE(changes.confirm(waiting()).has_value());
  EXPECT_TRUE(nothing_waits());
  EXPECT_THAT(names(), ElementsAre("sshd", "usher"));
  const auto kept = Changes::newest_confirmed_in(folder_);
  ASSERT_TRUE(kept.has_value() && kept->has_value());
  ASSERT_TRUE(changes.undo(**kept).has_value());
  EXPECT_EQ(read("sshd"), "before\n");
  EXPECT_FALSE(Changes::newest_confirmed_in(folder_)->has_value());
}

TEST_F(ChangeTest, OneWaitsAtMost) {
  Changes changes = open();
  ASSERT_TRUE(changes.begin(plan(), "ada", {}).has_value());
  EXPECT_FALSE(changes.begin(plan(), "bob", {}).has_value());
}

TEST_F(ChangeTest, OneProcessChangesAtATime) {
  const Changes changes = open();
  const auto second = Changes::open(folder_);
  ASSERT_FALSE(second.has_value());
  EXPECT_TRUE(second.error().busy);
}

TEST_F(ChangeTest, WhatSomebodyElseChangedMeanwhileIsNotOverwritten) {
  Changes changes = open();
  const auto change = changes.begin(plan(), "ada", {});
  write("sshd", "somebody else\n");
  EXPECT_FALSE(changes.put_in_place(*change).has_value());
  EXPECT_EQ(read("sshd"), "somebody else\n");
}

TEST_F(ChangeTest, WhatWasChangedSinceIsKept) {
  Changes changes = open();
  ASSERT_TRUE(changes.put_in_place(*changes.begin(plan(), "ada", {})).has_value());
  write("sshd", "by hand\n");
  const auto found = changes.undo(waiting());
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(*found, ElementsAre((stacks_ / "sshd").string()));
  EXPECT_EQ(read("sshd"), "before\n");
  EXPECT_EQ(review::read_plain_file(folder_ / "undone.1" / "found.1").value_or(""), "by hand\n");
}

TEST_F(ChangeTest, WhatAnotherStackNeedsStays) {
  Changes changes = open();
  ASSERT_TRUE(changes.put_in_place(*changes.begin(plan(), "ada", {})).has_value());
  write("i3lock", "auth substack usher\n");
  const auto found = changes.undo(waiting());
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(*found, ElementsAre((stacks_ / "usher").string()));
  EXPECT_EQ(read("usher"), "new\n");
  EXPECT_EQ(read("sshd"), "before\n");
}

TEST_F(ChangeTest, KnowsWhatOthersChanged) {
  Changes changes = open();
  ASSERT_TRUE(changes.put_in_place(*changes.begin(plan(), "ada", {})).has_value());
  EXPECT_THAT(waiting().changed_since(), IsEmpty());
  write("sshd", "by hand\n");
  EXPECT_THAT(waiting().changed_since(), ElementsAre((stacks_ / "sshd").string()));
}

TEST_F(ChangeTest, ThereIsNoWayBackBehindARemoval) {
  Changes changes = open();
  ASSERT_TRUE(changes.put_in_place(*changes.begin(plan(), "ada", {})).has_value());
  ASSERT_TRUE(changes.confirm_for_good(waiting()).has_value());
  EXPECT_TRUE(nothing_waits());
  EXPECT_FALSE(Changes::newest_confirmed_in(folder_)->has_value());
}

TEST_F(ChangeTest, InterruptedAnywhereItIsDueAndTakenBack) {
  // After each number of files that were put in place before the process was killed.
  for (int placed = 0; placed <= 2; ++placed) {
    {
      Changes changes = open();
      const auto change = changes.begin(plan(), "ada", rollback_in(600));
      ASSERT_TRUE(change.has_value());
      ASSERT_TRUE(set_aside(stacks_ / "sshd").has_value());
      ASSERT_TRUE(write_unfinished(stacks_ / "usher", "new\n").has_value());
      ASSERT_TRUE(write_unfinished(stacks_ / "sshd", "after\n").has_value());
      EXPECT_TRUE(placed < 1 || finish(stacks_ / "usher").has_value());
      EXPECT_TRUE(placed < 2 || finish(stacks_ / "sshd").has_value());
    }
    Changes changes = open();
    EXPECT_TRUE(waiting().due());
    ASSERT_TRUE(changes.undo(waiting()).has_value());
    EXPECT_EQ(read("sshd"), "before\n");
    EXPECT_THAT(names(), ElementsAre("sshd")) << placed;
  }
}

TEST_F(ChangeTest, AnInterruptedUndoGoesOn) {
  Changes changes = open();
  ASSERT_TRUE(changes.put_in_place(*changes.begin(plan(), "ada", {})).has_value());
  EXPECT_FALSE(waiting().due());
  ASSERT_TRUE(mark(folder_ / "waiting", kUndoingMark).has_value());
  ASSERT_TRUE(bring_back(stacks_ / "sshd").has_value());
  EXPECT_TRUE(waiting().due());
  ASSERT_TRUE(changes.undo(waiting()).has_value());
  EXPECT_EQ(read("sshd"), "before\n");
  EXPECT_THAT(names(), ElementsAre("sshd"));
}

TEST_F(ChangeTest, IsDueWhenItsTimeHasComeAndNotBefore) {
  Changes changes = open();
  ASSERT_TRUE(changes.put_in_place(*changes.begin(plan(), "ada", rollback_in(600))).has_value());
  Change change = waiting();
  EXPECT_FALSE(change.due());
  EXPECT_LE(*change.seconds_left(), 600);
  EXPECT_GE(*change.seconds_left(), 590);
  change.rollback = rollback_in(0);
  EXPECT_TRUE(change.due());
  change.rollback.reset();
  EXPECT_FALSE(change.due());
  EXPECT_EQ(change.seconds_left(), std::nullopt);
}

TEST_F(ChangeTest, AfterAnotherBootTheWallClockCounts) {
  Changes changes = open();
  ASSERT_TRUE(changes.put_in_place(*changes.begin(plan(), "ada", rollback_in(600))).has_value());
  Change change = waiting();
  change.rollback->boot = "another";
  change.rollback->boot_seconds = 0;
  EXPECT_FALSE(change.due());
  change.rollback->wall_seconds -= 700;
  EXPECT_TRUE(change.due());
  change.rollback->wall_seconds += 7'000;
  change.made_microseconds += std::int64_t{3'600} * 1'000'000;
  EXPECT_TRUE(change.due()) << "the clock shows a time before the change";
}

TEST_F(ChangeTest, DamageIsAnErrorAndNoEmptyChange) {
  Changes changes = open();
  ASSERT_TRUE(changes.begin(plan(), "ada", {}).has_value());
  std::ofstream(folder_ / "waiting" / "change.json") << "{";
  EXPECT_FALSE(Changes::waiting_in(folder_).has_value());
  fs::remove(folder_ / "waiting" / "change.json");
  EXPECT_FALSE(Changes::waiting_in(folder_).has_value());
}

TEST_F(ChangeTest, NobodyElseCanLookIntoTheFolder) {
  const Changes changes = open();
  struct stat status{};
  ASSERT_EQ(::stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

}  // namespace
}  // namespace usher::pam_stacks
