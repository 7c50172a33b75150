// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "pam_stacks/scratch.h"
#include "pam_stacks/whole_file.h"
#include "tests/unit/pam_stacks/debian_stacks.h"

namespace usher::pam_stacks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A machine of its own: a folder with Debian's stacks.
class PlanTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folders_.stacks);
    for (const auto& [name, text] : testing::debian_stacks()) write(name, text);
  }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_whole_file(folders_.stacks / name, text).has_value());
  }
  [[nodiscard]] Result<Plan> plan(std::vector<std::string> services) const {
    return make_plan({.services = std::move(services),
                      .everywhere = false,
                      .when_down = WhenDownChoice{.kind = WhenDown::none, .groups = {}},
                      .call = {},
                      .self_verifying = {"sshd"}},
                     folders_);
  }
  [[nodiscard]] std::vector<std::string> files_of(const Plan& plan) const {
    std::vector<std::string> names;
    for (const FileChange& change : plan.changes) names.push_back(change.file.filename().string());
    return names;
  }

  Scratch scratch_ = *Scratch::make();
  Folders folders_{.stacks = scratch_.folder() / "pam.d",
                   .vendor = scratch_.folder() / "vendor",
                   .profile_state = scratch_.folder() / "state"};
};

TEST_F(PlanTest, WhatOthersReferToComesFirst) {
  const auto made = plan({"sshd", "login"});
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_THAT(files_of(*made), ElementsAre("usher", "login", "sshd"));
  EXPECT_THAT(made->services, ElementsAre("i3lock", "login", "sshd"));
}

TEST_F(PlanTest, ServicesAreNamedInAnyOrder) {
  const auto made = plan({"su-l", "su"});
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_THAT(made->services, ElementsAre("su", "su-l"));
}

TEST_F(PlanTest, NothingIsPlannedThatIsThere) {
  const auto made = plan({"sshd"});
  ASSERT_TRUE(made.has_value());
  for (const FileChange& change : made->changes)
    ASSERT_TRUE(write_whole_file(change.file, *change.after).has_value());
  EXPECT_THAT(plan({"sshd"})->changes, IsEmpty());
}

TEST_F(PlanTest, AServiceWithoutAnythingToDecideIsRefused) {
  write("own", "session required pam_permit.so\n");
  const auto made = plan({"own"});
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("nothing that Usher could decide"));
}

TEST_F(PlanTest, PasswdAsksUsherAndThenTheMachine) {
  const auto made = plan({"passwd"});
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_TRUE(asks_usher(made->after, "passwd", "password"));
  EXPECT_THAT(made->after.at("usher"), HasSubstr("common-password\n"));
}

TEST_F(PlanTest, AnEnvironmentOfThePersonsOwnIsRefusedWhereItCounts) {
  const std::string forged = "session required pam_env.so\nsession substack usher\n";
  write("sshd", "@include common-auth\n@include common-account\n" + forged);
  const auto made = plan({"sshd"});
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("SSH_AUTH_INFO_0"));
  write("sshd", testing::debian_stacks().at("sshd"));
  write("su", "@include common-auth\n@include common-account\n" + forged);
  EXPECT_TRUE(plan({"su"}).has_value());
  write("su", "auth required pam_env.so\n@include common-auth\n@include common-account\n");
  EXPECT_FALSE(plan({"su"}).has_value());
}

TEST_F(PlanTest, NoTypeIsPassedOver) {
  write("rules", "account required pam_unix.so\n");
  write("own", "@include common-auth\n@include rules\n@include common-session\n");
  const auto made = plan({"own"});
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("its account lines"));
}

TEST_F(PlanTest, AChoiceThatNobodyAsksForIsRefused) {
  const auto made = plan({});
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("no service asks Usher yet"));
}

TEST_F(PlanTest, WhereARuleObservesTheMachinesOwnStackIsAsked) {
  const auto made = plan({"login"});
  ASSERT_TRUE(made.has_value());
  EXPECT_THAT(*made->changes.front().after,
              HasSubstr("include                                            common-auth\n"));
}

TEST_F(PlanTest, WhoWouldAskTwiceIsRefused) {
  write("common-account",
        "account substack usher\n" + testing::debian_stacks().at("common-account"));
  write("usher", usher_stack({.kind = WhenDown::none, .groups = {}}, {}));
  write("login", "@include common-auth\naccount substack usher\n@include common-account\n");
  const auto made = plan({"login"});
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("more than once"));
}

TEST_F(PlanTest, LinksAreSomebodyElses) {
  std::filesystem::rename(folders_.stacks / "sshd", folders_.stacks / "real");
  std::filesystem::create_symlink("real", folders_.stacks / "sshd");
  const auto made = plan({"sshd"});
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("link to real"));
}

TEST_F(PlanTest, AStackOfAPackageIsMaskedAndNotWrittenTo) {
  std::filesystem::create_directory(folders_.vendor);
  std::filesystem::rename(folders_.stacks / "login", folders_.vendor / "login");
  const auto made = plan({"login"});
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_THAT(files_of(*made), ElementsAre("usher", "login"));
  EXPECT_EQ(made->changes[1].file, folders_.stacks / "login");
  EXPECT_EQ(made->changes[1].before, std::nullopt);
}

TEST_F(PlanTest, TheChoiceOfBeforeStays) {
  Wish wish{
      .services = {"sshd"}, .everywhere = false, .when_down = {}, .call = {}, .self_verifying = {}};
  EXPECT_FALSE(make_plan(wish, folders_).has_value());
  write("usher", usher_stack({.kind = WhenDown::group, .groups = "sudo"}, {}));
  const auto made = make_plan(wish, folders_);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(text_of(made->when_down), "group:sudo");
  write("usher", "auth required pam_usher.so\n");
  EXPECT_FALSE(make_plan(wish, folders_).has_value());
}

TEST_F(PlanTest, ARemovalEndsWithWhatOthersReferTo) {
  const auto made = plan({"sshd", "login"});
  ASSERT_TRUE(made.has_value());
  for (const FileChange& change : made->changes)
    ASSERT_TRUE(write_whole_file(change.file, *change.after).has_value());
  const auto removal = make_removal(folders_);
  ASSERT_TRUE(removal.has_value()) << removal.error().message;
  EXPECT_THAT(files_of(removal->plan), ElementsAre("sshd", "login", "usher"));
  EXPECT_EQ(removal->plan.after, testing::debian_stacks());
}

}  // namespace
}  // namespace usher::pam_stacks
