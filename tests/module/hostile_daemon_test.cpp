// SPDX-License-Identifier: Apache-2.0
// A daemon that is missing, slow, somebody else's or talks nonsense: a denial, one line in the log,
// and the calling program unharmed.
#include <gtest/gtest.h>
#include <security/pam_appl.h>

#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "tests/fakes/fake_daemon.h"
#include "tests/module/captured_log.h"
#include "tests/module/pam_stack.h"

namespace usher::testing {
namespace {

using Bytes = FakeDaemon::Bytes;

Bytes cut(Bytes packet) {
  packet.pop_back();
  return packet;
}

Bytes with_wrong_seal(Bytes packet) {
  packet[4] ^= 1;
  return packet;
}

class HostileDaemon : public ::testing::Test {
 protected:
  void SetUp() override { clear_log(); }
};

/// What the daemon says after Begin instead of something that is allowed.
struct Nonsense {
  const char* name;
  Bytes packet;
};

void PrintTo(const Nonsense& nonsense, std::ostream* out) { *out << nonsense.name; }

class Talking : public ::testing::TestWithParam<Nonsense> {};

INSTANTIATE_TEST_SUITE_P(
    Nonsense, Talking,
    ::testing::Values(
        Nonsense{"unknown_type", {0x42, 1, 2, 3}}, Nonsense{"type_zero", {0}},
        Nonsense{"truncated_verdict", cut(packet_of(kSuccess))},
        Nonsense{"truncated_prompt", cut(packet_of(kPassword))}, Nonsense{"bare_verdict", {7}},
        Nonsense{"bare_prompt", {3}}, Nonsense{"oversized", Bytes(kMaxPacket + 1, 7)},
        Nonsense{"huge", Bytes(100'000, 7)}, Nonsense{"all_zero", Bytes(64, 0)},
        Nonsense{"wrong_seal", with_wrong_seal(packet_of(kSuccess))},
        Nonsense{"second_hello", packet_of(Hello{})},
        Nonsense{"begin", packet_of(Begin{.phase = Phase::authenticate})},
        Nonsense{"answer", packet_of(Answer{.secret = "x"})},
        Nonsense{"cancel", packet_of(Cancel{})}, Nonsense{"restart_with_a_field", {6, 1, 0, 0}},
        Nonsense{"password_longer_than_the_answer",
                 packet_of(Verdict{
                     .seal = Seal::success, .pam_code = PAM_SUCCESS, .password_length = 1})}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_P(Talking, IsUnavailable) {
  clear_log();
  const FakeDaemon daemon({begins(), says_bytes(GetParam().packet)});
  Person person;
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(logged_with("breaks the protocol"), 1);
  EXPECT_EQ(logged().size(), 1U);
}

TEST_P(Talking, IsADenialOnceThePersonWasAsked) {
  if (GetParam().name == std::string("password_longer_than_the_answer")) return;
  clear_log();
  const FakeDaemon daemon(
      {begins(), says(kPassword), hears_answer("x"), says_bytes(GetParam().packet)});
  Person person;
  person.types("x");
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_AUTH_ERR);
  EXPECT_EQ(logged_with("breaks the protocol"), 1);
}

TEST_F(HostileDaemon, SpeakingAnotherVersionIsUnavailable) {
  const FakeDaemon daemon({accepts(), hears<Hello>([](const Hello& hello) {
                             EXPECT_EQ(hello.oldest, kOldestVersion);
                             EXPECT_EQ(hello.newest, kNewestVersion);
                           }),
                           says(Hello{.oldest = 9, .newest = 9}), waits_for_hang_up()});
  Person person;
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(logged_with("of one version?"), 1);
}

TEST_F(HostileDaemon, AskingForeverIsHeard32Times) {
  std::vector<FakeDaemon::Step> script{begins()};
  Person person;
  for (int round = 0; round < 32; ++round) {
    script.push_back(says(kPassword));
    script.push_back(hears_answer("x"));
    person.types("x");
  }
  script.push_back(says(kPassword));
  script.push_back(waits_for_hang_up());
  const FakeDaemon daemon(std::move(script));
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_AUTH_ERR);
  EXPECT_EQ(person.prompts(), 32);
}

TEST_F(HostileDaemon, PromptsInOneBurstAreAnsweredOneByOne) {
  const FakeDaemon daemon({begins(), says(kPassword), says(kPassword), hears_answer("a"),
                           hears_answer("b"), says(kSuccess)});
  Person person;
  person.types("a").types("b");
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_SUCCESS);
}

TEST_F(HostileDaemon, AVerdictNeedsSealAndCode) {
  for (const auto& [seal, code] : {std::pair{Seal::denied, PAM_SUCCESS},
                                   {Seal::ignore, PAM_SUCCESS},
                                   {Seal::success, PAM_IGNORE},
                                   {Seal::success, PAM_AUTH_ERR},
                                   {Seal::denied, PAM_IGNORE},
                                   {Seal::denied, PAM_NEW_AUTHTOK_REQD}}) {
    const FakeDaemon daemon(
        {begins(), says(Verdict{.seal = seal, .pam_code = static_cast<std::uint32_t>(code)})});
    Person person;
    const int result = authenticate(daemon.path(), person);
    EXPECT_EQ(result, code == PAM_AUTH_ERR ? PAM_AUTH_ERR : PAM_SYSTEM_ERR);
  }
}

TEST_F(HostileDaemon, RandomBytesNeverLetAnybodyIn) {
  std::mt19937 random(20240229);
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<std::size_t> size(1, 300);
  for (int i = 0; i < 100; ++i) {
    Bytes packet(size(random));
    for (auto& b : packet) b = static_cast<std::uint8_t>(byte(random));
    packet[0] = static_cast<std::uint8_t>(1 + i % 7);
    const FakeDaemon daemon({begins(), says_bytes(packet)});
    Person person;
    EXPECT_NE(authenticate(daemon.path(), person), PAM_SUCCESS);
  }
}

TEST_F(HostileDaemon, EveryFlippedBitOfASuccessIsNoSuccess) {
  const Bytes whole = packet_of(kSuccess);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes packet = whole;
    packet[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const FakeDaemon daemon({begins(), says_bytes(packet)});
    Person person;
    EXPECT_NE(authenticate(daemon.path(), person), PAM_SUCCESS) << bit;
  }
}

TEST_F(HostileDaemon, HangingUpAtAnyPointIsADenial) {
  const std::vector<std::pair<std::vector<FakeDaemon::Step>, int>> scripts = {
      // Not "unavailable": whoever takes all of usherd's places would open the way back in.
      {{accepts(), hangs_up()}, PAM_SYSTEM_ERR},
      {{greets(), hangs_up()}, PAM_SYSTEM_ERR},
      {{begins(), hangs_up()}, PAM_SYSTEM_ERR},
      {{begins(), says(kPassword), hangs_up()}, PAM_AUTH_ERR},
      {{begins(), says(kPassword), hears_answer("x"), hangs_up()}, PAM_AUTH_ERR},
  };
  for (const auto& [script, expected] : scripts) {
    clear_log();
    const FakeDaemon daemon(script);
    Person person;
    person.types("x");
    EXPECT_EQ(authenticate(daemon.path(), person), expected);
    EXPECT_EQ(logged_with("hung up"), 1);
  }
}

TEST_F(HostileDaemon, StallingAtAnyPointIsOverWithinTheTimeout) {
  struct Stall {
    std::vector<FakeDaemon::Step> script;
    const char* timeout;  // what comes before the stall has to fit in
    int expected;
  };
  const std::vector<Stall> stalls = {
      {{accepts(), hears<Hello>(), waits_for_hang_up()}, "timeout=1", PAM_AUTHINFO_UNAVAIL},
      {{begins(), waits_for_hang_up()}, "timeout=10", PAM_AUTHINFO_UNAVAIL},
      {{begins(), says(kPassword), hears_answer("x"), waits_for_hang_up()},
       "timeout=10",
       PAM_AUTH_ERR},
  };
  for (const auto& [script, timeout, expected] : stalls) {
    clear_log();
    const FakeDaemon daemon(script);
    Person person;
    person.types("x");
    EXPECT_EQ(authenticate(daemon.path(), person, timeout), expected);
    EXPECT_EQ(logged_with("no answer in time from usherd"), 1);
  }
}

TEST_F(HostileDaemon, RestartingOnceIsStartedOver) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("a"), says(Restart{}), begins(),
                           says(kPassword), hears_answer("b"), says(kSuccess)});
  Person person;
  person.types("a").types("b");
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_SUCCESS);
}

TEST_F(HostileDaemon, RestartingTwiceIsUnavailable) {
  const FakeDaemon daemon({begins(), says(Restart{}), begins(), says(Restart{})});
  Person person;
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_AUTHINFO_UNAVAIL);
}

TEST_F(HostileDaemon, GoneForGoodAfterARestartIsOverWithinTheTimeout) {
  const FakeDaemon daemon({begins(), stops_listening(), says(Restart{}), hangs_up()});
  Person person;
  EXPECT_EQ(authenticate(daemon.path(), person, "timeout=10"), PAM_AUTHINFO_UNAVAIL);
}

TEST_F(HostileDaemon, OfAnotherUidIsToldNothing) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to listen as somebody else";
  const FakeDaemon daemon({accepts(), waits_for_hang_up()}, 65534);
  Person person;
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(logged_with("neither root nor uid 0"), 1);
}

TEST_F(HostileDaemon, OfTheUidInTheOptionsIsTrusted) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to listen as somebody else";
  const FakeDaemon daemon({begins(), says(kSuccess)}, 65534);
  Person person;
  EXPECT_EQ(authenticate(daemon.path(), person, "server_uid=65534"), PAM_SUCCESS);
}

}  // namespace
}  // namespace usher::testing
