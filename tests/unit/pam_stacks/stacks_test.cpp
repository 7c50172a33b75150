// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/stacks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace usher::pam_stacks {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Flatten, FollowsEachWayToInclude) {
  const Stacks stacks = {{"a", "@include b\nauth include c\nauth substack /etc/pam.d/d\n"},
                         {"b", "account required pam_b.so\nauth required pam_b.so\n"},
                         {"c", "auth required pam_c.so\n"},
                         {"d", "\nauth required pam_d.so\n"}};
  std::vector<std::string> places;
  for (const FlatLine& line : flatten(stacks, "a", "auth")) places.push_back(line.place());
  EXPECT_THAT(places, ElementsAre("b:2", "c:1", "d:2"));
}

TEST(Flatten, StacksThatIncludeEachOtherEnd) {
  const Stacks stacks = {{"a", "auth include b\n"},
                         {"b", "auth include a\nauth required pam_b.so\n"}};
  EXPECT_THAT(flatten(stacks, "a", "auth"), SizeIs(::testing::Le(17U)));
}

TEST(ChangedServices, AreThoseThatIncludeWhatChanged) {
  const Stacks before = {{"common-auth", "auth required pam_unix.so\n"},
                         {"sshd", "@include common-auth\n"},
                         {"cron", "account required pam_unix.so\n"}};
  Stacks after = before;
  after["common-auth"] = "auth required pam_usher.so\n";
  EXPECT_THAT(changed_services(before, after), ElementsAre("sshd"));
}

TEST(ChangedServices, ACommentChangesNoLogin) {
  const Stacks before = {{"sshd", "auth required pam_unix.so\n"}};
  const Stacks after = {{"sshd", "# a comment\nauth   required   pam_unix.so\n"}};
  EXPECT_THAT(changed_services(before, after), IsEmpty());
}

TEST(Forgeable, IsAnEnvironmentThatIsReadBeforeUsherLooks) {
  const Stacks stacks = {{"good", "session required pam_usher.so\nsession required pam_env.so\n"},
                         {"bad", "session required pam_env.so\nsession include usher\n"},
                         {"usher", "session required pam_usher.so\n"}};
  EXPECT_THAT(forgeable(stacks, "good", "session"), IsEmpty());
  EXPECT_THAT(forgeable(stacks, "bad", "session"),
              ElementsAre("bad: the session line of pam_usher.so (usher:1) stands behind pam_env "
                          "(bad:1)"));
}

}  // namespace
}  // namespace usher::pam_stacks
