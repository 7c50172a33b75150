// SPDX-License-Identifier: Apache-2.0
// `usherctl policy diff`: what a draft changes of the rules in the files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/config/scratch_directory.h"
#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PolicyDiff : public ::testing::Test {
 protected:
  PolicyDiff() {
    settings_ = folder_.write("usher.toml", "[rules]\ndirectories = [\"rules.d\"]\n");
    folder_.write("rules.d/50-ssh.toml", "[groups]\nadmins = [\"sudo\", \"wheel\"]\n" +
                                             rule("a", "group = [\"@admins\"]") +
                                             rule("b", "user = [\"bob\"]") +
                                             rule("c", "service = [\"sudo\"]"));
  }
  static std::string rule(const std::string& name, const std::string& lines) {
    return "[[rule]]\nname = \"" + name + "\"\n" + lines + "\nrequire = [\"otp\"]\n";
  }
  Outcome diff_with(const std::string& draft, std::vector<std::string> more = {}) {
    static_cast<void>(folder_.make_directory("draft"));
    folder_.write("draft/50-ssh.toml", draft);
    more.insert(more.begin(), {"policy", "diff", "--config", settings_.string(), "--with",
                               (folder_ / "draft").string()});
    return usherctl(more);
  }

  ScratchDirectory folder_;
  std::filesystem::path settings_;
};

TEST_F(PolicyDiff, HowARuleIsWrittenMakesNoDifference) {
  const Outcome outcome = diff_with("# a comment\n" + rule("a", "group = [\"sudo\", \"wheel\"]") +
                                    rule("b", "user = \"bob\"") + rule("c", "service = \"sudo\""));
  EXPECT_EQ(outcome.out, "no difference\n");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST_F(PolicyDiff, ShowsWhatIsAddedRemovedAndChanged) {
  const Outcome outcome =
      diff_with(rule("a", "group = [\"wheel\"]\nmode = \"observe\"") +
                rule("new", "from = [\"10.0.0.0/8\"]") + rule("c", "service = [\"sudo\"]"));
  EXPECT_THAT(outcome.out, HasSubstr("changed rule \"a\", "));
  EXPECT_THAT(outcome.out, HasSubstr("  group  sudo, wheel -> wheel\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  mode   (none) -> observe\n"));
  EXPECT_THAT(outcome.out, HasSubstr("added rule \"new\", "));
  EXPECT_THAT(outcome.out, HasSubstr("  from     10.0.0.0/8\n  require  otp\n"));
  EXPECT_THAT(outcome.out, HasSubstr("removed rule \"b\", "));
  EXPECT_THAT(outcome.out, Not(HasSubstr("rule \"c\"")));
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST_F(PolicyDiff, TimesForWhichProofsCountAreADifference) {
  folder_.write("rules.d/60-sudo.toml",
                rule("d", "service = [\"sudo\"]\nreuse = { otp = \"480m\" }"));
  const auto diff_of_sudo = [&](const std::string& reuse) {
    static_cast<void>(folder_.make_directory("draft"));
    folder_.write("draft/60-sudo.toml", rule("d", "service = [\"sudo\"]\n" + reuse));
    return diff_with(rule("a", "group = [\"sudo\", \"wheel\"]") + rule("b", "user = [\"bob\"]") +
                     rule("c", "service = [\"sudo\"]"));
  };
  EXPECT_EQ(diff_of_sudo("reuse = { otp = \"8h\" }").out, "no difference\n");
  EXPECT_THAT(diff_of_sudo("reuse = { otp = \"90s\" }").out,
              HasSubstr("  reuse  otp 8h -> otp 90s\n"));
  EXPECT_THAT(diff_of_sudo("").out, HasSubstr("  reuse  otp 8h -> (none)\n"));
}

TEST_F(PolicyDiff, OrderIsADifference) {
  const Outcome outcome =
      diff_with(rule("c", "service = [\"sudo\"]") + rule("a", "group = [\"sudo\", \"wheel\"]") +
                    rule("b", "user = [\"bob\"]"),
                {"--json"});
  const auto changes = nlohmann::json::parse(outcome.out)["changes"];
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0]["change"], "moved");
  EXPECT_EQ(changes[0]["rule"], "c");
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST_F(PolicyDiff, AMistakeOnEitherSideIsShown) {
  EXPECT_EQ(diff_with("[[rule]]\n").exit_code, 4);
  EXPECT_EQ(usherctl({"policy", "diff", "--config", settings_.string(), "--with",
                      (folder_ / "nowhere").string()})
                .exit_code,
            4);
  EXPECT_EQ(usherctl({"policy", "diff", "--config", settings_.string()}).exit_code, 2);
}

}  // namespace
}  // namespace usher::testing
