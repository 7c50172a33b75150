// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/listen_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/server/server_fixture.h"

namespace usher::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

ListenSocket::Wish wish(const std::string& path, mode_t mode = 0600) {
  return {.path = path, .type = SOCK_SEQPACKET, .mode = mode, .backlog = 4};
}

mode_t mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

/// What a usherd that was killed leaves behind: a bound path that nobody listens at.
void leave_stale_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
}

TEST(ListenSocket, HasExactlyTheModeAskedForWhateverTheUmask) {
  const SocketDirectory directory;
  for (const mode_t mask : {mode_t{0}, mode_t{0077}, mode_t{0777}}) {
    const mode_t before = ::umask(mask);
    const auto for_root = ListenSocket::listen_at(wish(directory.socket(), 0600));
    const auto for_all = ListenSocket::listen_at(wish(directory.socket() + "2", 0666));
    ::umask(before);
    ASSERT_TRUE(for_root && for_all);
    EXPECT_EQ(mode_of(directory.socket()), 0600U);
    EXPECT_EQ(mode_of(directory.socket() + "2"), 0666U);
  }
}

TEST(ListenSocket, TakesConnectionsAndLeavesNoPathBehind) {
  const SocketDirectory directory;
  {
    const auto socket = ListenSocket::listen_at(wish(directory.socket()));
    ASSERT_TRUE(socket);
    EXPECT_TRUE(connect_to(directory.socket()).valid());
  }
  EXPECT_FALSE(fs::exists(directory.socket()));
}

TEST(ListenSocket, ReplacesOneThatNobodyListensAt) {
  const SocketDirectory directory;
  leave_stale_socket(directory.socket());
  const auto socket = ListenSocket::listen_at(wish(directory.socket()));
  ASSERT_TRUE(socket);
  EXPECT_TRUE(connect_to(directory.socket()).valid());
}

TEST(ListenSocket, LeavesALivingServerAlone) {
  const SocketDirectory directory;
  const auto living = ListenSocket::listen_at(wish(directory.socket()));
  const auto second = ListenSocket::listen_at(wish(directory.socket()));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("already serves"));
  EXPECT_TRUE(connect_to(directory.socket()).valid());
}

TEST(ListenSocket, LeavesALivingServerWithAFullQueueAlone) {
  const SocketDirectory directory;
  auto full = wish(directory.socket());
  full.backlog = 0;
  const auto living = ListenSocket::listen_at(full);
  const UniqueFd waiting = connect_to(directory.socket());
  EXPECT_FALSE(ListenSocket::listen_at(wish(directory.socket())));
}

TEST(ListenSocket, LeavesAFileThatIsNoSocketAlone) {
  const SocketDirectory directory;
  std::ofstream(directory.socket()) << "precious";
  const auto refused = ListenSocket::listen_at(wish(directory.socket()));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("no socket"));
  EXPECT_TRUE(fs::exists(directory.socket()));
}

TEST(ListenSocket, LeavesASymbolicLinkAlone) {
  const SocketDirectory directory;
  leave_stale_socket(directory.socket() + ".target");
  fs::create_symlink(directory.socket() + ".target", directory.socket());
  EXPECT_FALSE(ListenSocket::listen_at(wish(directory.socket())));
}

TEST(ListenSocket, RefusesADirectoryThatOthersMayWrite) {
  const SocketDirectory directory;
  fs::permissions(directory.path(), fs::perms::all);
  const auto refused = ListenSocket::listen_at(wish(directory.socket()));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("others may write"));
}

TEST(ListenSocket, RefusesPathsThatCanBeNoSocket) {
  EXPECT_FALSE(ListenSocket::listen_at(wish("relative.sock")));
  EXPECT_FALSE(ListenSocket::listen_at(wish("")));
  EXPECT_FALSE(ListenSocket::listen_at(wish("/" + std::string(200, 'x'))));
  EXPECT_FALSE(ListenSocket::listen_at(wish("/nonexistent/test.sock")));
}

TEST(ListenSocket, LeavesThePathToWhoeverTookItMeanwhile) {
  const SocketDirectory directory;
  {
    const auto first = ListenSocket::listen_at(wish(directory.socket()));
    ASSERT_TRUE(first);
    fs::remove(directory.socket());
    leave_stale_socket(directory.socket());
  }
  EXPECT_TRUE(fs::exists(directory.socket()));
}

TEST(ListenSocket, StillHasItsQueueAfterRefusingMore) {
  const SocketDirectory directory;
  ListenSocket socket = listen_or_throw(directory.socket());
  const UniqueFd early = connect_to(directory.socket());
  ASSERT_TRUE(socket.refuse_more());
  EXPECT_FALSE(connect_to(directory.socket()).valid());
  EXPECT_TRUE(UniqueFd(::accept(socket.descriptor(), nullptr, nullptr)).valid());
  EXPECT_FALSE(UniqueFd(::accept(socket.descriptor(), nullptr, nullptr)).valid());
}

TEST(ListenSocket, FromSystemdKeepsItsQueueForTheNextUsherd) {
  const SocketDirectory directory;
  ListenSocket systemds = listen_or_throw(directory.socket());
  ListenSocket ours = ListenSocket::adopt(UniqueFd(::dup(systemds.descriptor())));
  EXPECT_FALSE(ours.refuse_more());
  ours.close();
  EXPECT_TRUE(connect_to(directory.socket()).valid());
}

}  // namespace
}  // namespace usher::testing
