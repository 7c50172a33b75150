// SPDX-License-Identifier: Apache-2.0
// Services and accounts of a machine, where the golden files do not show it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/review/doubts.h"
#include "daemon/review/pam_services.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/config/scratch_directory.h"
#include "tests/unit/review/reading.h"

namespace usher::review {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kSudo = "[[rule]]\nname = \"a\"\nservice = [\"sudo\"]\nrequire = [\"otp\"]\n";
constexpr auto kUsher = "auth required pam_usher.so\n";

class Services : public ::testing::Test {
 protected:
  Findings compared(const std::string& rules) {
    Findings findings;
    compare_services(testing::reading_of(rules),
                     {.host = host, .pam_directories = directories, .sshd_config = {}}, findings);
    return findings;
  }
  [[nodiscard]] PamServices services() const { return PamServices(directories); }

  testing::ScratchDirectory folder;
  std::vector<fs::path> directories = {folder / "etc", folder / "usr"};
  testing::FakeHost host;
};

TEST_F(Services, ARuleWithoutServicesIsAboutAllOfThem) {
  static_cast<void>(folder.write("etc/su", kUsher));
  EXPECT_THAT(compared("[[rule]]\nname = \"a\"\nrequire = [\"otp\"]\n"), IsEmpty());
}

TEST_F(Services, AStackOfEtcMasksTheOneOfUsr) {
  static_cast<void>(folder.write("etc/su", "auth required pam_unix.so\n"));
  static_cast<void>(folder.write("usr/su", kUsher));
  static_cast<void>(folder.write("usr/login", kUsher));
  EXPECT_FALSE(services().usher_line("su"));
  EXPECT_TRUE(services().usher_line("login"));
}

TEST_F(Services, ALeftoverOrAFragmentIsNoService) {
  for (const char* name : {"sudo", "sudo.dpkg-dist", "sudo.rpmsave", "sudo~", ".sudo.swp", "other",
                           "common-auth", "system-auth", "usher"})
    static_cast<void>(folder.write("etc/" + std::string(name), kUsher));
  static_cast<void>(folder.make_directory("etc/directory"));
  EXPECT_THAT(services().services(), ElementsAre("sudo"));
}

TEST_F(Services, IncludesAreFollowedOnceAndByAnyPath) {
  static_cast<void>(folder.write("etc/a", "@include b\nauth include b\n"));
  static_cast<void>(folder.write("etc/b", "@include a\naccount include /etc/pam.d/c\n"));
  static_cast<void>(folder.write("etc/c", "\nsession required pam_usher.so\n"));
  const auto line = services().usher_line("a");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->place.at.line, 1U);
  EXPECT_EQ(line->place.at.column, 10U);
  EXPECT_EQ(line->module.file, (folder / "etc/c").string());
  EXPECT_EQ(line->module.line, 2U);
}

TEST_F(Services, WithoutStacksNothingIsCompared) {
  const Findings findings = compared(kSudo);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Severity::note);
}

TEST(Accounts, ANameServiceThatIsDownIsNoMissingAccount) {
  testing::FakeHost host;
  host.fail_lookups(true);
  host.fail_groups(true);
  Findings findings;
  find_missing_accounts(
      testing::reading_of("[[rule]]\nname = \"a\"\nuser = [\"ada\"]\ngroup = [\"sudo\"]\n"
                          "require = [\"otp\"]\n"),
      {.host = host}, findings);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[0].message, HasSubstr("can't be found out here"));
  EXPECT_THAT(findings[1].message, HasSubstr("can't be found out here"));
}

}  // namespace
}  // namespace usher::review
