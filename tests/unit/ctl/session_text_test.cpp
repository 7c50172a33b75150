// SPDX-License-Identifier: Apache-2.0
#include "ctl/session_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <ctime>

#include "tests/unit/ctl/session_json.h"

namespace usher::ctl {
namespace {

using ::testing::HasSubstr;
using testing::session_named;
using testing::session_with;

constexpr std::int64_t kNoon = 1'772'366'400;  // 2026-03-01 12:00:00 UTC
constexpr std::int64_t kHour = 3'600;

class InUtc : public ::testing::Test {
 protected:
  InUtc() { set("UTC"); }
  ~InUtc() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  static void set(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
};

TEST_F(InUtc, ATimeHasADateOnlyOnAnotherDay) {
  EXPECT_EQ(clock_time(kNoon + 65, kNoon), "12:01");
  EXPECT_EQ(clock_time(kNoon - 12 * kHour, kNoon), "00:00");
  EXPECT_EQ(clock_time(kNoon + 12 * kHour, kNoon), "2026-03-02 00:00");
  EXPECT_EQ(clock_time(kNoon - 12 * kHour - 1, kNoon), "2026-02-28 23:59");
}

TEST_F(InUtc, ATimeIsLocal) {
  set("EAST-13");  // thirteen hours east of Greenwich
  EXPECT_EQ(clock_time(kNoon, kNoon), "01:00");
  EXPECT_EQ(clock_time(kNoon - 2 * kHour, kNoon), "2026-03-01 23:00");
}

TEST(SessionSpans, AreRoughAndNeverNegative) {
  EXPECT_EQ(rough_span(-5), "0 seconds");
  EXPECT_EQ(rough_span(1), "1 second");
  EXPECT_EQ(rough_span(119), "119 seconds");
  EXPECT_EQ(rough_span(120), "2 minutes");
  EXPECT_EQ(rough_span(2 * kHour - 1), "119 minutes");
  EXPECT_EQ(rough_span(2 * kHour), "2 hours");
  EXPECT_EQ(rough_span(48 * kHour - 1), "47 hours");
  EXPECT_EQ(rough_span(48 * kHour), "2 days");
  EXPECT_EQ(short_span(-5), "0s");
  EXPECT_EQ(short_span(59), "59s");
  EXPECT_EQ(short_span(60), "1m");
  EXPECT_EQ(short_span(kHour - 1), "59m");
  EXPECT_EQ(short_span(kHour + 300), "1h 05m");
  EXPECT_EQ(short_span(24 * kHour), "1d 00h");
  EXPECT_EQ(short_span(100 * kHour), "4d 04h");
}

TEST(SessionNames, AreFourDigitsOrMore) {
  for (const char* good : {"0011", "00112233", "ffffffffffffffffffffffffffffffff"})
    EXPECT_TRUE(may_name_session(good)) << good;
  for (const char* wrong : {"", "001", "00G1", "00AA", "0011 ", "../etc", "--json",
                            "fffffffffffffffffffffffffffffffff"})
    EXPECT_FALSE(may_name_session(wrong)) << wrong;
  EXPECT_EQ(not_an_id("zz").code, ExitCode::usage);
  EXPECT_THAT(not_an_id("zz").what, HasSubstr("`zz` is no id"));
}

TEST(SessionEndings, AreToldInWords) {
  const auto told = [](const char* how, const char* by) {
    return ending_of(session_with("aa", {{"how", how}, {"ended_by", by}}));
  };
  EXPECT_EQ(told("", ""), "");
  EXPECT_EQ(told("closed", ""), "closed by the program");
  EXPECT_EQ(told("process", ""), "its process ended without closing it");
  EXPECT_EQ(told("missed", ""), "its process ended while usherd was away");
  EXPECT_EQ(told("reboot", ""), "the machine was started anew");
  EXPECT_EQ(told("revoked", "root"), "ended by root");
  EXPECT_EQ(told("abducted", ""), "abducted");  // of a newer usherd
}

TEST_F(InUtc, ProofsNameWhoTheyProveWhereThatIsSomebodyElse) {
  const auto proof = [](const char* factor, const char* user, std::int64_t until) {
    return Json{{"factor", factor}, {"user", user}, {"until", until}};
  };
  const Json session = session_with(
      "aa", {{"proofs",
              {proof("otp", "ada", kNoon + 5 * kHour + 1'800), proof("publickey", "ada", 0),
               proof("password", "root", kNoon + 21 * kHour + 300)}}});
  EXPECT_EQ(reusable_in(session, kNoon), "otp 17:30, password of root 2026-03-02 09:05");
  EXPECT_EQ(reusable_in(session_named("aa"), kNoon), "-");
}

TEST(SessionProofs, AreVerifiedBySomebody) {
  EXPECT_EQ(verifier_named("usher"), "usherd");
  EXPECT_EQ(verifier_named("sshd"), "sshd");
  EXPECT_EQ(verifier_named("stack"), "a PAM module");
}

}  // namespace
}  // namespace usher::ctl
