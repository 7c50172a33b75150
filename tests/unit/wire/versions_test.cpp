// SPDX-License-Identifier: Apache-2.0
// Module and daemon of different versions (PROTOCOL.md, "Versions").
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/fakes/fake_daemon.h"
#include "usher/relay.h"

namespace usher {
namespace {

using namespace usher::testing;

TEST(Versions, TheNewestThatBothSpeakIsPicked) {
  EXPECT_EQ(common_version({1, 1}, {1, 1}), 1);
  EXPECT_EQ(common_version({1, 2}, {1, 1}), 1);
  EXPECT_EQ(common_version({1, 1}, {1, 2}), 1);
  EXPECT_EQ(common_version({1, 2}, {1, 2}), 2);
  EXPECT_EQ(common_version({2, 3}, {1, 2}), 2);
  EXPECT_EQ(common_version({1, 7}, {3, 5}), 5);
}

TEST(Versions, WithoutACommonOneThereIsNone) {
  EXPECT_EQ(common_version({1, 1}, {2, 3}), 0);
  EXPECT_EQ(common_version({3, 4}, {1, 2}), 0);
  EXPECT_EQ(common_version({1, 2}, {0, 0}), 0);
  EXPECT_EQ(common_version({1, 2}, {2, 1}), 0) << "a range that is none";
}

/// An Answer as a version 2 might have it.
struct LaterAnswer {
  static constexpr MessageType kType = MessageType::answer;
  std::string_view secret;
  std::string_view device = "unsaid";

  static bool fields(auto& f, auto& self) {
    return f.text(1, self.secret, kMaxSecret) && (!f.since(2) || f.text(2, self.device, 16));
  }
};

template <typename Message>
std::vector<std::uint8_t> packet_in(std::uint16_t version, const Message& message) {
  std::vector<std::uint8_t> packet(kMaxPacket);
  packet.resize(encode(message, packet, version));
  return packet;
}

TEST(Versions, AFieldOfALaterVersionIsNotSaidBefore) {
  EXPECT_EQ(packet_in(1, LaterAnswer{.secret = "s", .device = "d"}),
            packet_in(1, Answer{.secret = "s"}));
}

TEST(Versions, AFieldOfALaterVersionIsRefusedBefore) {
  const auto later = packet_in(2, LaterAnswer{.secret = "s", .device = "d"});
  EXPECT_EQ(decode<LaterAnswer>(later, 1).error(), DecodeError::unknown_field);
  EXPECT_EQ(decode<Answer>(later, 1).error(), DecodeError::unknown_field);
}

TEST(Versions, AFieldIsRequiredFromItsVersionOn) {
  const auto earlier = packet_in(1, Answer{.secret = "s"});
  EXPECT_EQ(decode<LaterAnswer>(earlier, 2).error(), DecodeError::missing_field);
  const auto read = decode<LaterAnswer>(earlier, 1);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->secret, "s");
  EXPECT_EQ(read->device, "unsaid") << "a field that is not said keeps its default";
  const auto later = packet_in(3, LaterAnswer{.secret = "s", .device = "d"});
  EXPECT_EQ(decode<LaterAnswer>(later, 3)->device, "d");
}

TEST(Versions, AChannelSpeaksTheOneItIsTold) {
  for (const std::uint16_t version : {std::uint16_t{1}, std::uint16_t{2}}) {
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    Channel module(UniqueFd{pair[0]}, Side::module);
    Channel daemon(UniqueFd{pair[1]}, Side::daemon);
    const Deadline soon = Deadline::after(60'000);
    ASSERT_TRUE(module.send(Hello{}, soon) && daemon.receive(soon) && daemon.send(Hello{}, soon) &&
                module.receive(soon));
    module.speak(version);
    daemon.speak(version);
    ASSERT_TRUE(module.send(Begin{.phase = Phase::authenticate}, soon) && daemon.receive(soon) &&
                daemon.send(Prompt{.style = PromptStyle::hidden}, soon) && module.receive(soon));
    ASSERT_TRUE(module.send(LaterAnswer{.secret = "s", .device = "d"}, soon));
    const auto packet = daemon.receive(soon);
    ASSERT_TRUE(packet);
    EXPECT_EQ(daemon.read<LaterAnswer>(*packet)->device, version == 1 ? "unsaid" : "d");
    EXPECT_EQ(decode<Answer>(*packet, 1).has_value(), version == 1);
  }
}

/// Nobody is asked, so nobody has to answer.
struct Silent {
  static bool ask(const Prompt&, Secret&) { return false; }
  static void tell(PromptStyle, std::string_view) {}
};

RelayResult run(const FakeDaemon& daemon, Versions versions) {
  const RelaySettings settings{.socket_path = daemon.path(),
                               .server_uid = ::geteuid(),
                               .budget_milliseconds = 60'000,
                               .versions = versions};
  Silent talk;
  return Relay<Silent>(settings, talk).run(Begin{.phase = Phase::authenticate, .user = "ann"});
}

/// A daemon that expects to be offered `versions`, picks `picked` and lets in.
std::vector<FakeDaemon::Step> picks(Versions versions, std::uint16_t picked) {
  return {accepts(), hears<Hello>([versions](const Hello& hello) {
            EXPECT_EQ(hello.oldest, versions.oldest);
            EXPECT_EQ(hello.newest, versions.newest);
          }),
          says(Hello{.oldest = picked, .newest = picked}), hears<Begin>(),
          says(Verdict{.seal = Seal::success, .pam_code = PAM_SUCCESS})};
}

TEST(Versions, AModuleOffersAllItSpeaksAndTakesWhatIsPicked) {
  for (const auto& [versions, picked] : {std::pair{Versions{1, 1}, std::uint16_t{1}},
                                         {Versions{1, 2}, std::uint16_t{1}},
                                         {Versions{1, 2}, std::uint16_t{2}},
                                         {Versions{2, 3}, std::uint16_t{2}}}) {
    const FakeDaemon daemon(picks(versions, picked));
    EXPECT_EQ(run(daemon, versions).end, RelayEnd::accepted) << versions.newest << ' ' << picked;
  }
}

TEST(Versions, ADaemonThatHasNoneOfThemIsLikeOneThatIsNotThere) {
  for (const Hello& range : {Hello{.oldest = 1, .newest = 2}, Hello{.oldest = 5, .newest = 6},
                             Hello{.oldest = 2, .newest = 2}}) {
    const FakeDaemon daemon({accepts(), hears<Hello>(), says(range), hangs_up()});
    EXPECT_EQ(run(daemon, {3, 4}).pam_code, PAM_AUTHINFO_UNAVAIL) << range.oldest;
  }
}

TEST(Versions, AfterARestartTheNextDaemonPicksAnew) {
  std::vector<FakeDaemon::Step> script = {accepts(), hears<Hello>(),
                                          says(Hello{.oldest = 1, .newest = 1}), hears<Begin>(),
                                          says(Restart{})};
  for (FakeDaemon::Step& step : picks({1, 2}, 2)) script.push_back(std::move(step));
  const FakeDaemon daemon(std::move(script));
  EXPECT_EQ(run(daemon, {1, 2}).end, RelayEnd::accepted);
}

}  // namespace
}  // namespace usher
