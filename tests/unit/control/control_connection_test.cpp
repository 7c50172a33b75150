// SPDX-License-Identifier: Apache-2.0
#include "daemon/control/control_connection.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <string>
#include <thread>

#include "tests/unit/control/control_fixture.h"

namespace usher::testing {
namespace {

const std::string kGetInfo = std::string(R"({"method":"org.varlink.service.GetInfo"})") + '\0';

class ControlConnectionTest : public ControlFixture {
 protected:
  /// Serves one connection with root at its other end; impatient where a test waits for that.
  void serve(std::int64_t patience_milliseconds = 60'000,
             std::int64_t lifetime_milliseconds = 60'000) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    client_.reset(ends[0]);
    thread_ = std::jthread([=, this, end = ends[1]] {
      ControlConnection(UniqueFd(end), kRoot, ports_, stop_.get(), patience_milliseconds,
                        lifetime_milliseconds)
          .run();
    });
  }
  [[nodiscard]] bool send(std::string_view bytes) const {
    return ::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  /// The next reply, or "closed".
  [[nodiscard]] std::string receive() const {
    std::string reply;
    for (char byte = 0; ::recv(client_.get(), &byte, 1, 0) == 1; reply += byte)
      if (byte == '\0') return reply;
    return "closed";
  }
  void TearDown() override { client_.reset(); }

  const UniqueFd stop_{::eventfd(0, EFD_CLOEXEC)};
  UniqueFd client_;
  std::jthread thread_;
};

TEST_F(ControlConnectionTest, AnswersOneCallAfterTheOther) {
  serve();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(send(kGetInfo));
    EXPECT_TRUE(receive().starts_with(R"({"parameters":{"vendor":"Usher")"));
  }
}

TEST_F(ControlConnectionTest, UnderstandsCallsHoweverTheyAreCut) {
  serve();
  for (const char byte : kGetInfo) ASSERT_TRUE(send({&byte, 1}));
  EXPECT_NE(receive(), "closed");
  ASSERT_TRUE(send(kGetInfo + kGetInfo));
  EXPECT_NE(receive(), "closed");
  EXPECT_NE(receive(), "closed");
}

TEST_F(ControlConnectionTest, IsSilentWhereNoReplyIsWanted) {
  serve();
  ASSERT_TRUE(send(std::string(R"({"method":"org.usher.control.Reload","oneway":true})") + '\0'));
  ASSERT_TRUE(send(kGetInfo));
  EXPECT_TRUE(receive().contains("vendor"));
  EXPECT_EQ(reloaded_for_, kRoot.pid);
}

TEST_F(ControlConnectionTest, ClosesOnWhatIsNoCall) {
  serve();
  ASSERT_TRUE(send(std::string_view("GET / HTTP/1.1\r\n\r\n\0", 19)));
  EXPECT_EQ(receive(), "closed");
}

TEST_F(ControlConnectionTest, ClosesOnACallOverTheLimit) {
  serve();
  const std::string huge(kMaxControlCall + 4096, ' ');
  static_cast<void>(send(huge));  // the daemon may close before it has read all
  EXPECT_EQ(receive(), "closed");
}

TEST_F(ControlConnectionTest, TakesACallAtTheLimit) {
  serve();
  std::string padded = kGetInfo;
  padded.insert(1, std::string(kMaxControlCall - (kGetInfo.size() - 1), ' '));
  ASSERT_TRUE(send(padded));
  EXPECT_NE(receive(), "closed");
}

TEST_F(ControlConnectionTest, ClosesWhenNothingComes) {
  serve(1);
  EXPECT_EQ(receive(), "closed");
}

TEST_F(ControlConnectionTest, ClosesWhenItHasHadItsTimeHoweverPatientItIs) {
  serve(60'000, 200);
  const Deadline late = Deadline::after(30'000);
  ASSERT_TRUE(send(kGetInfo));
  EXPECT_NE(receive(), "closed");
  EXPECT_EQ(receive(), "closed");
  EXPECT_FALSE(late.passed());
}

TEST_F(ControlConnectionTest, ClosesAfterItsNumberOfCalls) {
  serve();
  for (int i = 0; i < ControlConnection::kMostCalls; ++i) {
    ASSERT_TRUE(send(kGetInfo));
    ASSERT_NE(receive(), "closed") << i;
  }
  EXPECT_EQ(receive(), "closed");
}

TEST_F(ControlConnectionTest, ClosesWhenUsherdStops) {
  serve();
  ASSERT_TRUE(send(kGetInfo));
  EXPECT_NE(receive(), "closed");
  ASSERT_EQ(::eventfd_write(stop_.get(), 1), 0);
  EXPECT_EQ(receive(), "closed");
}

TEST_F(ControlConnectionTest, DoesNotWaitForAClientThatDoesNotRead) {
  const int small = 4096;
  serve(1);
  static_cast<void>(::setsockopt(client_.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += kGetInfo;
  for (std::size_t at = 0; at < many.size();) {
    const ssize_t sent = ::send(client_.get(), many.data() + at, many.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) break;
    at += static_cast<std::size_t>(sent);
  }
  thread_.join();  // it ended by itself
}

}  // namespace
}  // namespace usher::testing
