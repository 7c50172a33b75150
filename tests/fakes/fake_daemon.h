// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <security/pam_appl.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "usher/codec.h"
#include "usher/unique_fd.h"

namespace usher::testing {

/// The other end of a dialogue, played from a script by a thread of its own: each step expects
/// something of the client or says something to it, well-formed or not. A step that fails, or is
/// never reached by the time of destruction, fails the test. Make it before the client runs and let
/// it go after; the script must not touch what the test changes meanwhile.
class FakeDaemon {
 public:
  using Bytes = std::vector<std::uint8_t>;
  /// Does its part and says whether to go on; has reported a failure itself.
  using Step = std::function<bool(FakeDaemon&)>;

  /// Listens at once. `listen_as`: the uid that SO_PEERCRED names; another than the own needs root.
  explicit FakeDaemon(std::vector<Step> script, uid_t listen_as = ::geteuid());
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;
  ~FakeDaemon();

  /// Where it listens: a socket in a scratch folder, gone with this object.
  [[nodiscard]] const std::string& path() const { return path_; }

  // For steps.
  bool accept();
  bool send(std::span<const std::uint8_t> packet);
  /// One packet; empty where the client hung up.
  std::expected<Bytes, std::string> receive();
  void hang_up() { connection_.reset(); }
  void stop_listening();

 private:
  void listen_as(uid_t uid);
  void play(const std::vector<Step>& script);
  /// Whether `descriptor` became readable before the test was over.
  [[nodiscard]] bool wait_for(int descriptor) const;

  std::array<char, 32> folder_{"/tmp/usher-daemon-XXXXXX"};
  std::string path_;
  UniqueFd listener_;
  UniqueFd connection_;
  UniqueFd over_reader_;  // readable once the test is over
  UniqueFd over_writer_;
  std::thread thread_;
};

/// What most logins end with.
inline constexpr Verdict kSuccess{.seal = Seal::success, .pam_code = PAM_SUCCESS};

// The steps.

/// Takes the next connection; an older one stays no longer.
[[nodiscard]] FakeDaemon::Step accepts();
/// Accepts, hears Hello and answers with version 1.
[[nodiscard]] FakeDaemon::Step greets();
[[nodiscard]] FakeDaemon::Step says_bytes(FakeDaemon::Bytes packet);
[[nodiscard]] FakeDaemon::Step hangs_up();
/// Closes the listening socket and removes its path.
[[nodiscard]] FakeDaemon::Step stops_listening();
/// Says nothing until the client has gone.
[[nodiscard]] FakeDaemon::Step waits_for_hang_up();
[[nodiscard]] FakeDaemon::Step hears_answer(std::string expected);

/// The packet of `message`, for saying it or for damaging it first.
template <typename Message>
[[nodiscard]] FakeDaemon::Bytes packet_of(const Message& message) {
  FakeDaemon::Bytes packet(kMaxPacket);
  packet.resize(encode(message, packet));
  EXPECT_FALSE(packet.empty()) << "the test's own message does not encode";
  return packet;
}

template <typename Message>
[[nodiscard]] FakeDaemon::Step says(const Message& message) {
  return says_bytes(packet_of(message));
}

/// Hears a `Message`, and shows it to `look`, whose expectations judge it.
template <typename Message>
[[nodiscard]] FakeDaemon::Step hears(std::function<void(const Message&)> look = {}) {
  return [look = std::move(look)](FakeDaemon& daemon) {
    const auto packet = daemon.receive();
    if (!packet) {
      ADD_FAILURE() << packet.error();
      return false;
    }
    // Of whichever version was picked.
    auto message = decode<Message>(*packet);
    for (std::uint16_t version = kNewestVersion; !message && version > kOldestVersion;)
      message = decode<Message>(*packet, --version);
    if (!message) {
      ADD_FAILURE() << "expected message type " << static_cast<int>(Message::kType) << ", heard "
                    << (packet->empty() ? "a hang-up" : "something else");
      return false;
    }
    if (look) look(*message);
    return true;
  };
}

/// Accepts, greets and hears what is wanted.
[[nodiscard]] FakeDaemon::Step begins(std::function<void(const Begin&)> look = {});

}  // namespace usher::testing
