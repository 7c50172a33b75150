// SPDX-License-Identifier: Apache-2.0
// What the calling program says about the request, and what becomes of it on the wire.
#include <gtest/gtest.h>
#include <security/pam_appl.h>

#include <functional>
#include <string>

#include "tests/fakes/fake_daemon.h"
#include "tests/module/captured_log.h"
#include "tests/module/pam_stack.h"

namespace usher::testing {
namespace {

class RequestItems : public ::testing::Test {
 protected:
  void SetUp() override { clear_log(); }
  /// Authenticates after `prepare`, with a daemon that looks at Begin and accepts.
  static void expect_begin(const std::function<void(pam_handle_t*)>& prepare,
                           const std::function<void(const Begin&)>& look) {
    const FakeDaemon daemon({begins(look), says(kSuccess)});
    Person person;
    const PamStack stack({usher_line(daemon.path())}, person.conversation());
    prepare(stack.handle());
    EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_SUCCESS);
  }
  static void expect_auth_info(const std::string& said, const std::string& heard) {
    expect_begin(
        [&](pam_handle_t* handle) {
          EXPECT_EQ(::pam_putenv(handle, ("SSH_AUTH_INFO_0=" + said).c_str()), PAM_SUCCESS);
        },
        [&](const Begin& begin) { EXPECT_EQ(begin.auth_info, heard); });
  }
};

TEST_F(RequestItems, AllReachTheDaemon) {
  expect_begin(
      [](pam_handle_t* handle) {
        ::pam_set_item(handle, PAM_TTY, "pts/3");
        ::pam_set_item(handle, PAM_RHOST, "2001:db8::1");
        ::pam_set_item(handle, PAM_RUSER, "bob");
        ::pam_putenv(handle, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA");
      },
      [](const Begin& begin) {
        EXPECT_EQ(begin.phase, Phase::authenticate);
        EXPECT_EQ(begin.service, "usher-test");
        EXPECT_EQ(begin.user, "ann");
        EXPECT_EQ(begin.tty, "pts/3");
        EXPECT_EQ(begin.rhost, "2001:db8::1");
        EXPECT_EQ(begin.ruser, "bob");
        EXPECT_EQ(begin.auth_info, "publickey ssh-ed25519 AAAA");
        EXPECT_EQ(begin.auth_info_set, 1);
        EXPECT_EQ(begin.password_proven_by, "");
        EXPECT_EQ(begin.manage.operation, "");
        EXPECT_EQ(begin.manage.label, "");
      });
}

TEST_F(RequestItems, WhatIsNotSetIsEmpty) {
  expect_begin([](pam_handle_t*) {},
               [](const Begin& begin) {
                 EXPECT_EQ(begin.tty, "");
                 EXPECT_EQ(begin.rhost, "");
                 EXPECT_EQ(begin.ruser, "");
                 EXPECT_EQ(begin.auth_info, "");
                 EXPECT_EQ(begin.auth_info_set, 0);
               });
}

TEST_F(RequestItems, AreTakenUpToTheirLimit) {
  const std::string most(kMaxName, 'x');
  expect_begin(
      [&](pam_handle_t* handle) {
        for (const int item : {PAM_USER, PAM_TTY, PAM_RHOST, PAM_RUSER})
          ::pam_set_item(handle, item, most.c_str());
      },
      [&](const Begin& begin) {
        EXPECT_EQ(begin.user, most);
        EXPECT_EQ(begin.tty, most);
        EXPECT_EQ(begin.rhost, most);
        EXPECT_EQ(begin.ruser, most);
      });
}

TEST_F(RequestItems, OverTheirLimitAreRefusedAndTheDaemonNotEvenAsked) {
  const std::string over(kMaxName + 1, 'x');
  for (const int item : {PAM_USER, PAM_TTY, PAM_RHOST, PAM_RUSER}) {
    clear_log();
    Person person;
    const PamStack stack({usher_line("/nonexistent/usher.sock")}, person.conversation());
    ::pam_set_item(stack.handle(), item, over.c_str());
    EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_AUTH_ERR) << item;
    EXPECT_EQ(::pam_acct_mgmt(stack.handle(), 0), PAM_AUTH_ERR) << item;
    EXPECT_EQ(logged_with("is over 256 bytes"), 2);
    EXPECT_EQ(logged_with("xxx"), 0);
  }
}

TEST_F(RequestItems, ProofsThatFitAreAllPassedOn) {
  std::string info;
  while (info.size() + 64 <= kMaxAuthInfo) info += std::string(63, 'k') + '\n';
  ASSERT_EQ(info.size(), kMaxAuthInfo);
  expect_auth_info(info, info);
}

TEST_F(RequestItems, ProofsThatDoNotFitAreLostWholeLinesAtATime) {
  const std::string first = "publickey " + std::string(100, 'a');
  const std::string second = "publickey " + std::string(kMaxAuthInfo, 'b');
  expect_auth_info(first + '\n' + second, first);
}

TEST_F(RequestItems, AProofThatDoesNotFitByItselfIsNone) {
  expect_auth_info("publickey " + std::string(kMaxAuthInfo, 'a'), "");
}

TEST_F(RequestItems, ALineThatEndsExactlyAtTheLimitIsKept) {
  const std::string first(kMaxAuthInfo, 'a');
  expect_auth_info(first + "\npublickey b", first);
}

TEST_F(RequestItems, AnEmptyAuthInfoIsNotTheSameAsNone) {
  expect_begin(
      [](pam_handle_t* handle) {
        EXPECT_EQ(::pam_putenv(handle, "SSH_AUTH_INFO_0="), PAM_SUCCESS);
      },
      [](const Begin& begin) {
        EXPECT_EQ(begin.auth_info, "");
        EXPECT_EQ(begin.auth_info_set, 1);
      });
}

TEST_F(RequestItems, AUserWhoIsNotKnownIsAskedFor) {
  const FakeDaemon daemon(
      {begins([](const Begin& begin) { EXPECT_EQ(begin.user, "eve"); }), says(kSuccess)});
  Person person;
  person.types("eve");
  const PamStack stack({usher_line(daemon.path())}, person.conversation(), nullptr);
  EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_SUCCESS);
  EXPECT_EQ(person.prompts(), 1);
}

