// SPDX-License-Identifier: Apache-2.0
#include "keeper/hashing.h"

#include <gtest/gtest.h>

#include "tests/unit/keeper/scratch_shadow.h"

namespace usher::testing {
namespace {

HashMatch match(std::string_view password, std::string_view hash) {
  const auto made = compare_with_hash(password, hash);
  EXPECT_TRUE(made) << made.error().message;
  return made.value_or(HashMatch::unknown_method);
}

class EachMethod : public ::testing::TestWithParam<const char*> {};

TEST_P(EachMethod, TellsTheRightPasswordFromEveryOther) {
  const std::string hash = hash_of("Tr0ub4dor", GetParam());
  if (hash.empty()) GTEST_SKIP() << "libcrypt makes no such hash here";
  EXPECT_EQ(match("Tr0ub4dor", hash), HashMatch::same);
  for (const std::string_view other : {"", "Tr0ub4do", "tr0ub4dor", "Tr0ub4d"})
    EXPECT_EQ(match(other, hash), HashMatch::different) << other;
  std::string damaged = hash;
  damaged.back() = damaged.back() == '.' ? '/' : '.';
  EXPECT_NE(match("Tr0ub4dor", damaged), HashMatch::same);
  EXPECT_NE(match("Tr0ub4dor", hash.substr(0, hash.size() - 1)), HashMatch::same);
  EXPECT_NE(match("Tr0ub4dor", hash + "."), HashMatch::same);
}

INSTANTIATE_TEST_SUITE_P(Hashing, EachMethod,
                         ::testing::Values("$y$", "$gy$", "$7$", "$2b$", "$6$", "$5$", "$1$", "_"));

TEST(Hashing, AgreesWithOtherImplementations) {
  // openssl passwd -5 and -6, -salt saltstring.
  EXPECT_EQ(match("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
            HashMatch::same);
  EXPECT_EQ(match("Hello world!",
                  "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBF"
                  "dcbYEdFCoEOfaS35inz1"),
            HashMatch::same);
  // Traditional DES, from the manual of PHP: eight characters count, and two of salt.
  EXPECT_EQ(match("rasmuslerdorf", "rl.3StKT.4T8M"), HashMatch::same);
  EXPECT_EQ(match("rasmusleWRONG", "rl.3StKT.4T8M"), HashMatch::same);
  EXPECT_EQ(match("rasmusWRONGGG", "rl.3StKT.4T8M"), HashMatch::different);
}

TEST(Hashing, KnowsNoMethodWhereThereIsNone) {
  for (const std::string_view hash : {"", "*", "!", "*0", "$99$salt$hash", "$6", "x"})
    EXPECT_EQ(match("anything", hash), HashMatch::unknown_method) << hash;
  EXPECT_EQ(match("anything", std::string(1000, 'a')), HashMatch::unknown_method);
}

TEST(Hashing, NeverCallsAPasswordRightThatIsTooLongToHash) {
  const std::string longest(longest_password(), 'p');
  const std::string hash = hash_of(longest);
  ASSERT_FALSE(hash.empty());
  EXPECT_EQ(match(longest, hash), HashMatch::same);
  EXPECT_EQ(match(longest + "p", hash), HashMatch::different);
}

TEST(Hashing, HasASettingOfItsOwnThatIsNoHash) {
  const auto setting = preferred_setting();
  ASSERT_TRUE(setting);
  EXPECT_EQ(match("x", *setting), HashMatch::different);
  EXPECT_NE(*setting, *preferred_setting());
}

}  // namespace
}  // namespace usher::testing
