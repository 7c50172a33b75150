// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/control/control_fixture.h"

namespace usher::testing {
namespace {

class ExplainMethodTest : public ControlFixture {
 protected:
  VarlinkReply explain(const std::string& user, const std::string& service,
                       const Json& with = Json::array(), const std::string& from = "") {
    return call(kRoot, "org.usher.control.Explain",
                {{"user", user}, {"service", service}, {"from", from}, {"with", with}});
  }
};

TEST_F(ExplainMethodTest, TellsRuleAndMissingFactors) {
  store_.set_password("alice", "$argon2id$");
  enrol_otp("alice", "phone");
  const auto reply = explain("alice", "sshd");
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["decision"], "ask");
  EXPECT_EQ((*reply)["rule"], "ssh");
  EXPECT_EQ((*reply)["at"], "/etc/usher/rules.d/50-ssh.toml:7");
  EXPECT_EQ((*reply)["proven"], Json::array());
  EXPECT_EQ((*reply)["missing"],
            Json::array({{{"any_of", {"password", "publickey"}}}, {{"any_of", {"otp"}}}}));
  EXPECT_EQ((*reply)["lacks"], Json::array());
  ASSERT_EQ((*reply)["traces"].size(), 1U);
  EXPECT_EQ((*reply)["traces"][0]["match"], "yes");
}

TEST_F(ExplainMethodTest, CountsAKeyAsProven) {
  const auto reply = explain("alice", "sshd", Json::array({"publickey"}));
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["proven"], Json::array({"publickey"}));
  EXPECT_EQ((*reply)["missing"], Json::array({{{"any_of", {"otp"}}}}));
}

TEST_F(ExplainMethodTest, NamesWhatThePersonHasNothingFor) {
  store_.set_password("alice", "$argon2id$");
  EXPECT_EQ((*explain("alice", "sshd"))["lacks"], Json::array({"otp"}));
  EXPECT_EQ((*explain("carol", "sshd"))["lacks"], Json::array({"password|publickey", "otp"}));
}

TEST_F(ExplainMethodTest, ShowsTheRulesThatDidNotMatch) {
  const auto reply = explain("alice", "sudo");
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["decision"], "denied");
  EXPECT_EQ((*reply)["rule"], "");
  EXPECT_EQ((*reply)["at"], "");
  ASSERT_EQ((*reply)["traces"].size(), 1U);
  EXPECT_EQ((*reply)["traces"][0]["rule"], "ssh");
  EXPECT_EQ((*reply)["traces"][0]["match"], "no");
}

TEST_F(ExplainMethodTest, TakesEmptyAndLocalForTheSameOrigin) {
  RuleSet rules = some_rules();
  rules.rules[0].from = {{.local = true, .network = {}, .spelling = "local"}};
  rules_.replace(std::move(rules));
  EXPECT_EQ((*explain("alice", "sshd", Json::array(), ""))["rule"], "ssh");
  EXPECT_EQ((*explain("alice", "sshd", Json::array(), "local"))["rule"], "ssh");
  EXPECT_EQ((*explain("alice", "sshd", Json::array(), "192.0.2.7"))["rule"], "");
  EXPECT_EQ((*explain("alice", "sshd", Json::array(), "a-name"))["traces"][0]["match"], "unknown");
}

TEST_F(ExplainMethodTest, ImaginesOnlyWhatCanBeProvenElsewhere) {
  for (const Json& with :
       {Json::array({"otp"}), Json::array({"magic"}), Json::array({1}), Json("publickey")}) {
    const auto reply = explain("alice", "sshd", with);
    ASSERT_FALSE(reply) << with;
    EXPECT_EQ(reply.error().parameters["parameter"], "with");
  }
}

TEST_F(ExplainMethodTest, APasswordOfTheSystemIsOne) {
  enrol_otp("alice", "phone");
  keeper_.set_entry("alice", "system password");
  EXPECT_EQ((*explain("alice", "sshd"))["lacks"], Json::array());
}

TEST_F(ExplainMethodTest, AnAccountThatShadowClosesIsDenied) {
  for (const AccountState state : {AccountState::locked, AccountState::password_expired}) {
    keeper_.set_entry("alice", "system password", state);
    const auto reply = explain("alice", "sshd");
    EXPECT_EQ((*reply)["decision"], "denied");
    EXPECT_TRUE((*reply)["reason"].get<std::string>().contains("/etc/shadow"));
  }
  store_.set_password("alice", "$argon2id$");
  EXPECT_EQ((*explain("alice", "sshd"))["decision"], "ask") << "that password is Usher's own";
}

TEST_F(ExplainMethodTest, WithoutAnAnswerFromTheKeeperItSaysSoBesideTheRule) {
  keeper_.configure(true);
  keeper_.fail(true);
  const auto reply = explain("alice", "sshd");
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["decision"], "denied");
  EXPECT_EQ((*reply)["rule"], "ssh");
  EXPECT_TRUE((*reply)["reason"].get<std::string>().contains("keeper"));
}

TEST_F(ExplainMethodTest, AKeyCountsOnlyWhereTheProgramVerifiesPeopleItself) {
  RuleSet rules = some_rules();
  rules.rules[0].services = {"sudo"};
  rules_.replace(std::move(rules));
  const auto reply = explain("alice", "sudo", {"publickey"});
  EXPECT_EQ((*reply)["proven"], Json::array());
}

TEST_F(ExplainMethodTest, WhoDoesNotExistIsNotLetIn) {
  RuleSet rules = some_rules();
  rules.rules[0].require = {{.any_of = {Factor::publickey}}};
  rules_.replace(std::move(rules));
  EXPECT_EQ((*explain("alice", "sshd", {"publickey"}))["decision"], "satisfied");
  EXPECT_EQ((*explain("nobody-of-that-name", "sshd", {"publickey"}))["decision"], "denied");
}

TEST_F(ExplainMethodTest, SaysWhichGroupCouldNotBeFound) {
  RuleSet rules = some_rules();
  rules.rules[0].groups = {"no-such-group"};
  rules_.replace(std::move(rules));
  const auto reply = explain("alice", "sshd");
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["decision"], "denied");
  EXPECT_EQ((*reply)["traces"][0]["match"], "unknown");
  EXPECT_EQ((*reply)["traces"][0]["why"],
            "there is no group no-such-group, or it could not be looked up");
}

TEST_F(ExplainMethodTest, FailsWhereThePersonCannotBeLookedUp) {
  host_.fail_lookups(true);
  EXPECT_FALSE(explain("alice", "sshd"));
  host_.fail_lookups(false);
  store_.fail_reads(true);
  EXPECT_FALSE(explain("alice", "sshd"));
}

}  // namespace
}  // namespace usher::testing
