// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "daemon/review/doubts.h"
#include "daemon/review/sshd_settings.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/config/scratch_directory.h"
#include "tests/unit/review/reading.h"

namespace usher::review {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kCodes = R"([[rule]]
name = "codes"
service = ["sshd"]
require = ["password", "otp"]
)";
constexpr auto kOffice = R"([[rule]]
name = "office"
service = ["sshd"]
from = ["192.0.2.0/24"]
require = ["publickey"]
)";

class Sshd : public ::testing::Test {
 protected:
  /// "line:column message" of each finding about an sshd_config of this content.
  std::vector<std::string> told(std::string_view content, const std::string& rules = kCodes) {
    static_cast<void>(folder.write("ssh/sshd_config", content));
    Findings findings;
    compare_sshd(testing::reading_of(rules),
                 {.host = host, .pam_directories = {}, .sshd_config = folder / "ssh/sshd_config"},
                 findings);
    std::vector<std::string> texts;
    for (const Finding& finding : findings)
      texts.push_back(std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column) +
                      " " + finding.message);
    return texts;
  }

  SshdSettings settings(std::string_view content) {
    return *SshdSettings::read(folder.write("ssh/sshd_config", content));
  }

  testing::ScratchDirectory folder;
  testing::FakeHost host;
};

TEST_F(Sshd, HasToAskPam) {
  EXPECT_THAT(told("UsePAM yes\n"), IsEmpty());
  EXPECT_THAT(told("# x\n usepam=No\n"), ElementsAre(HasSubstr("2:2 sshd does not ask PAM")));
  EXPECT_THAT(told("#UsePAM yes\n"), ElementsAre(HasSubstr("0:0 `UsePAM` is not set")));
  EXPECT_THAT(told("UsePAM yes\nUsePAM no\n"), IsEmpty()) << "the first counts";
}

TEST_F(Sshd, IsNoMatterOfRulesForOthers) {
  EXPECT_THAT(told("UsePAM no\n", "[[rule]]\nname='a'\nservice='su'\nrequire='otp'\n"), IsEmpty());
}

TEST_F(Sshd, NeedsPromptsForCodes) {
  for (const char* keyword : {"KbdInteractiveAuthentication", "ChallengeResponseAuthentication"}) {
    const std::string off = std::string("UsePAM yes\n") + keyword + " no\n";
    EXPECT_THAT(told(off), ElementsAre(HasSubstr("2:1 sshd asks in one field alone"))) << keyword;
    EXPECT_THAT(told(off + "PasswordAuthentication no\n"),
                ElementsAre(HasSubstr("2:1 sshd asks nobody for anything")));
    EXPECT_THAT(told(off, "[[rule]]\nname='a'\nservice='sshd'\nrequire='password|otp'\n"),
                IsEmpty());
  }
  EXPECT_THAT(told("UsePAM yes\nPasswordAuthentication yes\n"), IsEmpty());
}

/// The recipe of docs/guides/ssh.md.
TEST_F(Sshd, MayAskInOneFieldWhereThatIsMeant) {
  EXPECT_THAT(told("UsePAM yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\n"
                   "AuthenticationMethods password\n"),
              IsEmpty());
}

TEST_F(Sshd, HasToTellAddresses) {
  EXPECT_THAT(told("UsePAM yes\nUseDNS yes\n", kOffice),
              ElementsAre(AllOf(HasSubstr("2:1 sshd tells host names"), HasSubstr("`office`"))));
  EXPECT_THAT(told("UsePAM yes\nUseDNS no\n", kOffice), IsEmpty());
  EXPECT_THAT(told("UsePAM yes\nUseDNS yes\n", kCodes), IsEmpty());
}

TEST_F(Sshd, IsReadThroughItsIncludes) {
  static_cast<void>(folder.write("ssh/sshd_config.d/10-a.conf", "UsePAM no\n"));
  static_cast<void>(folder.write("ssh/sshd_config.d/20-b.conf", "UsePAM yes\nUseDNS yes\n"));
  const auto read = settings("Include sshd_config.d/*.conf\nUsePAM yes\nUseDNS no\n");
  EXPECT_TRUE(read.find("usepam")->is("no"));
  EXPECT_THAT(read.find("usepam")->place.at.file, HasSubstr("sshd_config.d/10-a.conf"));
  EXPECT_TRUE(read.find("usedns")->is("yes"));
  EXPECT_TRUE(read.complete());
  EXPECT_TRUE(settings("Include none/*.conf\n").complete()) << "as for sshd";
}

TEST_F(Sshd, AMatchBlockIsForSomeConnectionsAndEndsWithItsFile) {
  static_cast<void>(folder.write("ssh/a.conf", "Match User ada\nUseDNS yes\n"));
  const auto read = settings(
      "Include a.conf\nUsePAM yes\nMatch User bob\nInclude b.conf\n"
      "KbdInteractiveAuthentication no\nMatch all\nBanner x\n");
  EXPECT_EQ(read.find("usedns"), nullptr);
  EXPECT_TRUE(read.set_by_match("usedns"));
  EXPECT_TRUE(read.find("usepam")->is("yes"));
  EXPECT_EQ(read.find("kbdinteractiveauthentication"), nullptr);
  EXPECT_THAT(told("UsePAM yes\nKbdInteractiveAuthentication no\n"
                   "Match User ada\nKbdInteractiveAuthentication yes\n"),
              IsEmpty());
}

TEST_F(Sshd, FilesThatIncludeThemselvesEnd) {
  static_cast<void>(folder.write("ssh/a.conf", "Include a.conf a.conf a.conf\nUseDNS yes\n"));
  const auto read = settings("Include *.conf\nUsePAM yes\n");
  EXPECT_TRUE(read.find("usepam")->is("yes"));
  EXPECT_TRUE(read.find("usedns")->is("yes"));
  EXPECT_FALSE(read.complete());
}

TEST_F(Sshd, NothingIsSaidToBeMissingWhereNotAllCouldBeRead) {
  static_cast<void>(folder.make_directory("ssh/a.conf"));
  EXPECT_THAT(told("Include a.conf\n"), IsEmpty());
}

TEST_F(Sshd, NobodyIsWaitedFor) {
  static_cast<void>(folder.make_directory("ssh"));
  ASSERT_EQ(::mkfifo((folder / "ssh/a.conf").c_str(), 0600), 0);
  EXPECT_FALSE(settings("Include a.conf\n").complete());
}

TEST_F(Sshd, AHugeFileIsNotRead) {
  static_cast<void>(folder.write("ssh/a.conf", std::string((1U << 20) + 1, '\n')));
  EXPECT_FALSE(settings("Include a.conf\n").complete());
}

TEST_F(Sshd, MayBeAbsentOrUnreadable) {
  Findings findings;
  const auto look = [&](std::string_view name) {
    findings.clear();
    compare_sshd(testing::reading_of(kCodes),
                 {.host = host, .pam_directories = {}, .sshd_config = folder / name}, findings);
  };
  look("absent");
  EXPECT_THAT(findings, IsEmpty());
  static_cast<void>(folder.make_directory("directory"));
  look("directory");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Severity::note);
}

}  // namespace
}  // namespace usher::review
