// SPDX-License-Identifier: Apache-2.0
#include "keeper/privileges.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace usher::testing {
namespace {

TEST(ShadowAccess, IsByGroupWhereAGroupOfItsOwnMayRead) {
  EXPECT_EQ(access_by(0640, 42), ShadowAccess::group);
  EXPECT_EQ(access_by(0440, 42), ShadowAccess::group);
}

TEST(ShadowAccess, IsByCapabilityWhereNoneMayOrOnlyRoots) {
  EXPECT_EQ(access_by(0000, 0), ShadowAccess::capability);
  EXPECT_EQ(access_by(0600, 0), ShadowAccess::capability);
  EXPECT_EQ(access_by(0600, 42), ShadowAccess::capability);
  EXPECT_EQ(access_by(0640, 0), ShadowAccess::capability);
}

TEST(ActingAs, IsAnotherUserWhileItLivesAndRootAfter) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  {
    const auto acting = ActingAs::user(65534, 65534);
    ASSERT_TRUE(acting);
    EXPECT_EQ(::geteuid(), 65534U);
    EXPECT_EQ(::getegid(), 65534U);
    EXPECT_NE(::eaccess("/etc/shadow", W_OK), 0);
  }
  EXPECT_EQ(::geteuid(), 0U);
  EXPECT_EQ(::getegid(), 0U);
}

/// Exits with 0 where all ways back are closed.
[[noreturn]] void close_and_look() {
  if (!close_ways_back()) ::_exit(2);
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  const bool closed = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
                      ::prctl(PR_GET_DUMPABLE) == 0 && core.rlim_max == 0;
  ::_exit(closed ? 0 : 1);
}

TEST(CloseWaysBack, LeavesNoCoreNoTracingAndNoNewPrivileges) {
  EXPECT_EXIT(close_and_look(), ::testing::ExitedWithCode(0), "");
}

TEST(GiveUpRoot, DoesNothingForWhoIsNotRoot) {
  if (::geteuid() == 0) GTEST_SKIP() << "needs not to be root";
  EXPECT_TRUE(give_up_root("/nonexistent"));
}

TEST(GiveUpRoot, FailsWhereThereIsNoFileOfHashes) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_FALSE(give_up_root("/nonexistent/shadow"));
  EXPECT_EQ(::geteuid(), 0U);
}

}  // namespace
}  // namespace usher::testing
