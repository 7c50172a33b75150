// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/stack_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/pam_stacks/debian_stacks.h"

namespace usher::pam_stacks {
namespace {

using testing::debian_stacks;
using ::testing::ElementsAre;
using testing::fedora_stacks;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The stacks with one service edited, and what Usher's own stack is.
Stacks edited(Stacks stacks, const std::string& service) {
  stacks["usher"] =
      "auth required pam_usher.so\naccount required pam_usher.so\nsession required pam_usher.so\n";
  auto text = with_usher(stacks, service);
  EXPECT_TRUE(text.has_value()) << (text ? "" : text.error().message);
  if (text) stacks[service] = *text;
  return stacks;
}

/// The modules of a service for one type, in order.
std::vector<std::string> modules(const Stacks& stacks, std::string_view service,
                                 std::string_view type) {
  std::vector<std::string> names;
  for (const FlatLine& line : flatten(stacks, service, type)) names.push_back(line.what.target);
  return names;
}

TEST(WithUsher, TakesThePlaceOfTheMachinesPassword) {
  const Stacks stacks = edited(debian_stacks(), "sshd");
  EXPECT_THAT(modules(stacks, "sshd", "auth"), ElementsAre("pam_usher.so"));
}

TEST(WithUsher, ChecksTheAccountBeforePamUnixCanEndTheLines) {
  const Stacks stacks = edited(debian_stacks(), "sshd");
  EXPECT_THAT(
      modules(stacks, "sshd", "account"),
      ElementsAre("pam_nologin.so", "pam_usher.so", "pam_unix.so", "pam_deny.so", "pam_permit.so"));
}

TEST(WithUsher, RecordsTheSessionBehindLoginuidAndBeforeTheEnvironment) {
  EXPECT_THAT(modules(edited(debian_stacks(), "sshd"), "sshd", "session"),
              ElementsAre("pam_selinux.so", "pam_loginuid.so", "pam_usher.so", "pam_keyinit.so",
                          "pam_unix.so", "pam_env.so"));
  EXPECT_THAT(modules(edited(debian_stacks(), "login"), "login", "session"),
              ElementsAre("pam_loginuid.so", "pam_usher.so", "pam_env.so", "pam_unix.so"));
  EXPECT_THAT(modules(edited(debian_stacks(), "su"), "su", "session"),
              ElementsAre("pam_usher.so", "pam_env.so", "pam_unix.so"));
}

TEST(WithUsher, ChangesPasswordsInPlaceOfTheMachine) {
  Stacks stacks = edited(debian_stacks(), "sshd");
  stacks["usher"] += "password required pam_usher.so\npassword include common-password\n";
  EXPECT_THAT(modules(stacks, "sshd", "password").front(), "pam_usher.so");
  EXPECT_THAT(stacks.at("sshd"), HasSubstr("# usherctl pam: in place of: @include common-password\n"
                                           "password   substack   usher\n"));
  Stacks fedora = fedora_stacks();
  fedora["passwd"] = "password substack system-auth\n";
  fedora = edited(fedora, "passwd");
  EXPECT_THAT(fedora.at("passwd"), HasSubstr("\npassword   substack   usher\n"));
  EXPECT_EQ(without_usher("passwd", fedora.at("passwd"), "").text,
            "password substack system-auth\n");
}

TEST(WithUsher, LeavesPasswordsToTheMachineWhereAJumpCounts) {
  Stacks stacks = debian_stacks();
  stacks["own"] = "password [success=1 default=ignore] pam_x.so\n@include common-password\n";
  EXPECT_EQ(with_usher(stacks, "own").value_or(""), stacks["own"]);
}

TEST(WithUsher, LeavesWhatStandsBeforeTheQuestion) {
  EXPECT_THAT(modules(edited(debian_stacks(), "su"), "su", "auth"),
              ElementsAre("pam_rootok.so", "pam_usher.so"));
}

TEST(WithUsher, KnowsFedorasStacks) {
  const Stacks stacks = edited(fedora_stacks(), "sshd");
  EXPECT_THAT(modules(stacks, "sshd", "auth"), ElementsAre("pam_usher.so"));
  EXPECT_THAT(modules(stacks, "sshd", "account"),
              ElementsAre("pam_sepermit.so", "pam_nologin.so", "pam_usher.so", "pam_unix.so"));
  EXPECT_THAT(modules(stacks, "sshd", "session"),
              ElementsAre("pam_selinux.so", "pam_loginuid.so", "pam_selinux.so", "pam_usher.so",
                          "pam_unix.so"));
}

TEST(WithUsher, AServiceThatAsksNobodyHasItsAccountsChecked) {
  const Stacks stacks = edited(debian_stacks(), "systemd-user");
  EXPECT_THAT(modules(stacks, "systemd-user", "auth"), IsEmpty());
  EXPECT_EQ(modules(stacks, "systemd-user", "account").front(), "pam_usher.so");
}

TEST(WithUsher, ChangesNothingTwice) {
  const Stacks once = edited(debian_stacks(), "sshd");
  EXPECT_EQ(edited(once, "sshd").at("sshd"), once.at("sshd"));
}

TEST(WithUsher, LinesOfAnotherServiceAreThatOnes) {
  const auto alone = with_usher(debian_stacks(), "su-l");
  ASSERT_FALSE(alone.has_value());
  EXPECT_THAT(alone.error().message, HasSubstr("those of su"));
  const Stacks stacks = edited(edited(debian_stacks(), "su"), "su-l");
  EXPECT_EQ(stacks.at("su-l"), debian_stacks().at("su-l"));
  EXPECT_TRUE(asks_usher(stacks, "su-l", "auth"));
}

TEST(WithUsher, DoesNotGuessAtStacksOfSomebodysOwn) {
  Stacks stacks = debian_stacks();
  stacks["own"] = "auth required pam_unix.so\n";
  EXPECT_FALSE(with_usher(stacks, "own").has_value());
  stacks["own"] = "@include common-auth\nauth include system-auth\n";
  EXPECT_FALSE(with_usher(stacks, "own").has_value());
  EXPECT_FALSE(with_usher(stacks, "nosuch").has_value());
}

TEST(WithUsher, AFileWithoutALastNewlineStaysWhole) {
  Stacks stacks = debian_stacks();
  stacks["own"] = "@include common-auth\naccount required pam_nologin.so";
  EXPECT_THAT(modules(edited(stacks, "own"), "own", "account"),
              ElementsAre("pam_nologin.so", "pam_usher.so"));
}

TEST(WithoutUsher, PutsBackEveryByte) {
  for (const char* service : {"sshd", "su", "login", "systemd-user"}) {
    const Stacks stacks = edited(debian_stacks(), service);
    const Cleared cleared = without_usher(service, stacks.at(service), "");
    EXPECT_EQ(cleared.text, debian_stacks().at(service)) << service;
    EXPECT_THAT(cleared.left, IsEmpty());
  }
  const Stacks fedora = edited(fedora_stacks(), "sshd");
  EXPECT_EQ(without_usher("sshd", fedora.at("sshd"), "").text, fedora_stacks().at("sshd"));
}

TEST(WithoutUsher, KeepsWhatWasChangedSince) {
  std::string text = edited(debian_stacks(), "sshd").at("sshd");
  text += "session optional pam_lastlog.so\n";
  EXPECT_EQ(without_usher("sshd", text, "").text,
            debian_stacks().at("sshd") + "session optional pam_lastlog.so\n");
}

TEST(WithoutUsher, AStackThatWasCopiedGetsTheCommonLine) {
  const std::string copied =
      "auth substack usher\naccount substack usher\n@include common-account\n";
  EXPECT_EQ(without_usher("sudo", copied, "@include common-auth").text,
            "@include common-auth\n@include common-account\n");
}

TEST(WithoutUsher, ACopiedPasswordLineGetsTheCommonOne) {
  EXPECT_EQ(without_usher("passwd", "password substack usher\n", "@include common-auth").text,
            "@include common-password\n");
  EXPECT_EQ(without_usher("passwd", "password substack usher\n", "auth substack system-auth").text,
            "password substack system-auth\n");
  EXPECT_THAT(without_usher("passwd", "password substack usher\n", "").left,
              ElementsAre("passwd:1"));
}

TEST(WithoutUsher, KeepsLinesOfOneTypeWhereThatIsWanted) {
  Stacks stacks = edited(debian_stacks(), "sshd");
  const Cleared cleared = without_usher("sshd", stacks["sshd"], "", "password");
  EXPECT_THAT(cleared.left, IsEmpty());
  stacks["sshd"] = cleared.text;
  for (const char* type : {"auth", "account", "session"})
    EXPECT_FALSE(asks_usher(stacks, "sshd", type)) << type;
  EXPECT_THAT(cleared.text, HasSubstr("\npassword   substack   usher\n"));
  EXPECT_EQ(without_usher("sshd", cleared.text, "").text, debian_stacks().at("sshd"));
}

TEST(WithoutUsher, NobodyIsLeftUnasked) {
  const Cleared cleared = without_usher("sudo", "auth substack usher\n", "");
  EXPECT_THAT(cleared.left, ElementsAre("sudo:1"));
  EXPECT_EQ(cleared.text, "auth substack usher\n");
}

TEST(WithoutUsher, LinesOfSomebodysOwnAreNamed) {
  const Cleared cleared =
      without_usher("sudo", "# mine\nauth required /opt/pam_usher.so\n", "@include common-auth");
  EXPECT_THAT(cleared.left, ElementsAre("sudo:2"));
}

TEST(WithUsher, DoesNotMoveWhatAJumpCounts) {
  Stacks stacks = debian_stacks();
  stacks["own"] = "auth [success=2 default=ignore] pam_x.so\n@include common-auth\n";
  EXPECT_FALSE(with_usher(stacks, "own").has_value());
}

TEST(WithoutUsher, KnowsStacksByTheirPaths) {
  EXPECT_EQ(without_usher("sudo", "auth substack /etc/pam.d/usher\n", "@include common-auth").text,
            "@include common-auth\n");
  EXPECT_THAT(without_usher("sudo", "@include usher\n", "@include common-auth").left,
              ElementsAre("sudo:1"));
}

TEST(WithoutProfile, TakesOutItsLinesAndNoOthers) {
  EXPECT_EQ(without_profile("auth\tsubstack\tusher\n"
                            "auth\t[success=2 default=die]\tpam_permit.so\n"
                            "auth [success=1 default=ignore] pam_unix.so\n"
                            "auth required pam_permit.so\n"),
            "auth [success=1 default=ignore] pam_unix.so\nauth required pam_permit.so\n");
  EXPECT_EQ(without_profile("session [default=1] pam_permit.so\nsession substack usher\n"),
            "session [default=1] pam_permit.so\n");
}

TEST(WithoutProfile, ALineOfSomebodysOwnIsNotTakenForIts) {
  const std::string own = "auth substack usher\nauth required pam_permit.so\n";
  EXPECT_EQ(without_profile(own), own);
  const Cleared cleared = without_usher("common-auth", own, "@include common-auth");
  EXPECT_THAT(cleared.left, ElementsAre("common-auth:1"));
  EXPECT_EQ(cleared.text, own);
}

TEST(ReplacedModules, AreThoseBesideThePassword) {
  EXPECT_THAT(replaced_modules(debian_stacks(), "sshd"), ElementsAre("pam_cap.so (common-auth:4)"));
}

TEST(WaysBeforeUsher, AreLinesThatLetInAlone) {
  Stacks stacks = edited(debian_stacks(), "su");
  EXPECT_THAT(ways_before_usher(stacks, "su"), IsEmpty());
  stacks["su"] = "auth sufficient pam_succeed_if.so user ingroup trusted\n" + stacks["su"];
  EXPECT_THAT(ways_before_usher(stacks, "su"), ElementsAre("pam_succeed_if.so (su:1)"));
}

}  // namespace
}  // namespace usher::pam_stacks
