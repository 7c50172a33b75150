// SPDX-License-Identifier: Apache-2.0
#include "usher/unique_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <utility>

namespace usher {
namespace {

int open_one() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

TEST(UniqueFd, ClosesWhenItGoes) {
  const int descriptor = open_one();
  {
    const UniqueFd owner(descriptor);
  }
  EXPECT_FALSE(is_open(descriptor));
}

TEST(UniqueFd, MovingHandsOver) {
  UniqueFd first(open_one());
  const int descriptor = first.get();
  UniqueFd second(std::move(first));
  EXPECT_FALSE(first.valid());  // NOLINT(bugprone-use-after-move): what is tested
  EXPECT_EQ(second.get(), descriptor);
  EXPECT_TRUE(is_open(descriptor));
}

TEST(UniqueFd, AssignmentClosesWhatWasHeld) {
  UniqueFd kept(open_one());
  const int old = kept.get();
  UniqueFd other(open_one());
  const int fresh = other.get();
  kept = std::move(other);
  EXPECT_FALSE(is_open(old));
  EXPECT_EQ(kept.get(), fresh);
}

TEST(UniqueFd, ReleaseLeavesItOpen) {
  UniqueFd owner(open_one());
  const int descriptor = owner.release();
  EXPECT_FALSE(owner.valid());
  EXPECT_TRUE(is_open(descriptor));
  ::close(descriptor);
}

}  // namespace
}  // namespace usher
