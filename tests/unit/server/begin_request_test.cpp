// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/begin_request.h"

#include <gtest/gtest.h>

namespace usher::testing {
namespace {

constexpr Caller kRoot{.pid = 7, .uid = 0, .gid = 0, .start_time = 99, .trusted = true};
constexpr Caller kStranger{.pid = 8, .uid = 1000, .gid = 1000, .start_time = 99, .trusted = false};

Begin sshd_begin() {
  return {.phase = Phase::authenticate,
          .pam_flags = 1,
          .service = "sshd",
          .user = "alice",
          .tty = "ssh",
          .rhost = "192.0.2.7",
          .ruser = "bob",
          .auth_info = "publickey ssh-ed25519 AAAA"};
}

TEST(BeginRequest, CarriesOverWhatWasSaid) {
  Begin begin = sshd_begin();
  begin.manage = {.operation = "otp.add",
                  .label = "phone",
                  .algorithm = "SHA256",
                  .digits = 8,
                  .period = 60,
                  .plain = 1};
  const auto request = request_from(begin, kRoot);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->phase, Phase::authenticate);
  EXPECT_EQ(request->pam_flags, 1U);
  EXPECT_EQ(request->service, "sshd");
  EXPECT_EQ(request->user, "alice");
  EXPECT_EQ(request->tty, "ssh");
  EXPECT_EQ(request->rhost, "192.0.2.7");
  EXPECT_EQ(request->ruser, "bob");
  EXPECT_EQ(request->manage.operation, "otp.add");
  EXPECT_EQ(request->manage.label, "phone");
  EXPECT_EQ(request->manage.algorithm, "SHA256");
  EXPECT_EQ(request->manage.digits, 8U);
  EXPECT_EQ(request->manage.period, 60U);
  EXPECT_TRUE(request->manage.plain);
  EXPECT_EQ(request->caller.pid, 7);
  EXPECT_EQ(request->caller.start_time, 99U);
}

TEST(BeginRequest, BelievesSshdsKeyFromATrustedCallerOnly) {
  EXPECT_EQ(request_from(sshd_begin(), kRoot)->proven.size(), 1U);
  EXPECT_TRUE(request_from(sshd_begin(), kStranger)->proven.empty());
}

TEST(BeginRequest, BelievesTheStacksPasswordFromATrustedCallerOnly) {
  Begin begin = sshd_begin();
  begin.auth_info = {};
  begin.password_proven_by = "pam_sss";
  const auto request = request_from(begin, kRoot);
  ASSERT_EQ(request->proven.size(), 1U);
  EXPECT_EQ(request->proven[0].factor, Factor::password);
  EXPECT_EQ(request->proven[0].by, ProvenBy::stack);
  EXPECT_EQ(request->proven[0].detail, "pam_sss");
  EXPECT_TRUE(request_from(begin, kStranger)->proven.empty());
}

TEST(BeginRequest, TakesNoStrangersWordOnWhereItComesFrom) {
  const auto request = request_from(sshd_begin(), kStranger);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->rhost, "");
  EXPECT_EQ(request->tty, "");
  EXPECT_EQ(request->ruser, "");
}

TEST(BeginRequest, AStrangersChangeIsUsherctlsWhateverItSays) {
  Begin begin = sshd_begin();
  begin.phase = Phase::manage;
  EXPECT_EQ(request_from(begin, kStranger)->service, "usherctl");
  EXPECT_EQ(request_from(begin, kRoot)->service, "sshd");
}

TEST(BeginRequest, RefusesARemoteHostThatIsNoPlainText) {
  for (const char* rhost : {"192.0.2.7\n", "a b", "\x1b[2J", "h\xc3\xb6st"}) {
    Begin begin = sshd_begin();
    begin.rhost = rhost;
    EXPECT_FALSE(request_from(begin, kRoot)) << rhost;
  }
}

TEST(BeginRequest, RefusesARequestWithoutAService) {
  Begin begin = sshd_begin();
  begin.service = "";
  EXPECT_FALSE(request_from(begin, kRoot));
}

}  // namespace
}  // namespace usher::testing
