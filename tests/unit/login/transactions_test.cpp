// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/transactions.h"

#include <gtest/gtest.h>

#include <string>

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
  before.succeeded(request_of(10, "sshd"), "ada", 1'000, {.pid = 9, .start_time = 6});
  Transactions after;
  ASSERT_TRUE(after.take_over(before.handed_over()));
  EXPECT_TRUE(after.take_for_account(request_of(10, "sshd"), "ada", 2'000));
  EXPECT_FALSE(after.take_for_account(request_of(10, "sshd"), "ada", 2'000)) << "it serves one";
  EXPECT_FALSE(after.take_for_session(request_of(10, "sudo"), "ada", 2'000)) << "of its service";
  EXPECT_TRUE(after.take_for_session(request_of(10, "sshd"), "ada", 2'000));
  EXPECT_FALSE(after.take_for_session(request_of(10, "sshd"), "ada", 2'000));
}

TEST(TransactionsHandedOver, WhatWasServedStaysServed) {
  Transactions before;
  before.succeeded(request_of(10, "sshd"), "ada", 1'000);
  ASSERT_TRUE(before.take_for_account(request_of(10, "sshd"), "ada", 1'500));
  Transactions after;
  ASSERT_TRUE(after.take_over(before.handed_over()));
  EXPECT_FALSE(after.take_for_account(request_of(10, "sshd"), "ada", 2'000));
}

TEST(TransactionsHandedOver, NothingLivesLongerByIt) {
  Transactions before;
  before.succeeded(request_of(10, "sshd"), "ada", 1'000);
  Transactions after;
  ASSERT_TRUE(after.take_over(before.handed_over()));
  EXPECT_FALSE(after.take_for_account(request_of(10, "sshd"), "ada",
                                      1'001 + Transactions::kLifetimeMicroseconds));
}

TEST(TransactionsHandedOver, WhatIsNotWholeIsNothing) {
  Transactions before;
  before.succeeded(request_of(10, "sshd"), "ada", 1'000);
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
