// SPDX-License-Identifier: Apache-2.0
// Each system call of a login fails once, one login after the other.
#include <gtest/gtest.h>
#include <security/pam_appl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

#include "tests/module/faulty_libc.h"
#include "tests/module/pam_stack.h"
#include "usher/codec.h"
#include "usher/unique_fd.h"

namespace usher::testing {
namespace {

/// Asks everybody for a password and lets everybody in; a client that leaves is no matter.
class EasyDaemon {
 public:
  EasyDaemon() {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    path_ = std::string(folder_.data()) + "/sock";
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    thread_ = std::thread([this] {
      for (;;) {
        const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client.valid()) return;
        serve(client.get());
      }
    });
  }
  EasyDaemon(const EasyDaemon&) = delete;
  EasyDaemon& operator=(const EasyDaemon&) = delete;
  ~EasyDaemon() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    std::filesystem::remove_all(folder_.data());
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int welcomed() const { return welcomed_; }

 private:
  void serve(int client) {
    std::array<std::uint8_t, kMaxPacket> packet{};
    for (;;) {
      const ssize_t size = ::recv(client, packet.data(), packet.size(), 0);
      if (size <= 0) return;
      switch (static_cast<MessageType>(packet[0])) {
        case MessageType::hello:
          say(client, Hello{.oldest = kNewestVersion, .newest = kNewestVersion});
          break;
        case MessageType::begin:
          say(client, Prompt{.style = PromptStyle::hidden,
                             .purpose = PromptPurpose::password,
                             .text = "Password: "});
          break;
        case MessageType::answer:
          ++welcomed_;
          say(client,
              Verdict{.seal = Seal::success, .pam_code = PAM_SUCCESS, .password_length = 5});
          break;
        default:
          return;
      }
    }
  }
  template <typename Message>
  static void say(int client, const Message& message) {
    std::array<std::uint8_t, kMaxPacket> packet{};
    ::send(client, packet.data(), encode(message, packet), MSG_NOSIGNAL);
  }

  std::array<char, 32> folder_{"/tmp/usher-easy-XXXXXX"};
  std::string path_;
  UniqueFd listener_{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
  std::thread thread_;
  std::atomic<int> welcomed_ = 0;
};

struct Attempt {
  int code;
  bool welcomed;
  const char* failed;
};

/// One login whose `nth` system call fails with `error`.
Attempt attempt(const EasyDaemon& daemon, int nth, int error) {
  Person person;
  person.types("horse");
  const PamStack stack({usher_line(daemon.path())}, person.conversation());
  const int welcomed_before = daemon.welcomed();
  fail_call(nth, error);
  const int code = ::pam_authenticate(stack.handle(), 0);
  const char* const failed = failed_call();
  fail_call(0, 0);
  return {code, daemon.welcomed() > welcomed_before, failed};
}

constexpr int kMostCalls = 200;

TEST(LibcFaults, ALoginThatFailsSomewhereIsDenied) {
  const EasyDaemon daemon;
  int nth = 1;
  for (; nth < kMostCalls; ++nth) {
    const Attempt made = attempt(daemon, nth, EIO);
    if (made.failed == nullptr) {
      EXPECT_EQ(made.code, PAM_SUCCESS) << "nothing failed";
      break;
    }
    // Some pages are only a spare: there, success is right if it was the daemon's.
    if (std::string_view(made.failed) == "mmap") {
      EXPECT_TRUE(made.code != PAM_SUCCESS || made.welcomed) << nth;
    } else {
      EXPECT_NE(made.code, PAM_SUCCESS) << nth << ' ' << made.failed;
    }
  }
  EXPECT_GT(nth, 10) << "hardly a call was seen to fail";
  EXPECT_LT(nth, kMostCalls);
}

TEST(LibcFaults, OutOfMemoryIsNeverAnAbsentDaemon) {
  const EasyDaemon daemon;
  for (int nth = 1; nth < kMostCalls; ++nth) {
    const Attempt made = attempt(daemon, nth, ENOMEM);
    if (made.failed == nullptr) break;
    const std::string_view call = made.failed;
    if (call == "mmap" || call == "socket" || call == "connect" || call == "poll") {
      EXPECT_NE(made.code, PAM_AUTHINFO_UNAVAIL) << nth << ' ' << made.failed;
    }
  }
}

// The flag itself: not every kernel raises SIGPIPE for this kind of socket.
TEST(LibcFaults, EverySendForbidsSigpipeAndEverySocketClosesOnExec) {
  const EasyDaemon daemon;
  EXPECT_EQ(attempt(daemon, 0, 0).code, PAM_SUCCESS);
  EXPECT_FALSE(was_careless());
}

TEST(LibcFaults, AnInterruptedCallIsRepeated) {
  const EasyDaemon daemon;
  for (int nth = 1; nth < kMostCalls; ++nth) {
    const Attempt made = attempt(daemon, nth, EINTR);
    if (made.failed == nullptr) break;
    const std::string_view call = made.failed;
    if (call == "connect" || call == "send" || call == "recv" || call == "poll") {
      EXPECT_EQ(made.code, PAM_SUCCESS) << nth << ' ' << made.failed;
    }
  }
}

}  // namespace
}  // namespace usher::testing
