// SPDX-License-Identifier: Apache-2.0
#include "keeper/connection.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "keeper/question.h"
#include "usher/packet_socket.h"

namespace usher {
namespace {

constexpr std::int64_t kQuestionMilliseconds = 5'000;
constexpr std::int64_t kReplyMilliseconds = 2'000;

}  // namespace

void serve_question(UniqueFd connection, const ucred& peer, const ConnectionPorts& ports) {
  if (!ports.askers.may_ask(peer.uid)) {
    ports.log.note(fmt::format("user id {} (process {}) may not ask: hung up", peer.uid, peer.pid));
    return;
  }
  PacketSocket asker(std::move(connection));
  const auto packet =
      asker.receive(Deadline::after(kQuestionMilliseconds), ports.stop.descriptor());
  if (!packet) {
    if (packet.error() == ChannelError::malformed) ports.log.note("an over-long packet: hung up");
    return;
  }
  const auto question = question_in(*packet);
  if (!question) {
    ports.log.note("a packet that is no question: hung up");
    return;
  }
  std::visit(
      [&](const auto& asked) {
        const auto reply = ports.verifier.answer(asked);
        // An asker who is gone has lost the answer, not we the question.
        static_cast<void>(asker.send(reply, Deadline::after(kReplyMilliseconds)));
      },
      *question);
}

}  // namespace usher
