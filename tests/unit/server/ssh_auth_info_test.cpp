// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/ssh_auth_info.h"

#include <gtest/gtest.h>

#include <string>

namespace usher::testing {
namespace {

std::size_t count(std::string_view auth_info) {
  return proofs_from_ssh_auth_info(auth_info).size();
}

TEST(SshAuthInfo, AKeyIsAProofBySshdOfItsType) {
  const auto proofs = proofs_from_ssh_auth_info("publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5+/A=\n");
  ASSERT_EQ(proofs.size(), 1U);
  EXPECT_EQ(proofs[0].factor, Factor::publickey);
  EXPECT_EQ(proofs[0].by, ProvenBy::sshd);
  EXPECT_EQ(proofs[0].detail, "ssh-ed25519");
}

TEST(SshAuthInfo, EachKeyOfSeveralCounts) {
  const auto proofs = proofs_from_ssh_auth_info(
      "publickey ecdsa-sha2-nistp256 AAAA\npublickey sk-ssh-ed25519@openssh.com AAAA");
  ASSERT_EQ(proofs.size(), 2U);
  EXPECT_EQ(proofs[1].detail, "sk-ssh-ed25519@openssh.com");
}

TEST(SshAuthInfo, OtherMethodsProveNothing) {
  EXPECT_EQ(count(""), 0U);
  EXPECT_EQ(count("password\nkeyboard-interactive/pam\n"), 0U);
  EXPECT_EQ(count("hostbased ssh-ed25519 AAAA client user \"x\", client host \"y\"\n"), 0U);
  EXPECT_EQ(count("gssapi-with-mic publickey@EXAMPLE.ORG\n"), 0U);
}

TEST(SshAuthInfo, ALineThatOnlyLooksLikeAKeyProvesNothing) {
  EXPECT_EQ(count("publickey"), 0U);
  EXPECT_EQ(count("publickey "), 0U);
  EXPECT_EQ(count("publickey ssh-ed25519"), 0U);
  EXPECT_EQ(count("publickey ssh-ed25519 "), 0U);
  EXPECT_EQ(count("publickey  AAAA"), 0U);
  EXPECT_EQ(count(" publickey ssh-ed25519 AAAA"), 0U);
  EXPECT_EQ(count("PUBLICKEY ssh-ed25519 AAAA"), 0U);
  EXPECT_EQ(count("publickey/x ssh-ed25519 AAAA"), 0U);
  EXPECT_EQ(count("publickey\tssh-ed25519 AAAA"), 0U);
  EXPECT_EQ(count("publickey ssh\x1b-rsa AAAA"), 0U);
  EXPECT_EQ(count("publickey ssh-rsa AA\"AA"), 0U);
  EXPECT_EQ(count("publickey " + std::string(65, 'k') + " AAAA"), 0U);
}

}  // namespace
}  // namespace usher::testing
