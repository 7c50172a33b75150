// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/transactions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace usher {
namespace {

Request request_of(pid_t pid, const std::string& service) {
  Request request;
  request.caller.pid = pid;
  request.caller.start_time = 7;
  request.service = service;
  request.user = "ada";
  request.rhost = "192.0.2.1";
  return request;
}

TEST(TransactionsHandedOver, ALoginUnderWayGoesOn) {
  Transactions before;
  before.succeeded(request_of(10, "sshd"),
                   {.parent = {.pid = 9, .start_time = 6}, .user = "ada", .at = 1'000});
  Transactions after;
  ASSERT_TRUE(after.take_over(before.handed_over()));
  EXPECT_TRUE(after.take_for_account(request_of(10, "sshd"), "ada", 2'000));
  EXPECT_FALSE(after.take_for_account(request_of(10, "sshd"), "ada", 2'000)) << "it serves one";
  EXPECT_FALSE(after.take_for_session(request_of(10, "sudo"), "ada", 2'000)) << "of its service";
  EXPECT_TRUE(after.take_for_session(request_of(10, "sshd"), "ada", 2'000));
  EXPECT_FALSE(after.take_for_session(request_of(10, "sshd"), "ada", 2'000));
}

TEST(TransactionsHandedOver, WhatWasProvenGoesAlong) {
  const std::vector<EarnedProof> proofs = {
      {.user = "ada",
       .for_uid = 4'294'967'294,
       .factor = Factor::otp,
       .by = ProvenBy::usher,
       .tie = {.kind = ProofTie::Kind::otp, .otp = 12},
       .boot_at = 999,
       .wall_at = 1'700'000'000},
      {.user = "ada",
       .for_uid = 1000,
       .factor = Factor::password,
       .by = ProvenBy::usher,
       .tie = {.kind = ProofTie::Kind::system_password,
               .mark = {0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}},
       .boot_at = 1'000,
       .wall_at = 1'700'000'001}};
  const std::vector<std::string> factors = {"publickey", "otp", "password"};
  Transactions before;
  before.succeeded(request_of(10, "sshd"),
                   {.user = "ada", .at = 1'000, .proofs = proofs, .factors = factors});
  before.succeeded(request_of(11, "sshd"), {.user = "ada", .at = 1'000});
  Transactions after;
  ASSERT_TRUE(after.take_over(before.handed_over()));
  const auto taken = after.take_for_session(request_of(10, "sshd"), "ada", 2'000);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->proofs, proofs);
  EXPECT_EQ(taken->factors, factors);
  const auto other = after.take_for_session(request_of(11, "sshd"), "ada", 2'000);
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->proofs.empty());
  EXPECT_TRUE(other->factors.empty());
}

TEST(TransactionsHandedOver, AParentIsKnownByAllThatNamesAProcess) {
  const ProcessId parent{.pid = 9, .start_time = 6, .inode = (std::uint64_t{1} << 63) + 5};
  Transactions before;
  before.succeeded(request_of(10, "sshd"), {.parent = parent, .user = "ada", .at = 1'000});
  Transactions after;
  ASSERT_TRUE(after.take_over(before.handed_over()));
  Request by_another = request_of(9, "sshd");
  by_another.caller.start_time = 6;
  EXPECT_FALSE(after.take_for_session(by_another, "ada", 2'000));
  by_another.caller.inode = parent.inode;
  EXPECT_TRUE(after.take_for_session(by_another, "ada", 2'000));
}

TEST(Transactions, TellWhatAProcessLastProvedAboutWhomever) {
  Transactions transactions;
  const auto factors = [&](pid_t pid, const std::string& service, std::int64_t now) {
    const auto latest = transactions.latest_of(request_of(pid, service), now);
    return latest ? latest->factors : std::vector<std::string>{};
  };
  using Words = std::vector<std::string>;
  EXPECT_EQ(factors(10, "sudo", 1'000), Words{});
  transactions.succeeded(request_of(10, "sudo"), {.user = "ada", .at = 1'000, .factors = {"otp"}});
  transactions.succeeded(request_of(10, "sudo"),
                         {.user = "bob", .at = 1'001, .factors = {"password"}});
  EXPECT_EQ(factors(10, "sudo", 1'001), Words{"password"});
  EXPECT_EQ(factors(11, "sudo", 1'001), Words{});
  EXPECT_EQ(factors(10, "su", 1'001), Words{});
  EXPECT_EQ(factors(10, "sudo", 1'002 + Transactions::kLifetimeMicroseconds), Words{});
}

TEST(TransactionsHandedOver, WhatWasServedStaysServed) {
  Transactions before;
  before.succeeded(request_of(10, "sshd"), {.user = "ada", .at = 1'000});
  ASSERT_TRUE(before.take_for_account(request_of(10, "sshd"), "ada", 1'500));
  Transactions after;
  ASSERT_TRUE(after.take_over(before.handed_over()));
  EXPECT_FALSE(after.take_for_account(request_of(10, "sshd"), "ada", 2'000));
}

TEST(TransactionsHandedOver, NothingLivesLongerByIt) {
  Transactions before;
  before.succeeded(request_of(10, "sshd"), {.user = "ada", .at = 1'000});
  Transactions after;
  ASSERT_TRUE(after.take_over(before.handed_over()));
  EXPECT_FALSE(after.take_for_account(request_of(10, "sshd"), "ada",
                                      1'001 + Transactions::kLifetimeMicroseconds));
}

TEST(TransactionsHandedOver, WhatIsNotWholeIsNothing) {
  Transactions before;
  before.succeeded(request_of(10, "sshd"), {.user = "ada",
                                            .at = 1'000,
                                            .proofs = {{.user = "ada", .factor = Factor::otp}},
                                            .factors = {"otp"}});
  const std::string bytes = before.handed_over();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Transactions after;
    EXPECT_FALSE(after.take_over(bytes.substr(0, size))) << size;
    EXPECT_FALSE(after.take_for_account(request_of(10, "sshd"), "ada", 2'000)) << size;
  }
  Transactions after;
  EXPECT_FALSE(after.take_over(bytes + "x"));
  std::string other = bytes;
  other[0] = 'U';
  EXPECT_FALSE(after.take_over(other));
}

TEST(TransactionsHandedOver, CountsThatCannotBeAreRefused) {
  const std::string empty = Transactions().handed_over();
  std::string many = empty;
  many[empty.size() - 9] = '\x7f';  // the highest byte of how many successes follow
  Transactions after;
  EXPECT_FALSE(after.take_over(many));
  EXPECT_TRUE(after.take_over(empty));
}

}  // namespace
}  // namespace usher
