// SPDX-License-Identifier: Apache-2.0
// usherd runs without any privilege, in any folder, and says by its exit code what became of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <iterator>
#include <string>

#include "tests/unit/usherd/usherd_process.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(Unprivileged, ServesInAFolderOfItsOwnFromInitToStop) {
  const UsherdHome home;
  const Ended made = home.run(USHERCTL, {"init", "--config", "usher.toml"});
  ASSERT_EQ(made.exit_code, 0) << made.said;
  UsherdProcess usherd(home);
  ASSERT_EQ(usherd.next_notification(), "READY=1");

  const Ended status = home.run(USHERCTL, {"status", "--config", "usher.toml"});
  EXPECT_EQ(status.exit_code, 0) << status.said;
  EXPECT_THAT(status.said, HasSubstr(home.in("usher.toml"))) << "an absolute path";
  const Ended explained =
      home.run(USHERCTL, {"explain", "root", "--service", "sshd", "--config", "usher.toml"});
  EXPECT_THAT(explained.said, HasSubstr("10-test.toml:1"));
  for (const char* made_here : {"run/root.sock", "run/self.sock", "run/control.sock",
                                "state/store.db", "key/master.key", "log/audit.jsonl"})
    EXPECT_TRUE(std::filesystem::exists(home.path() / made_here)) << made_here;

  usherd.signal(SIGTERM);
  const Ended ended = usherd.wait();
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.said, "");
  EXPECT_TRUE(std::filesystem::is_empty(home.path() / "run")) << "its sockets go with it";
  EXPECT_EQ(home.run(USHERCTL, {"status", "--config", "usher.toml"}).exit_code, 3);
}

TEST(Unprivileged, CheckConfigCountsTheRulesAndStartsNothing) {
  const UsherdHome home;
  const Ended checked = home.run(USHERD, {"--config", "usher.toml", "--check-config"});
  EXPECT_EQ(checked.exit_code, 0);
  EXPECT_EQ(checked.said, home.in("usher.toml") + " is right; rules: 1\n");
  EXPECT_TRUE(std::filesystem::is_empty(home.path() / "run"));
}

TEST(Unprivileged, CheckUpgradeSaysWhatWouldBecomeOfTheStoreAndStartsNothing) {
  const UsherdHome home;
  home.init();
  const Ended checked = home.run(USHERD, {"--config", "usher.toml", "--check-upgrade"});
  EXPECT_EQ(checked.exit_code, 0);
  EXPECT_THAT(checked.said,
              MatchesRegex("usherd [^ ]+ can take over; rules: 1; store " +
                           home.in("state/store.db") + ": schema [0-9]+, which stays\n"));
  EXPECT_TRUE(std::filesystem::is_empty(home.path() / "run"));
  EXPECT_FALSE(std::filesystem::exists(home.path() / "log/audit.jsonl"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(home.path() / "state"), {}), 1);
}

TEST(Unprivileged, CheckUpgradeIs1WithoutStoreOrKeyAndSaysWhich) {
  const UsherdHome home;
  home.init();
  std::filesystem::rename(home.in("state/store.db"), home.in("state/away"));
  const Ended no_store = home.run(USHERD, {"--config", "usher.toml", "--check-upgrade"});
  EXPECT_EQ(no_store.exit_code, 1);
  EXPECT_THAT(no_store.said, HasSubstr("no store at " + home.in("state/store.db")));
  std::filesystem::rename(home.in("state/away"), home.in("state/store.db"));
  std::filesystem::remove(home.in("key/master.key"));
  const Ended no_key = home.run(USHERD, {"--config", "usher.toml", "--check-upgrade"});
  EXPECT_EQ(no_key.exit_code, 1);
  EXPECT_THAT(no_key.said, HasSubstr(home.in("key/master.key")));
}

TEST(Unprivileged, AWrongConfigurationIs78AndSaysWhere) {
  const UsherdHome home;
  home.write("rules.d/10-test.toml", "[[rule]]\nname = \"nobody\"\ndeyn = true\n");
  for (const auto& arguments : {std::vector<std::string>{"--config", "usher.toml"},
                                {"--config", "usher.toml", "--check-config"},
                                {"--config", "usher.toml", "--check-upgrade"}}) {
    const Ended refused = home.run(USHERD, arguments);
    EXPECT_EQ(refused.exit_code, 78);
    EXPECT_THAT(refused.said, HasSubstr("10-test.toml:3:1: "));
  }
  EXPECT_EQ(home.run(USHERD, {"--config", "nowhere.toml"}).exit_code, 78);
}

TEST(Unprivileged, AWrongCommandLineIs2) {
  const UsherdHome home;
  for (const auto& arguments : {std::vector<std::string>{"--nope"},
                                {"--config"},
                                {"--check-config", "usher.toml"},
                                {"--check-config", "--check-upgrade"}}) {
    const Ended refused = home.run(USHERD, arguments);
    EXPECT_EQ(refused.exit_code, 2) << refused.said;
    EXPECT_NE(refused.said, "");
  }
}

TEST(Unprivileged, HelpAndVersionAre0) {
  const UsherdHome home;
  for (const char* asked : {"--help", "--version"})
    EXPECT_EQ(home.run(USHERD, {asked}).exit_code, 0) << asked;
}

TEST(Unprivileged, WithoutItsKeyItIs1AndSaysWhich) {
  const UsherdHome home;
  home.init();
  ASSERT_TRUE(std::filesystem::remove(home.in("key/master.key")));
  const Ended refused = home.run(USHERD, {"--config", "usher.toml"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.said, HasSubstr(home.in("key/master.key")));
}

}  // namespace
}  // namespace usher::testing
