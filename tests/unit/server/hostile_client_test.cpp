// SPDX-License-Identifier: Apache-2.0
// What a client may do to a login socket, and that the next honest one does not notice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/server/login_server_fixture.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class HostileClientTest : public LoginServerFixture {
 protected:
  void SetUp() override { start(ask_once); }
  void TearDown() override {
    EXPECT_TRUE(honest_login_works());
    LoginServerFixture::TearDown();
    EXPECT_EQ(counters_.dialogues_now, 0U);
  }
  [[nodiscard]] bool honest_login_works() const {
    TestModule honest = module();
    if (!honest.open() || !honest.expect<Prompt>() || !honest.answer("right")) return false;
    const auto verdict = honest.expect<Verdict>();
    return verdict && verdict->seal == Seal::success;
  }
  [[nodiscard]] static bool send_raw(int socket, std::string_view bytes) {
    return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  [[nodiscard]] static std::string encoded(const auto& message) {
    std::array<std::uint8_t, kMaxPacket> packet{};
    const std::size_t size = encode(message, packet);
    return {reinterpret_cast<const char*>(packet.data()), size};
  }
};

TEST_F(HostileClientTest, DisconnectsAtEveryPoint) {
  {
    const UniqueFd nothing_sent = connect_to(directory_.socket());
  }
  {
    const UniqueFd half_a_handshake = connect_to(directory_.socket());
    ASSERT_TRUE(send_raw(half_a_handshake.get(), encoded(Hello{})));
  }
  {
    TestModule greeted = module();
    ASSERT_TRUE(greeted.greet());
  }
  {
    TestModule begun = module();
    ASSERT_TRUE(begun.open());
  }
  {
    TestModule asked = module();
    ASSERT_TRUE(asked.open() && asked.expect<Prompt>());
  }
  {
    TestModule answered = module();
    ASSERT_TRUE(answered.open() && answered.expect<Prompt>() && answered.answer("right"));
  }
}

TEST_F(HostileClientTest, SendsGarbageInsteadOfHello) {
  for (const std::string_view garbage :
       {std::string_view("\0", 1), std::string_view("GET / HTTP/1.1\r\n\r\n"),
        std::string_view("\x01"), std::string_view("\x01\x01\xff\xff"),
        std::string_view("\x02\x01\x00\x01", 4), std::string_view("\xff\xff\xff\xff")}) {
    const UniqueFd client = connect_to(directory_.socket());
    ASSERT_TRUE(send_raw(client.get(), garbage));
    EXPECT_TRUE(is_closed_by_peer(client.get()));
  }
  EXPECT_EQ(counters_.refused, 6U);
  EXPECT_EQ(audit_.events().size(), 1U);  // the clock stands: all within one second
}

TEST_F(HostileClientTest, SendsAPacketOverTheLimit) {
  const UniqueFd client = connect_to(directory_.socket());
  ASSERT_TRUE(send_raw(client.get(), std::string(kMaxPacket + 1, '\x01')));
  EXPECT_TRUE(is_closed_by_peer(client.get()));
}

TEST_F(HostileClientTest, OffersVersionsThatNobodySpeaks) {
  for (const Hello& hello : {Hello{.oldest = 900, .newest = 901}, Hello{.oldest = 0, .newest = 0},
                             Hello{.oldest = 2, .newest = 1}}) {
    const UniqueFd client = connect_to(directory_.socket());
    ASSERT_TRUE(send_raw(client.get(), encoded(hello)));
    EXPECT_TRUE(is_closed_by_peer(client.get()));
  }
}

TEST_F(HostileClientTest, BeginsWithAnythingButBegin) {
  for (const std::string& packet :
       {encoded(Hello{}), encoded(Answer{.secret = "x"}), encoded(Cancel{}), encoded(Restart{}),
        encoded(Verdict{.seal = Seal::success}), std::string("\x02"), std::string("\x02\x03")}) {
    TestModule client = module();
    ASSERT_TRUE(client.greet());
    ASSERT_TRUE(send_raw(client.descriptor(), packet));
    EXPECT_TRUE(is_closed_by_peer(client.descriptor()));
  }
  EXPECT_EQ(counters_.accepted, 0U);
}

TEST_F(HostileClientTest, AnswersWithASuccessOfItsOwn) {
  TestModule client = module();
  ASSERT_TRUE(client.open() && client.expect<Prompt>());
  ASSERT_TRUE(send_raw(client.descriptor(), encoded(Verdict{.seal = Seal::success})));
  EXPECT_TRUE(is_closed_by_peer(client.descriptor()));
  EXPECT_EQ(counters_.accepted, 0U);
}

TEST_F(HostileClientTest, AnswersBeforeItIsAsked) {
  const UniqueFd client = connect_to(directory_.socket());
  ASSERT_TRUE(send_raw(client.get(), encoded(Hello{})));
  ASSERT_TRUE(send_raw(client.get(), encoded(Answer{.secret = "right"})));
  EXPECT_TRUE(is_closed_by_peer(client.get()));
  EXPECT_EQ(counters_.accepted, 0U);
}

TEST_F(HostileClientTest, SaysNothingForLongerThanItMay) {
  ASSERT_TRUE(stop());
  server_.reset();
  stop_ = stop_or_throw();
  LoginSocketPlan impatient = plan();
  impatient.times.begin_milliseconds = 1;
  start(impatient, ask_once);
  const UniqueFd silent = connect_to(directory_.socket());
  EXPECT_TRUE(is_closed_by_peer(silent.get()));
  ASSERT_TRUE(stop());
  EXPECT_THAT(audit_.last().reason, HasSubstr("no request came in time"));

  server_.reset();
  stop_ = stop_or_throw();
  start(ask_once);
}

TEST_F(HostileClientTest, FloodsWithConnectionsAndIsClosed) {
  std::vector<UniqueFd> flood;
  for (int i = 0; i < 200; ++i) flood.push_back(connect_to(directory_.socket()));
  for (std::size_t i = 16; i < flood.size(); ++i)
    EXPECT_TRUE(is_closed_by_peer(flood[i].get())) << i;
  flood.clear();
  // The places are free again once the server has seen each of them go.
  while (!honest_login_works()) {
  }
  EXPECT_LE(audit_.events().size(), 1U);
}

TEST_F(HostileClientTest, SendsRandomPacketsInEveryState) {
  std::mt19937 random(20260301);  // NOLINT(*-msc51-cpp): the same packets each time
  for (int i = 0; i < 300; ++i) {
    TestModule client = module();
    if (i % 3 > 0) {
      ASSERT_TRUE(client.greet());
    }
    if (i % 3 > 1) {
      ASSERT_TRUE(client.begin({.phase = Phase::account, .service = "s"}));
      ASSERT_TRUE(client.expect<Prompt>());
    }
    std::string packet(1 + random() % 64, '\0');
    for (char& byte : packet) byte = static_cast<char>(random());
    packet[0] = static_cast<char>(random() % 9);
    ASSERT_TRUE(send_raw(client.descriptor(), packet));
    EXPECT_TRUE(is_closed_by_peer(client.descriptor()));
  }
  EXPECT_EQ(counters_.accepted, 0U);
}

}  // namespace
}  // namespace usher::testing
