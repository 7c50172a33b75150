// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/host.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "daemon/host/clock.h"

namespace usher::testing {
namespace {

TEST(LinuxHost, FindsRootWithItsGroups) {
  LinuxHost host;
  const auto found = host.find_user("root");
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->name, "root");
  EXPECT_EQ((*found)->uid, 0U);
  EXPECT_TRUE(std::ranges::any_of(
      (*found)->groups, [](const Group& group) { return group.gid == 0 && group.name == "root"; }));
}

TEST(LinuxHost, FindsTheSameAccountByUid) {
  LinuxHost host;
  const auto by_name = host.find_user("root");
  const auto by_uid = host.find_user(uid_t{0});
  ASSERT_TRUE(by_uid && *by_uid && by_name && *by_name);
  EXPECT_EQ((*by_uid)->name, (*by_name)->name);
  EXPECT_EQ((*by_uid)->groups, (*by_name)->groups);
}

TEST(LinuxHost, AnUnknownAccountIsNoneAndNoError) {
  LinuxHost host;
  const auto by_name = host.find_user("no-such-account-here");
  ASSERT_TRUE(by_name) << by_name.error().message;
  EXPECT_FALSE(*by_name);
  const auto by_uid = host.find_user(uid_t{3'999'999'999});
  ASSERT_TRUE(by_uid) << by_uid.error().message;
  EXPECT_FALSE(*by_uid);
}

TEST(LinuxHost, FindsAGroupByNameAndNoneThatIsNot) {
  LinuxHost host;
  const auto root = host.find_group("root");
  ASSERT_TRUE(root && *root);
  EXPECT_EQ((*root)->gid, 0U);
  const auto none = host.find_group("no-such-group-here");
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_FALSE(*none);
}

TEST(LinuxHost, FindsAGroupByNumberToo) {
  LinuxHost host;
  const auto root = host.find_group("0");
  ASSERT_TRUE(root && *root);
  EXPECT_EQ((*root)->gid, 0U);
  for (const char* none : {"3999999999", "4294967296", "-1", "+0", "0x0", "0 "}) {
    const auto found = host.find_group(none);
    EXPECT_TRUE(!found || !*found) << none;
  }
}

TEST(LinuxHost, ANameThatIsNoneFindsNobody) {
  LinuxHost host;
  using namespace std::string_view_literals;
  for (const std::string_view name :
       {""sv, "root\0x"sv, "root:x"sv, "root/"sv, "root\n"sv, "\x7froot"sv}) {
    const auto found = host.find_user(name);
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found) << name;
  }
}

TEST(LinuxHost, ReadsWhoStartedAProcess) {
  EXPECT_EQ(LinuxHost().real_uid_of(::getpid()), ::getuid());
}

TEST(LinuxHost, AProcessThatIsNoneWasStartedByNobody) {
  LinuxHost host;
  for (const pid_t pid : {-1, 0, 2'000'000'000})
    EXPECT_EQ(host.real_uid_of(pid), static_cast<uid_t>(-1)) << pid;
}

TEST(LinuxHost, TheMachineHasAName) { EXPECT_FALSE(LinuxHost().machine_name().empty()); }

TEST(SystemClock, TellsMicrosecondsOfBothClocks) {
  const SystemClock clock;
  constexpr std::int64_t kYear2020 = std::int64_t{1'577'836'800} * 1'000'000;
  EXPECT_GT(clock.wall_microseconds(), kYear2020);
  const auto earlier = clock.boot_microseconds();
  EXPECT_GT(earlier, 0);
  EXPECT_GE(clock.boot_microseconds(), earlier);
}

}  // namespace
}  // namespace usher::testing
