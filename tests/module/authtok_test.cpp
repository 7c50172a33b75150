// SPDX-License-Identifier: Apache-2.0
// What the modules behind pam_usher.so find in PAM_AUTHTOK.
#include <gtest/gtest.h>
#include <security/pam_appl.h>

#include <optional>
#include <string>

#include "tests/fakes/fake_daemon.h"
#include "tests/module/captured_log.h"
#include "tests/module/pam_stack.h"

namespace usher::testing {
namespace {

/// What a module finds that stands behind pam_usher.so.
std::optional<std::string> token_after(const FakeDaemon& daemon, Person& person,
                                       int expected_code) {
  const PamStack stack({usher_line(daemon.path()), probe_line("report")}, person.conversation());
  EXPECT_EQ(::pam_authenticate(stack.handle(), 0), expected_code);
  const char* const token = ::pam_getenv(stack.handle(), "AUTHTOK");
  return token == nullptr ? std::nullopt : std::optional<std::string>(token);
}

Verdict success(std::uint16_t password_length) {
  return {.seal = Seal::success, .pam_code = PAM_SUCCESS, .password_length = password_length};
}

TEST(Authtok, IsThePassword) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("horse"), says(success(5))});
  Person person;
  person.types("horse");
  EXPECT_EQ(token_after(daemon, person, PAM_SUCCESS), "horse");
}

TEST(Authtok, IsThePasswordAloneWhereACodeWasTypedBehindIt) {
  const FakeDaemon daemon(
      {begins(), says(kPassword), hears_answer("horse123456"), says(success(5))});
  Person person;
  person.types("horse123456");
  EXPECT_EQ(token_after(daemon, person, PAM_SUCCESS), "horse");
}

TEST(Authtok, MayBeAsLongAsASecret) {
  const std::string longest(kMaxSecret, 'x');
  const FakeDaemon daemon(
      {begins(), says(kPassword), hears_answer(longest), says(success(kMaxSecret))});
  Person person;
  person.types(longest);
  EXPECT_EQ(token_after(daemon, person, PAM_SUCCESS), longest);
}

TEST(Authtok, IsNeverACode) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("horse"),
                           says(Prompt{.style = PromptStyle::visible, .text = "Code: "}),
                           hears_answer("123456"), says(success(5))});
  Person person;
  person.types("horse").types("123456");
  EXPECT_EQ(token_after(daemon, person, PAM_SUCCESS), "horse");
}

TEST(Authtok, IsNotSetWhereNoPasswordWasAsked) {
  const FakeDaemon daemon({begins(), says(success(0))});
  Person person;
  EXPECT_EQ(token_after(daemon, person, PAM_SUCCESS), std::nullopt);
}

TEST(Authtok, IsNotSetAfterADenial) {
  const FakeDaemon daemon(
      {begins(), says(kPassword), hears_answer("horse"),
       says(Verdict{.seal = Seal::denied, .pam_code = PAM_AUTH_ERR, .password_length = 5})});
  Person person;
  person.types("horse");
  EXPECT_EQ(token_after(daemon, person, PAM_AUTH_ERR), std::nullopt);
}

}  // namespace
}  // namespace usher::testing
