// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/socket_server.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <string>
#include <vector>

#include "tests/unit/server/server_fixture.h"

namespace usher::testing {
namespace {

/// A server whose connections last until the client closes.
class SocketServerTest : public ::testing::Test {
 protected:
  SocketServer& start(const SocketLimits& limits) {
    server_.emplace(
        listen_or_throw(directory_.socket()), limits,
        [this](UniqueFd connection, const ucred& peer) {
          EXPECT_EQ(peer.pid, ::getpid());
          EXPECT_EQ(peer.uid, ::getuid());
          ++served_;
          static_cast<void>(::send(connection.get(), "s", 1, MSG_NOSIGNAL));
          EXPECT_TRUE(is_closed_by_peer(connection.get()));
        },
        [this](const ucred&, const char* reason) {
          const std::lock_guard lock(mutex_);
          refusals_.emplace_back(reason);
        });
    EXPECT_TRUE(server_->start());
    return *server_;
  }
  [[nodiscard]] UniqueFd connect() const { return connect_to(directory_.socket()); }
  /// Whether the server greeted the connection, or closed it unserved.
  static bool is_served(const UniqueFd& connection) {
    char byte = 0;
    return ::recv(connection.get(), &byte, 1, 0) == 1;
  }

  const SocketDirectory directory_;
  std::atomic<int> served_ = 0;
  std::mutex mutex_;
  std::vector<std::string> refusals_;
  std::optional<SocketServer> server_;
};

TEST_F(SocketServerTest, ServesManyAtOnce) {
  start({.total = 8, .per_person = 8});
  std::vector<UniqueFd> connections;
  for (int i = 0; i < 8; ++i) connections.push_back(connect());
  for (const UniqueFd& connection : connections) EXPECT_TRUE(is_served(connection));
}

TEST_F(SocketServerTest, ClosesWhoeverIsOverTheTotal) {
  start({.total = 2, .per_person = 8});
  const UniqueFd one = connect();
  const UniqueFd two = connect();
  EXPECT_TRUE(is_served(one) && is_served(two));
  const UniqueFd three = connect();
  EXPECT_TRUE(is_closed_by_peer(three.get()));
  server_->stop_accepting();
  EXPECT_EQ(served_, 2);
  EXPECT_EQ(refusals_.size(), 1U);
}

/// Makes this thread, and so what /proc says of the process, a set-user-id program that `person`
/// started. By the system call: setresuid(3) would change the server's threads as well.
void start_as_setuid_program_of(uid_t person) {
  ASSERT_EQ(::syscall(SYS_setresuid, person, 0, 0), 0);
}

TEST_F(SocketServerTest, CountsASetuidProgramAgainstThePersonBehindItAndKeepsRootsShare) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root, to be somebody else";
  start({.total = 8, .per_person = 1});
  start_as_setuid_program_of(65534);
  const UniqueFd one = connect();
  EXPECT_TRUE(is_served(one));
  EXPECT_FALSE(is_served(connect()));
  start_as_setuid_program_of(0);
  EXPECT_TRUE(is_served(connect()));
}

TEST_F(SocketServerTest, PeopleTogetherLeaveRootItsReserve) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root, to be somebody else";
  start({.total = 2, .per_person = 2, .reserved_for_root = 1});
  start_as_setuid_program_of(65534);
  const UniqueFd one = connect();
  EXPECT_TRUE(is_served(one));
  EXPECT_FALSE(is_served(connect()));
  start_as_setuid_program_of(0);
  EXPECT_TRUE(is_served(connect()));
}

TEST_F(SocketServerTest, HasRoomAgainWhenAConnectionEnds) {
  start({.total = 1, .per_person = 1});
  EXPECT_TRUE(is_served(connect()));
  ASSERT_TRUE(server_->drain(soon()));
  EXPECT_TRUE(is_served(connect()));
}

TEST_F(SocketServerTest, ServesWhoWasInTheQueueWhenItStopsAndNobodyAfter) {
  start({.total = 4, .per_person = 4});
  const UniqueFd early = connect();
  server_->stop_accepting();
  EXPECT_TRUE(is_served(early));
  EXPECT_FALSE(connect().valid());
  EXPECT_FALSE(std::filesystem::exists(directory_.socket()));
}

TEST_F(SocketServerTest, SaysWhetherItWasDrainedInTime) {
  start({.total = 4, .per_person = 4});
  UniqueFd lingering = connect();
  EXPECT_TRUE(is_served(lingering));
  server_->stop_accepting();
  EXPECT_FALSE(server_->drain(Deadline::after(0)));
  lingering.reset();
  EXPECT_TRUE(server_->drain(soon()));
}

TEST_F(SocketServerTest, MayBeDestroyedUnstarted) {
  server_.emplace(
      listen_or_throw(directory_.socket()), SocketLimits{}, [](UniqueFd, const ucred&) {},
      [](const ucred&, const char*) {});
}

}  // namespace
}  // namespace usher::testing
