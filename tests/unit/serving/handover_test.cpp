// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/handover.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

namespace usher {
namespace {

/// Plays systemd: a notification socket, and what came to it.
class Notified {
 public:
  Notified() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "usher-handover-test-" + std::to_string(::getpid());
    std::memcpy(&address.sun_path[1], name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  ~Notified() { ::unsetenv("NOTIFY_SOCKET"); }
  Notified(const Notified&) = delete;
  Notified& operator=(const Notified&) = delete;

  /// The next message, with the descriptor that came along.
  std::string receive(UniqueFd& descriptor) const {
    std::array<char, 512> text{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int)) + 64> control{};
    iovec part{.iov_base = text.data(), .iov_len = text.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
         each = CMSG_NXTHDR(&message, each))
      if (each->cmsg_type == SCM_RIGHTS) {
        int received = -1;
        std::memcpy(&received, CMSG_DATA(each), sizeof received);
        descriptor.reset(received);
      }
    return {text.data(), static_cast<std::size_t>(size)};
  }

 private:
  UniqueFd socket_;
};

TEST(Handover, WhatIsLeftIsReadByTheNext) {
  const Notified systemd;
  leave_for_next("transactions", "some bytes");
  UniqueFd left;
  EXPECT_EQ(systemd.receive(left), "FDSTORE=1\nFDNAME=transactions");
  const auto bytes = read_left(left);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  EXPECT_EQ(*bytes, "some bytes");
  EXPECT_LT(::write(left.get(), "x", 1), 0) << "nobody can change it any more";
  forget_left("transactions");
  EXPECT_EQ(systemd.receive(left), "FDSTOREREMOVE=1\nFDNAME=transactions");
}

TEST(Handover, WhatSomebodyCouldStillWriteToIsRefused) {
  const UniqueFd open(::memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_TRUE(open.valid());
  EXPECT_FALSE(read_left(open).has_value());
  const UniqueFd file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(read_left(file).has_value());
}

}  // namespace
}  // namespace usher
