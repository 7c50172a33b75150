// SPDX-License-Identifier: Apache-2.0
#include "pam_module/options.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace usher {
namespace {

std::expected<Options, BadOption> read(const std::vector<const char*>& arguments,
                                       bool caller_is_root = true) {
  return read_options(arguments, caller_is_root);
}

TEST(Options, WithoutAnyAreTheDefaults) {
  const auto options = read({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->socket_path, "/run/usher/root.sock");
  EXPECT_EQ(options->server_uid, 0U);
  EXPECT_EQ(options->budget_milliseconds, 30'000);
  EXPECT_EQ(options->first_pass, FirstPass::ignore);
  EXPECT_FALSE(options->debug);
}

TEST(Options, WhoIsNotRootTakesTheOtherSocket) {
  EXPECT_EQ(read({}, false)->socket_path, "/run/usher/self.sock");
}

TEST(Options, AreTaken) {
  const auto options = read({"socket=/tmp/s", "server_uid=997", "timeout=5", "debug"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->socket_path, "/tmp/s");
  EXPECT_EQ(options->server_uid, 997U);
  EXPECT_EQ(options->budget_milliseconds, 5000);
  EXPECT_TRUE(options->debug);
  EXPECT_EQ(read({"use_first_pass"})->first_pass, FirstPass::only);
  EXPECT_EQ(read({"try_first_pass"})->first_pass, FirstPass::attempt);
}

TEST(Options, SayWhichModuleVerifiedThePassword) {
  EXPECT_EQ(read({})->password_proven_by, "");
  EXPECT_EQ(read({"proven=password"})->password_proven_by, "the stack");
  EXPECT_EQ(read({"proven=password:pam_sss"})->password_proven_by, "pam_sss");
  EXPECT_TRUE(read({("proven=password:" + std::string(64, 'x')).c_str()}));
  EXPECT_FALSE(read({("proven=password:" + std::string(65, 'x')).c_str()}));
}

TEST(Options, MaySpareTheDelay) {
  EXPECT_TRUE(read({})->fail_delay);
  EXPECT_FALSE(read({"nodelay"})->fail_delay);
}

TEST(Options, TheLastOfTwoCounts) {
  EXPECT_EQ(read({"timeout=5", "timeout=7"})->budget_milliseconds, 7000);
}

TEST(Options, HaveARange) {
  EXPECT_TRUE(read({"timeout=1"}));
  EXPECT_TRUE(read({"timeout=300"}));
  EXPECT_TRUE(read({"server_uid=0"}));
  EXPECT_TRUE(read({"server_uid=4294967294"}));
  EXPECT_TRUE(read({("socket=/" + std::string(106, 'x')).c_str()}));
}

class BadOptions : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(
    Options, BadOptions,
    ::testing::Values("", "Debug", "debug=1", "debug ", "usefirstpass", "use_first_pass=yes",
                      "proven", "proven=", "proven=otp", "proven=password:", "proven=password:a b",
                      "proven=passwords", "nodelay=1", "socket", "socket=", "socket=usher.sock",
                      "socket=@usher", "server_uid", "server_uid=", "server_uid=usher",
                      "server_uid=-1", "server_uid=+1", "server_uid=0x0", "server_uid=4294967295",
                      "server_uid=18446744073709551616", "server_uid= 1", "timeout",
                      "timeout=", "timeout=0", "timeout=301", "timeout=-1", "timeout=30s",
                      "timeout=1.5", "timeout=99999999999999999999"));

TEST_P(BadOptions, AreRefusedWithWhatIsAccepted) {
  const auto options = read({"debug", GetParam().c_str()});
  ASSERT_FALSE(options);
  EXPECT_EQ(std::string(options.error().given), GetParam());
  EXPECT_FALSE(std::string_view(options.error().accepted).empty());
}

TEST(Options, APathThatFitsNoSocketAddressIsRefused) {
  EXPECT_FALSE(read({("socket=/" + std::string(107, 'x')).c_str()}));
}

}  // namespace
}  // namespace usher
