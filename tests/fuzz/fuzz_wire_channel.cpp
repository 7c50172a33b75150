// SPDX-License-Identifier: Apache-2.0
// Any sequence of packets from a peer, towards either end of a channel, which says in turn what it
// may: the channel follows the table of states, lets nothing through that the table does not allow,
// and stays closed once it closed.
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/packets.h"
#include "usher/channel.h"

namespace {

using namespace usher;

void require(bool condition) {
  if (!condition) std::abort();
}

Deadline now() { return Deadline::after(0); }

/// Says what moves the dialogue on where it is this side's turn; nothing elsewhere.
void take_turn(Channel& channel, Side side) {
  const bool module = side == Side::module;
  const DialogueState state = channel.state();
  if (module && state == DialogueState::connected)
    require(channel.send(Hello{}, now()).has_value());
  else if (module && state == DialogueState::ready)
    require(channel.send(Begin{.phase = Phase::authenticate}, now()).has_value());
  else if (module && state == DialogueState::asking)
    require(channel.send(Answer{.secret = "x"}, now()).has_value());
  else if (!module && state == DialogueState::greeted)
    require(channel.send(Hello{}, now()).has_value());
  else if (!module && state == DialogueState::deciding)
    // Refused once everything has been asked.
    static_cast<void>(channel.send(Prompt{.style = PromptStyle::hidden, .text = "?"}, now()));
}

/// Whether the table lets `sender` say `type` in `state`.
bool in_table(DialogueState state, Side sender, MessageType type) {
  for (const Transition& row : kTransitions)
    if (row.from == state && row.sender == sender && row.message == type) return true;
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const Side side = (data[0] & 1) != 0 ? Side::module : Side::daemon;
  const Side peer = side == Side::module ? Side::daemon : Side::module;
  std::array<int, 2> pair{};
  require(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) == 0);
  const UniqueFd far(pair[1]);
  Channel channel(UniqueFd(pair[0]), side);

  fuzzing::Packets packets({data + 1, size - 1});
  take_turn(channel, side);
  while (const auto sent = packets.next()) {
    if (::send(far.get(), sent->data(), sent->size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) break;
    const DialogueState before = channel.state();
    const auto received = channel.receive(now());
    if (received) {
      require(received->size() == sent->size() && sent->size() <= kMaxPacket);
      require(std::memcmp(received->data(), sent->data(), sent->size()) == 0);
      const auto type = type_of(*received);
      require(type.has_value() && in_table(before, peer, *type));
    } else {
      require(received.error() == ChannelError::malformed ||
              received.error() == ChannelError::hung_up);
      if (received.error() == ChannelError::hung_up) break;  // an empty packet
      if (sent->size() <= kMaxPacket && type_of(*sent))
        require(channel.state() == DialogueState::closed);
    }
    require(before != DialogueState::closed || !received);
    take_turn(channel, side);
  }
  return 0;
}
