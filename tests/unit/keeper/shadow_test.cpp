// SPDX-License-Identifier: Apache-2.0
#include "keeper/shadow.h"

#include <gtest/gtest.h>

#include <string>

namespace usher::testing {
namespace {

constexpr std::int64_t kToday = 20'000;
constexpr std::string_view kYescrypt =
    "$y$j9T$0123456789abcdef$0123456789abcdef0123456789abcdef012";
constexpr std::string_view kSha512 = "$6$rounds=9000$saltsalt$0123456789abcdef0123456789abcdef";

ShadowEntry parsed(std::string_view line) {
  const auto entry = parse_shadow_line(line);
  EXPECT_TRUE(entry) << line;
  return entry.value_or(ShadowEntry{});
}

/// The state of an account with a hash and these fields after it.
AccountState state(const std::string& fields, std::string_view hash = kYescrypt) {
  const std::string line = "alice:" + std::string(hash) + ":" + fields;
  return account_state_of(parsed(line), kToday);
}

TEST(ShadowLine, HasNineFieldsOfWhichDaysMayBeEmpty) {
  const ShadowEntry entry = parsed("alice:$6$a$b:19000:1:90:7:14:21000:x");
  EXPECT_EQ(entry.name, "alice");
  EXPECT_EQ(entry.hash, "$6$a$b");
  EXPECT_EQ(entry.last_change, 19000);
  EXPECT_EQ(entry.most_age, 90);
  EXPECT_EQ(entry.grace, 14);
  EXPECT_EQ(entry.expires, 21000);
  const ShadowEntry bare = parsed("bob:!:::::::");
  EXPECT_FALSE(bare.last_change || bare.most_age || bare.grace || bare.expires);
}

TEST(ShadowLine, MayEndEarly) { EXPECT_EQ(parsed("carol:*").hash, "*"); }

TEST(ShadowLine, ANegativeDayIsNone) {
  const ShadowEntry entry = parsed("alice:x:-1:-1:-1:-1:-1:-1:");
  EXPECT_FALSE(entry.last_change || entry.most_age || entry.grace || entry.expires);
}

TEST(ShadowLine, IsRefusedWithoutANameOrWithWhatIsNoNumber) {
  for (const char* line : {"", "alice", ":x:1:::::", "+:x::::::", "-bob:x::::::", "a:x:1x::::::",
                           "a:x: 1::::::", "a:x:99999999999::::::", "a:x::::::soon:"})
    EXPECT_FALSE(parse_shadow_line(line)) << line;
}

TEST(Hash, IsNotWhatNobodyCanHaveTyped) {
  for (const std::string_view field :
       {"", "!", "!!", "*", "x", "*LK*", "NP", "!$6$salt$0123456789abcdef", "$6$", "$6$onlysalt",
        "*0", "*************", "pass word no hash"})
    EXPECT_FALSE(is_hash(field)) << field;
}

TEST(Hash, IsOfAnyMethodOfCrypt5) {
  for (const std::string_view field :
       {kYescrypt, kSha512, std::string_view("$1$saltsalt$0123456789abcdef012345"),
        std::string_view("$2b$12$0123456789012345678901uabcdefghijklmnopqrstuvwxyz01234"),
        std::string_view("abJnggxhB/yWI"), std::string_view("_J9..rasmBYk8r9AiWNc")})
    EXPECT_TRUE(is_hash(field)) << field;
}

TEST(Hash, HasAMethodThatTellsItsCost) {
  EXPECT_EQ(method_of(kYescrypt), "$y$j9T$");
  EXPECT_EQ(method_of(kSha512), "$6$rounds=9000$");
  EXPECT_EQ(method_of("$6$saltsalt$hash"), "$6$");
  EXPECT_EQ(method_of("$2b$12$0123456789"), "$2b$12$");
  EXPECT_EQ(method_of("$7$CU..../....salt$hash"), "$7$CU..../....");
  EXPECT_EQ(method_of("_J9..rasmBYk8r9AiWNc"), "_J9..");
  EXPECT_EQ(method_of("abJnggxhB/yWI"), "");
  EXPECT_EQ(method_of("$y$"), "$y$");
}

TEST(AccountStateOf, IsOkWithoutAgingOrWithinIt) {
  EXPECT_EQ(state("::::::"), AccountState::ok);
  EXPECT_EQ(state("19990:0:99999:7:::"), AccountState::ok);
  EXPECT_EQ(state(":0:1:7:::"), AccountState::ok) << "no last change: no aging";
  EXPECT_EQ(state("20005:0:1:7:::"), AccountState::ok) << "changed in the future: a clock was off";
}

TEST(AccountStateOf, CountsTheLastDayOfAnAgeAsStillGood) {
  EXPECT_EQ(state("19910:0:90:7:::"), AccountState::ok);
  EXPECT_EQ(state("19909:0:90:7:::"), AccountState::must_change);
}

TEST(AccountStateOf, ExpiresAPasswordAfterItsDaysOfGrace) {
  EXPECT_EQ(state("19903:0:90:7:7::"), AccountState::must_change);
  EXPECT_EQ(state("19902:0:90:7:7::"), AccountState::password_expired);
  EXPECT_EQ(state("19909:0:90:7:0::"), AccountState::password_expired) << "no grace at all";
  EXPECT_EQ(state("19:0:90:7:::"), AccountState::must_change) << "no grace set: for ever";
}

TEST(AccountStateOf, WantsAChangeWhereTheLastWasOnDayZero) {
  EXPECT_EQ(state("0:0:99999:7:::"), AccountState::must_change);
  EXPECT_EQ(state("0:0:::::"), AccountState::must_change);
}

TEST(AccountStateOf, EndsAnAccountOnItsDay) {
  EXPECT_EQ(state(":::::20001:"), AccountState::ok);
  EXPECT_EQ(state(":::::20000:"), AccountState::account_expired);
  EXPECT_EQ(state(":::::0:"), AccountState::account_expired);
}

TEST(AccountStateOf, TellsAHashBehindAMarkAsLocked) {
  EXPECT_EQ(state("::::::", "!" + std::string(kYescrypt)), AccountState::locked);
  EXPECT_EQ(state("::::::", "!!" + std::string(kSha512)), AccountState::locked);
  for (const char* none : {"!", "!!", "*", "!*", ""})
    EXPECT_EQ(state("::::::", none), AccountState::ok) << none;
}

TEST(AccountStateOf, TellsTheGravestOfSeveral) {
  const std::string locked = "!" + std::string(kYescrypt);
  EXPECT_EQ(state("0:0:1:7:1:1:", locked), AccountState::account_expired);
  EXPECT_EQ(state("0:0:1:7:1::", locked), AccountState::locked);
}

TEST(Day, IsOfTheWallClock) {
  EXPECT_EQ(day_of(std::int64_t{86'400} * 1'000'000 * 20'000), 20'000);
  EXPECT_EQ(day_of(std::int64_t{86'400} * 1'000'000 * 20'000 - 1), 19'999);
}

TEST(LookUp, FindsTheFirstEntryOfExactlyThatName) {
  const std::string text = "ann:*:::::::\nanna:a1:1::::::\nanna:a2:2::::::\nAnna:a3:3::::::";
  const ShadowLookUp found = look_up(text, "anna");
  ASSERT_TRUE(found.entry);
  EXPECT_EQ(found.entry->hash, "a1");
  EXPECT_TRUE(look_up(text, "Anna").entry) << "a last line without a line feed";
  for (const char* name : {"", "an", "annaa", "anna:a1", "anna\n"})
    EXPECT_FALSE(look_up(text, name).entry) << name;
}

TEST(LookUp, SkipsLinesThatAreNone) {
  EXPECT_TRUE(look_up("\n\nnonsense\nann:x:bad::::::\nann:y:::::::\n", "ann").entry);
  EXPECT_EQ(look_up("ann:x:bad::::::\nann:y:::::::\n", "ann").entry->hash, "y");
}

TEST(LookUp, TellsTheHashMostHave) {
  const std::string yescrypt(kYescrypt);
  const std::string sha512(kSha512);
  EXPECT_EQ(look_up("a:" + sha512 + ":::::::\nb:" + yescrypt + "1:::::::\nc:" + yescrypt +
                        "2:::::::\nd:!:::::::\n",
                    "nobody")
                .usual_hash,
            yescrypt + "1");
  EXPECT_EQ(look_up("a:" + sha512 + ":::::::\nb:!" + yescrypt + ":::::::\n", "a").usual_hash,
            sha512)
      << "a locked hash is nobody's work";
  EXPECT_EQ(look_up("a:!:::::::\n", "a").usual_hash, "");
  EXPECT_EQ(look_up("", "a").usual_hash, "");
}

TEST(LookUp, StandsMoreMethodsThanItCounts) {
  std::string text;
  for (int rounds = 0; rounds < 40; ++rounds)
    text += "u:$6$rounds=" + std::to_string(1000 + rounds) + "$saltsalt$0123456789abcdef:::::::\n";
  EXPECT_EQ(method_of(look_up(text, "u").usual_hash), "$6$rounds=1000$");
}

}  // namespace
}  // namespace usher::testing