TEST_F(RequestItems, AUserWhoDoesNotSayIsRefused) {
  for (const int code : {PAM_CONV_ERR, PAM_CONV_AGAIN}) {
    Person person;
    person.replies({.code = code, .with_response = false});
    const PamStack stack({usher_line("/nonexistent/usher.sock")}, person.conversation(), nullptr);
    EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_AUTH_ERR) << code;
    EXPECT_GE(logged_with("no user name"), 1);
  }
}

TEST_F(RequestItems, AUserChangedUnderwayIsRefused) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("horse"), says(kSuccess)});
  Person person;
  const PamStack stack({usher_line(daemon.path())}, person.conversation());
  person.replies(
      {.text = "horse", .first = [&] { ::pam_set_item(stack.handle(), PAM_USER, "root"); }});
  EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_AUTH_ERR);
  EXPECT_EQ(logged_with("PAM_USER changed"), 1);
}

TEST_F(RequestItems, ARestartRepeatsWhatWasSaidAtFirst) {
  const auto same = [](const Begin& begin) {
    EXPECT_EQ(begin.tty, "pts/3");
    EXPECT_EQ(begin.auth_info, "publickey a");
  };
  const FakeDaemon daemon({begins(same), says(kPassword), hears_answer("a"), says(Restart{}),
                           begins(same), says(kPassword), hears_answer("b"), says(kSuccess)});
  Person person;
  const PamStack stack({usher_line(daemon.path())}, person.conversation());
  ::pam_set_item(stack.handle(), PAM_TTY, "pts/3");
  ::pam_putenv(stack.handle(), "SSH_AUTH_INFO_0=publickey a");
  person.replies({.text = "a", .first = [&] {
                    ::pam_set_item(stack.handle(), PAM_TTY, "pts/4");
                    ::pam_putenv(stack.handle(), "SSH_AUTH_INFO_0=publickey b");
                  }});
  person.types("b");
  EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_SUCCESS);
}

}  // namespace
}  // namespace usher::testing
