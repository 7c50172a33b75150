// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/trial_stacks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace usher::pam_stacks {
namespace {

using ::testing::ElementsAre;

bool is_there(const std::string& module) { return module != "pam_nosuch.so"; }

std::string trial_of(const std::string& text) {
  return for_trial({{"x", text}}, "/run/real.sock", "/run/trial.sock", is_there).agreeing.at("x");
}

TEST(ForTrial, OthersKnowNoWrongPassword) {
  const TrialStacks trial = for_trial(
      {{"x", "auth sufficient pam_sss.so\naccount required pam_sss.so\n"}}, "", "", is_there);
  EXPECT_EQ(trial.agreeing.at("x"),
            "auth sufficient pam_permit.so\naccount required pam_permit.so\n");
  EXPECT_EQ(trial.refusing.at("x"),
            "auth sufficient pam_deny.so\naccount required pam_permit.so\n");
}

TEST(ForTrial, WhatChangesMoreThanThisLoginIsPlayed) {
  EXPECT_EQ(trial_of("auth required pam_faillock.so preauth\nauth required pam_unix.so\n"),
            "auth required pam_permit.so preauth\nauth required pam_unix.so\n");
  EXPECT_EQ(trial_of("session optional pam_systemd.so\nsession required pam_unix.so\n"),
            "session optional pam_permit.so\nsession required pam_permit.so\n");
}

TEST(ForTrial, WhatIsNotThereFailsAsItWill) {
  EXPECT_EQ(trial_of("auth required pam_nosuch.so\n"), "auth required pam_nosuch.so\n");
  EXPECT_EQ(trial_of("-auth required pam_nosuch.so\n"), "-auth required pam_permit.so\n");
}

TEST(ForTrial, IncludesStayInTheScratchFolder) {
  EXPECT_EQ(trial_of("auth include /etc/pam.d/other\n"), "auth include other\n");
}

TEST(ForTrial, UsherIsAskedElsewhere) {
  EXPECT_EQ(trial_of("auth required /opt/pam_usher.so socket=/run/real.sock\n"),
            "auth required /opt/pam_usher.so socket=/run/trial.sock\n");
}

TEST(StandIns, AreNamedWithTheirPlace) {
  const Stacks stacks = {{"x", "auth required pam_faillock.so\nsession required pam_limits.so\n"},
                         {"y", "auth required pam_group.so\n"}};
  EXPECT_THAT(stand_ins(stacks, {"x"}), ElementsAre("pam_faillock.so (x:1)"));
}

}  // namespace
}  // namespace usher::pam_stacks
