// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/sets.h"

#include <gtest/gtest.h>

#include "tests/unit/config/rules_of.h"

namespace usher::config {
namespace {

using testing::rules_of;
using Names = std::vector<std::string>;

std::string first_finding(std::string_view text) {
  Document document("50-example.toml", std::string(text));
  static_cast<void>(testing::read_rule_file(document));
  return document.findings().empty() ? "" : document.findings().front().message;
}

TEST(Sets, StandForTheirMembersInOrder) {
  const auto rules = rules_of(R"(
    [services]
    sudo = ["sudo", "sudo-i"]
    [users]
    operators = "alice"
    [groups]
    administrators = ["sudo", "wheel"]
    [networks]
    office = ["192.0.2.0/24", "local"]
    [[rule]]
    name = "all kinds"
    service = ["login", "@sudo", "su"]
    user = "@operators"
    group = ["@administrators"]
    from = ["@office", "10.0.0.0/8"]
    not_from = ["192.0.2.1", "@office"]
    require = ["otp"]
  )");
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].services, (Names{"login", "sudo", "sudo-i", "su"}));
  EXPECT_EQ(rules[0].users, (Names{"alice"}));
  EXPECT_EQ(rules[0].groups, (Names{"sudo", "wheel"}));
  ASSERT_EQ(rules[0].from.size(), 3U);
  EXPECT_EQ(rules[0].from[0].network, parse_network("192.0.2.0/24"));
  EXPECT_TRUE(rules[0].from[1].local);
  EXPECT_EQ(rules[0].from[2].network, parse_network("10.0.0.0/8"));
  ASSERT_EQ(rules[0].not_from.size(), 3U);
  EXPECT_EQ(rules[0].not_from[1].spelling, "192.0.2.0/24");
}

TEST(Sets, EachKindHasNamesOfItsOwn) {
  const auto rules = rules_of(R"(
    [users]
    admin = ["alice"]
    [groups]
    admin = ["sudo"]
    [[rule]]
    name = "r"
    user = ["@admin"]
    group = ["@admin"]
    deny = true
  )");
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].users, (Names{"alice"}));
  EXPECT_EQ(rules[0].groups, (Names{"sudo"}));
}

TEST(Sets, AreOfOneKind) {
  EXPECT_EQ(first_finding("[services]\nadmin = [\"sudo\"]\n"
                          "[[rule]]\nname = \"r\"\nuser = [\"@admin\"]\ndeny = true\n"),
            "there is no set `@admin` of users");
}

/// Left out, such a list would match everything.
TEST(Sets, ThatAreNotThereAreNeverNothing) {
  for (const char* key : {"service", "user", "group", "from", "not_from"})
    EXPECT_NE(first_finding(std::string("[[rule]]\nname = \"r\"\nrequire = [\"otp\"]\n") + key +
                            " = [\"@nothing\"]\n"),
              "")
        << key;
}

/// The rule above would match more than it says.
TEST(Sets, ARulesLineBelowTheirSectionIsNoSet) {
  for (const char* key :
       {"from", "not_from", "service", "user", "group", "account", "hours", "tty"})
    EXPECT_NE(first_finding(std::string("[[rule]]\nname = \"r\"\nrequire = [\"otp\"]\n"
                                        "[users]\n") +
                            key + " = [\"alice\"]\n"),
              "")
        << key;
}

TEST(Sets, HoldNoSets) { EXPECT_NE(first_finding("[services]\nall = [\"@all\"]\n"), ""); }

}  // namespace
}  // namespace usher::config
