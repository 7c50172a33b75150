// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "usher/codec.h"
#include "usher/deadline.h"
#include "usher/dialogue_state.h"
#include "usher/packet_socket.h"
#include "usher/unique_fd.h"

namespace usher {

/// One end of a dialogue: a PacketSocket and the state table that every packet in either direction
/// has to pass. Move-only. One thread at a time. Never raises SIGPIPE, never blocks past a
/// deadline.
class Channel {
 public:
  /// `side` is the end held here. `socket` is a connected AF_UNIX SOCK_SEQPACKET socket.
  Channel(UniqueFd socket, Side side) noexcept
      : packets_(static_cast<UniqueFd&&>(socket)), side_(side) {}

  /// See PacketSocket.
  static std::expected<UniqueFd, ChannelError> connect(std::string_view path,
                                                       Deadline deadline) noexcept {
    return PacketSocket::connect(path, deadline);
  }
  [[nodiscard]] std::expected<ucred, ChannelError> peer() const noexcept { return packets_.peer(); }

  /// `message` must not hold views into a packet received on this channel: the buffer is reused.
  template <typename Message>
  [[nodiscard]] std::expected<void, ChannelError> send(const Message& message,
                                                       Deadline deadline) noexcept {
    if (!packets_.valid()) return std::unexpected(ChannelError::no_resources);
    if (!tracker_.advance(side_, Message::kType)) return std::unexpected(ChannelError::malformed);
    return packets_.send(message, deadline, version_);
  }

  /// The next packet, checked against the state table; views decoded from it hold until the next
  /// call on this channel. `wake` >= 0: a descriptor whose readability ends the wait.
  [[nodiscard]] std::expected<std::span<const std::uint8_t>, ChannelError> receive(
      Deadline deadline, int wake = -1) noexcept {
    const auto packet = packets_.receive(deadline, wake);
    if (!packet) return packet;
    const auto type = type_of(*packet);
    const Side other = side_ == Side::module ? Side::daemon : Side::module;
    if (!type || !tracker_.advance(other, *type)) return std::unexpected(ChannelError::malformed);
    return packet;
  }

  /// Reads what receive() returned.
  template <typename Message>
  [[nodiscard]] std::expected<Message, DecodeError> read(
      std::span<const std::uint8_t> packet) const noexcept {
    return decode<Message>(packet, version_);
  }

  /// From here on, messages have the fields of `version`. Hello has the same in each.
  void speak(std::uint16_t version) noexcept { version_ = version; }

  [[nodiscard]] DialogueState state() const noexcept { return tracker_.state(); }
  [[nodiscard]] int descriptor() const noexcept { return packets_.descriptor(); }
  /// Overwrites the last packet; for after an Answer has been taken out of it.
  void wipe() noexcept { packets_.wipe(); }

 private:
  PacketSocket packets_;
  Side side_;
  DialogueTracker tracker_;
  std::uint16_t version_ = kNewestVersion;
};

}  // namespace usher
