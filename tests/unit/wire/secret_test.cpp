// SPDX-License-Identifier: Apache-2.0
#include "usher/secret.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <type_traits>
#include <utility>

namespace usher {
namespace {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string> &&
              !std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_copy_constructible_v<LockedMemory>);

/// What lies at `bytes` now, for looking behind a secret that let go of its content.
bool all_zero(const char* bytes, std::size_t size) {
  return std::string_view(bytes, size) == std::string(size, '\0');
}

TEST(Secret, HoldsUpTo1024Bytes) {
  Secret secret;
  const std::string most(1024, 'x');
  EXPECT_TRUE(secret.assign(most));
  EXPECT_EQ(secret.expose(), most);
  EXPECT_FALSE(secret.assign(most + 'x'));
  EXPECT_TRUE(secret.empty());
}

TEST(Secret, HoldsAnyBytes) {
  Secret secret;
  const std::string bytes("a\0\xff z", 5);
  ASSERT_TRUE(secret.assign(bytes));
  EXPECT_EQ(secret.expose(), bytes);
  EXPECT_EQ(secret.expose_bytes().size(), 5U);
}

TEST(Secret, ClearWipesWhatItHeld) {
  Secret secret;
  ASSERT_TRUE(secret.assign("correct horse"));
  const char* const bytes = secret.expose().data();
  secret.clear();
  EXPECT_TRUE(secret.empty());
  EXPECT_TRUE(all_zero(bytes, 13));
}

TEST(Secret, AShorterContentLeavesNothingOfTheLonger) {
  Secret secret;
  ASSERT_TRUE(secret.assign("correct horse"));
  ASSERT_TRUE(secret.assign("abc"));
  EXPECT_TRUE(all_zero(secret.expose().data() + 3, 10));
}

TEST(Secret, ARefusedContentLeavesNothingOfTheOld) {
  Secret secret;
  ASSERT_TRUE(secret.assign("correct horse"));
  const char* const bytes = secret.expose().data();
  EXPECT_FALSE(secret.assign(std::string(1025, 'x')));
  EXPECT_TRUE(all_zero(bytes, 13));
}

TEST(Secret, MovingHandsOverAndLeavesNothing) {
  Secret first;
  ASSERT_TRUE(first.assign("secret"));
  const Secret second(std::move(first));
  EXPECT_EQ(second.expose(), "secret");
  // NOLINTBEGIN(bugprone-use-after-move): what is tested
  EXPECT_TRUE(first.empty());
  EXPECT_FALSE(first.valid());
  EXPECT_TRUE(first.expose().empty());
  EXPECT_FALSE(first.equals(""));
  EXPECT_FALSE(first.assign("again"));
  // NOLINTEND(bugprone-use-after-move)
}

TEST(Secret, MoveAssignmentReplaces) {
  Secret kept;
  ASSERT_TRUE(kept.assign("old"));
  Secret other;
  ASSERT_TRUE(other.assign("new one"));
  kept = std::move(other);
  EXPECT_EQ(kept.expose(), "new one");
}

TEST(Secret, EqualsItsBytesAlone) {
  Secret secret;
  ASSERT_TRUE(secret.assign("123456"));
  EXPECT_TRUE(secret.equals("123456"));
  EXPECT_FALSE(secret.equals("123457"));
  EXPECT_FALSE(secret.equals("023456"));
  EXPECT_FALSE(secret.equals("12345"));
  EXPECT_FALSE(secret.equals("1234567"));
  EXPECT_FALSE(secret.equals(""));
}

TEST(Secret, NothingEqualsNothing) {
  const Secret secret;
  EXPECT_FALSE(secret.equals(""));
}

TEST(Secret, ResizeGivesZeroedRoomWithinTheLimit) {
  Secret secret;
  ASSERT_TRUE(secret.assign("leftover"));
  const auto room = secret.resize(20);
  ASSERT_EQ(room.size(), 20U);
  EXPECT_TRUE(all_zero(secret.expose().data(), 20));
  EXPECT_TRUE(secret.resize(1025).empty());
  EXPECT_TRUE(secret.empty());
}

TEST(LockedMemory, IsInvalidWhereItCannotBeHad) {
  LockedMemory memory(std::size_t{1} << 62);
  EXPECT_FALSE(memory.valid());
  EXPECT_EQ(memory.capacity(), 0U);
  memory.mark_written(10);
  memory.wipe();
}

TEST(LockedMemory, WipesWhatWasMarkedAsWritten) {
  LockedMemory memory(4096);
  ASSERT_TRUE(memory.valid());
  memory.data()[0] = memory.data()[4095] = 0xaa;
  memory.mark_written(5000);
  memory.wipe();
  EXPECT_EQ(memory.data()[0], 0);
  EXPECT_EQ(memory.data()[4095], 0);
}

/// The VmFlags of the mapping that holds `address`: proc(5).
std::string flags_of_mapping(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream smaps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2)
      inside = begin <= wanted && wanted < end;
    else if (inside && line.starts_with("VmFlags:"))
      return line + ' ';
  }
  return {};
}

TEST(LockedMemory, IsLeftOutOfCoresAndOfChildren) {
  const LockedMemory memory(4096);
  const std::string flags = flags_of_mapping(memory.data());
  if (flags.empty()) GTEST_SKIP() << "this kernel shows no VmFlags";
  EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;  // MADV_DONTDUMP
  EXPECT_NE(flags.find(" wf "), std::string::npos) << flags;  // MADV_WIPEONFORK
}

}  // namespace
}  // namespace usher
