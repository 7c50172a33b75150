// SPDX-License-Identifier: Apache-2.0
// What was given out is listed, to whoever may see it, and without what it is good for.
#include <ctime>

#include "tests/unit/control/control_fixture.h"

namespace usher::testing {
namespace {

constexpr auto kBypasses = "org.usher.control.ListBypasses";
constexpr auto kBreakglass = "org.usher.control.ListBreakglass";
constexpr auto kRefused = "org.usher.control.PermissionDenied";

class CredentialMethodsTest : public ControlFixture {
 protected:
  static constexpr ControlPeer kAda{.pid = 4, .uid = 1100, .trusted = false};

  void SetUp() override {
    ControlFixture::SetUp();
    host_.add_user("ada", 1100, {{"helpdesk", 60}});
    RuleSet rules = some_rules();
    rules.admins.groups = {"helpdesk"};
    rules_.replace(std::move(rules));
    give(LookupKind::bypass, "alice");
    give(LookupKind::bypass, "bob");
    give(LookupKind::breakglass, "bob");
    give(LookupKind::recovery, "alice");
  }
  void give(LookupKind kind, const std::string& user) {
    std::vector<Effect> effects;
    effects.emplace_back(AddLookupSecrets{.user = user,
                                          .hashes = {LookupHash{1, 2, 3}},
                                          .alike = {.kind = kind,
                                                    .services = {"sshd"},
                                                    .expires = 2'000'000'000,
                                                    .uses_left = 2,
                                                    .issued_by = "ada"}});
    ASSERT_EQ(store_.commit(effects), CommitOutcome::committed);
  }
  /// Whose the reply lists, one after the other.
  static std::string users_in(const VarlinkReply& reply, const char* member) {
    if (!reply) return error_of(reply);
    std::string users;
    for (const Json& each : (*reply)[member]) users += each["user"].get<std::string>() + " ";
    return users;
  }
};

TEST_F(CredentialMethodsTest, BypassesAreSeenByRootTheHelpDeskAndWhoseTheyAre) {
  EXPECT_EQ(users_in(call(kRoot, kBypasses), "bypasses"), "alice bob ");
  EXPECT_EQ(users_in(call(kAda, kBypasses), "bypasses"), "alice bob ");
  EXPECT_EQ(users_in(call(kAda, kBypasses, {{"user", "bob"}}), "bypasses"), "bob ");
  EXPECT_EQ(users_in(call(kRoot, kBypasses, {{"user", "bob"}}), "bypasses"), "bob ");
  EXPECT_EQ(users_in(call(kAlice, kBypasses), "bypasses"), "alice ");
  EXPECT_EQ(users_in(call(kAlice, kBypasses, {{"user", "alice"}}), "bypasses"), "alice ");
  EXPECT_EQ(error_of(call(kAlice, kBypasses, {{"user", "bob"}})), kRefused);
  EXPECT_EQ(error_of(call(kAlice, kBypasses, {{"user", "nobody"}})), kRefused);
  EXPECT_EQ(error_of(call(kNobody, kBypasses)), kRefused);
}

TEST_F(CredentialMethodsTest, WhetherSomebodyIsOfTheHelpDeskHasToBeKnown) {
  host_.fail_groups(true);
  EXPECT_EQ(users_in(call(kAda, kBypasses), "bypasses"), "");
}

TEST_F(CredentialMethodsTest, AnEntryTellsAllButTheSecret) {
  const Json entry = (*call(kRoot, kBypasses, {{"user", "bob"}}))["bypasses"][0];
  EXPECT_EQ(entry.size(), 7U);
  EXPECT_EQ(entry["services"], Json::array({"sshd"}));
  EXPECT_EQ(entry["expires"], 2'000'000'000);
  EXPECT_EQ(entry["uses_left"], 2);
  EXPECT_EQ(entry["issued_by"], "ada");
  EXPECT_EQ(entry["last_used"], 0);
}

TEST_F(CredentialMethodsTest, BreakglassSecretsAreSeenByRootAlone) {
  EXPECT_EQ(users_in(call(kRoot, kBreakglass), "secrets"), "bob ");
  EXPECT_EQ(users_in(call(kRoot, kBreakglass, {{"user", "alice"}}), "secrets"), "");
  EXPECT_EQ(error_of(call(kAda, kBreakglass)), kRefused);
  EXPECT_EQ(error_of(call(ControlPeer{.pid = 5, .uid = 1001}, kBreakglass)), kRefused);
}

TEST_F(CredentialMethodsTest, AStoreThatCannotBeReadIsNoEmptyList) {
  store_.fail_reads(true);
  EXPECT_FALSE(call(kRoot, kBypasses));
  EXPECT_FALSE(call(kRoot, kBreakglass));
  EXPECT_FALSE(call(kAlice, "org.usher.control.WhoAmI"));
}

TEST_F(CredentialMethodsTest, WhoAmITellsWhatOneCanProve) {
  enrol_otp("alice", "phone");
  const auto factors = [&] { return (*call(kAlice, "org.usher.control.WhoAmI"))["factors"]; };
  EXPECT_EQ(factors()["password"], "none");
  EXPECT_EQ(factors()["codes"], Json::array({"phone"}));
  EXPECT_EQ(factors()["recovery"], 1);
  keeper_.set_entry("alice", "a password");
  EXPECT_EQ(factors()["password"], "system");
  keeper_.fail(true);
  EXPECT_EQ(factors()["password"], "unknown");
  store_.set_password("alice", "a hash");
  EXPECT_EQ(factors()["password"], "usher");
}

}  // namespace
}  // namespace usher::testing
