// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/socket_server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/fake_host.h"
#include "tests/unit/server/server_fixture.h"

namespace usher::testing {
namespace {

/// A server whose connections last until the client closes.
class SocketServerTest : public ::testing::Test {
 protected:
  SocketServerTest() { host_.set_real_uid(::getpid(), ::getuid()); }
  SocketServer& start(const SocketLimits& limits) {
    server_.emplace(
        listen_or_throw(directory_.socket()), limits, host_,
        [this](UniqueFd connection, const ucred& peer, uid_t) {
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
  FakeHost host_;
  std::atomic<int> served_ = 0;
  std::mutex mutex_;
  std::vector<std::string> refusals_;
  std::optional<SocketServer> server_;
};

TEST_F(SocketServerTest, ServesManyAtOnce) {
  start({.total = 8, .per_outsider = 8});
  std::vector<UniqueFd> connections;
  for (int i = 0; i < 8; ++i) connections.push_back(connect());
  for (const UniqueFd& connection : connections) EXPECT_TRUE(is_served(connection));
}

TEST_F(SocketServerTest, ClosesWhoeverIsOverTheTotal) {
  start({.total = 2, .per_outsider = 8});
  const UniqueFd one = connect();
  const UniqueFd two = connect();
  EXPECT_TRUE(is_served(one) && is_served(two));
  const UniqueFd three = connect();
  EXPECT_TRUE(is_closed_by_peer(three.get()));
  server_->stop_accepting();
  EXPECT_EQ(served_, 2);
  EXPECT_EQ(refusals_.size(), 1U);
}

TEST_F(SocketServerTest, CountsASetuidProgramAgainstThePersonBehindItAndKeepsRootsShare) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root, for whose programs others may stand";
  start({.total = 8, .per_outsider = 1});
  host_.set_real_uid(::getpid(), 65534);
  const UniqueFd one = connect();
  EXPECT_TRUE(is_served(one));
  EXPECT_FALSE(is_served(connect()));
  host_.set_real_uid(::getpid(), 0);
  EXPECT_TRUE(is_served(connect()));
}

TEST_F(SocketServerTest, PeopleTogetherLeaveRootItsReserve) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root, for whose programs others may stand";
  start({.total = 2, .per_outsider = 2, .reserved_for_root = 1});
  host_.set_real_uid(::getpid(), 65534);
  const UniqueFd one = connect();
  EXPECT_TRUE(is_served(one));
  EXPECT_FALSE(is_served(connect()));
  host_.set_real_uid(::getpid(), 0);
  EXPECT_TRUE(is_served(connect()));
}

TEST_F(SocketServerTest, ServesNoUidWithoutAnAccountWhereAccountsAreWanted) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root, for whose programs others may stand";
  host_.add_user("alice", 70'000);
  start({.total = 8, .per_outsider = 2, .accounts_only = true});
  host_.set_real_uid(::getpid(), 70'001);
  EXPECT_FALSE(is_served(connect()));
  ASSERT_TRUE(server_->drain(soon()));
  host_.set_real_uid(::getpid(), 70'000);
  const UniqueFd one = connect();
  const UniqueFd two = connect();
  EXPECT_TRUE(is_served(one) && is_served(two));
  EXPECT_FALSE(is_served(connect()));
  host_.set_real_uid(::getpid(), 0);
  EXPECT_TRUE(is_served(connect()));
}

TEST_F(SocketServerTest, ManyUidsWithoutALookUpTogetherHaveOneShare) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root, for whose programs others may stand";
  host_.add_user("alice", 1000);
  start({.total = 8, .per_outsider = 1, .accounts_only = true});
  host_.set_real_uid(::getpid(), 1000);
  EXPECT_TRUE(is_served(connect()));
  ASSERT_TRUE(server_->drain(soon()));
  host_.fail_lookups(true);
  std::vector<UniqueFd> connections;
  std::size_t served = 0;
  for (uid_t uid = 70'000; uid < 70'006; ++uid) {
    host_.set_real_uid(::getpid(), uid);
    connections.push_back(connect());
    served += is_served(connections.back()) ? 1U : 0U;
  }
  EXPECT_EQ(served, 2U);
  host_.set_real_uid(::getpid(), 1000);
  EXPECT_TRUE(is_served(connect()));
  host_.set_real_uid(::getpid(), 0);
}

TEST_F(SocketServerTest, HasRoomAgainWhenAConnectionEnds) {
  start({.total = 1, .per_outsider = 1});
  EXPECT_TRUE(is_served(connect()));
  ASSERT_TRUE(server_->drain(soon()));
  EXPECT_TRUE(is_served(connect()));
}

TEST_F(SocketServerTest, ServesWhoWasInTheQueueWhenItStopsAndNobodyAfter) {
  start({.total = 4, .per_outsider = 4});
  const UniqueFd early = connect();
  server_->stop_accepting();
  EXPECT_TRUE(is_served(early));
  EXPECT_FALSE(connect().valid());
  EXPECT_FALSE(std::filesystem::exists(directory_.socket()));
}

TEST_F(SocketServerTest, SaysWhetherItWasDrainedInTime) {
  start({.total = 4, .per_outsider = 4});
  UniqueFd lingering = connect();
  EXPECT_TRUE(is_served(lingering));
  server_->stop_accepting();
  EXPECT_FALSE(server_->drain(Deadline::after(0)));
  lingering.reset();
  EXPECT_TRUE(server_->drain(soon()));
}

TEST_F(SocketServerTest, TellsWhetherItsSocketIsServed) {
  start({.total = 1, .per_outsider = 1});
  EXPECT_TRUE(server_->is_serving(soon()));
  const UniqueFd one = connect();
  EXPECT_TRUE(is_served(one));
  {
    // Whoever is refused has to be written down, which here takes as long as this lock is held.
    const std::lock_guard lock(mutex_);
    const UniqueFd two = connect();
    EXPECT_FALSE(is_served(two));
    EXPECT_FALSE(server_->is_serving(Deadline::after(10)));
  }
  EXPECT_TRUE(server_->is_serving(soon()));
}

/// Lets a caller in under a limit of descriptors so low that the server can't poll(2) for the next.
void connect_and_keep_from_polling(const UniqueFd& caller, const std::string& path) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(connect_at(caller, path));
}

TEST_F(SocketServerTest, OutlivesAShortTimeInWhichItCanNotWait) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  start({.total = 4, .per_outsider = 4});
  const UniqueFd caller(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  connect_and_keep_from_polling(caller, directory_.socket());
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(is_served(caller));
  EXPECT_TRUE(is_served(connect()));
}

TEST_F(SocketServerTest, EndsTheProcessWhereItStaysDeaf) {
  EXPECT_EXIT(
      {
        start({.total = 4, .per_outsider = 4});
        const UniqueFd caller(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
        connect_and_keep_from_polling(caller, directory_.socket());
        std::this_thread::sleep_for(std::chrono::seconds(60));
      },
      ::testing::ExitedWithCode(EXIT_FAILURE), "usherd ends");
}

TEST_F(SocketServerTest, MayBeDestroyedUnstarted) {
  server_.emplace(
      listen_or_throw(directory_.socket()), SocketLimits{}, host_,
      [](UniqueFd, const ucred&, uid_t) {}, [](const ucred&, const char*) {});
}

}  // namespace
}  // namespace usher::testing
