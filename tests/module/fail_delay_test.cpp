// SPDX-License-Identifier: Apache-2.0
// How long libpam is asked to wait after a refusal; the program may have its own way of waiting.
#include <gtest/gtest.h>
#include <security/pam_appl.h>

#include <cstring>
#include <string>

#include "tests/fakes/fake_daemon.h"
#include "tests/module/pam_stack.h"

namespace usher::testing {
namespace {

/// What libpam told the program to wait, in microseconds, in place of waiting.
unsigned asked_for = 0;
void wait_instead(int status, unsigned microseconds, void*) {
  asked_for = status == PAM_SUCCESS ? 0 : microseconds;
}

unsigned delay_after(const Verdict& verdict, const std::string& line_end) {
  const FakeDaemon daemon({begins(), says(verdict)});
  std::string line = usher_line(daemon.path());
  line.replace(line.find(" nodelay"), std::strlen(" nodelay"), line_end);
  Person nobody;
  const PamStack stack({line}, nobody.conversation());
  void (*const function)(int, unsigned, void*) = &wait_instead;
  EXPECT_EQ(::pam_set_item(stack.handle(), PAM_FAIL_DELAY, reinterpret_cast<const void*>(function)),
            PAM_SUCCESS);
  asked_for = 0;
  EXPECT_EQ(::pam_authenticate(stack.handle(), 0), static_cast<int>(verdict.pam_code));
  return asked_for;
}

TEST(FailDelay, ARefusalTakesAboutTwoSeconds) {
  const unsigned delay = delay_after(kWrong, "");
  EXPECT_GE(delay, 1'000'000U);
  EXPECT_LE(delay, 3'000'000U);
}

TEST(FailDelay, ASuccessTakesNone) { EXPECT_EQ(delay_after(kSuccess, ""), 0U); }

TEST(FailDelay, NoneIsAskedForWhereTheStackSaysSo) {
  EXPECT_EQ(delay_after(kWrong, " nodelay"), 0U);
}

}  // namespace
}  // namespace usher::testing
