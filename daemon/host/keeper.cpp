// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/keeper.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "usher/packet_socket.h"

namespace usher {
namespace {

std::string_view words_for(ChannelError error) {
  switch (error) {
    case ChannelError::unreachable:
      return "nobody listens there; is usher-keeper.socket started?";
    case ChannelError::hung_up:
      return "it hung up, as it does on a uid that may not ask: [keeper] user says who may";
    case ChannelError::timed_out:
      return "it did not answer in time";
    case ChannelError::malformed:
      return "a message did not fit the protocol";
    case ChannelError::woken:
    case ChannelError::no_resources:
      break;
  }
  return "no descriptor or no memory";
}

std::unexpected<Error> failed(const std::string& socket, ChannelError error) {
  return failure(fmt::format("asking usher-keeper at {} failed: {}", socket, words_for(error)));
}

/// One question, one answer. The password must reach nobody but the keeper: who listens is asked
/// first.
template <typename Reply = KeeperReply, typename Question>
Result<Reply> ask(const std::string& socket, const Question& question, Deadline deadline) {
  const Deadline by = deadline.or_earlier(Deadline::after(kKeeperPatience));
  auto connected = PacketSocket::connect(socket, by);
  if (!connected) return failed(socket, connected.error());
  PacketSocket keeper(std::move(*connected));
  const auto peer = keeper.peer();
  if (!peer) return failed(socket, peer.error());
  if (peer->uid != 0 && peer->uid != ::geteuid())
    return failure(fmt::format("{} belongs to user id {}, which is not usher-keeper: nothing said",
                               socket, peer->uid));
  if (const auto sent = keeper.send(question, by); !sent) return failed(socket, sent.error());
  const auto packet = keeper.receive(by);
  if (!packet) return failed(socket, packet.error());
  const auto reply = decode<Reply>(*packet);
  if (!reply) return failed(socket, ChannelError::malformed);
  return *reply;
}

std::unexpected<Error> keeper_failed() {
  return failure("usher-keeper could not find out; its own log says why");
}

std::unexpected<Error> contradicts_itself() {
  return failure("usher-keeper's answer contradicts itself");
}

}  // namespace

Result<KeeperVerdict> verdict_of(const KeeperReply& reply) {
  KeeperVerdict verdict;
  if (reply.is_right()) {
    verdict.outcome = KeeperVerdict::Outcome::right;
    verdict.state = reply.state;
    return verdict;
  }
  if (reply.seal != KeeperSeal::not_right) return contradicts_itself();
  switch (reply.outcome) {
    case KeeperOutcome::wrong:
      return verdict;
    case KeeperOutcome::throttled:
      verdict.outcome = KeeperVerdict::Outcome::throttled;
      return verdict;
    case KeeperOutcome::failed:
      return keeper_failed();
    case KeeperOutcome::right:
    case KeeperOutcome::state_only:
      break;
  }
  return contradicts_itself();
}

Result<AccountState> state_of(const KeeperReply& reply) {
  if (reply.seal != KeeperSeal::not_right) return contradicts_itself();
  if (reply.outcome == KeeperOutcome::failed) return keeper_failed();
  if (reply.outcome != KeeperOutcome::state_only) return contradicts_itself();
  return reply.state;
}

Result<PasswordStanding> standing_of(const KeeperStandingReply& reply) {
  if (reply.outcome == KeeperOutcome::failed) return keeper_failed();
  if (reply.outcome != KeeperOutcome::state_only) return contradicts_itself();
  PasswordStanding standing{.state = reply.state, .mark = std::nullopt};
  if (reply.mark_first == 0 && reply.mark_second == 0) return standing;
  PasswordMark mark{};
  std::memcpy(mark.data(), &reply.mark_first, sizeof reply.mark_first);
  std::memcpy(mark.data() + sizeof reply.mark_first, &reply.mark_second, sizeof reply.mark_second);
  standing.mark = mark;
  return standing;
}

Result<KeeperVerdict> NoKeeper::verify(std::string_view /*user*/, const Secret& /*password*/,
                                       Deadline /*deadline*/) {
  return failure("there is no keeper: [keeper] socket is \"\"");
}

Result<AccountState> NoKeeper::account_state(std::string_view /*user*/, Deadline /*deadline*/) {
  return AccountState::unknown;
}

Result<PasswordStanding> NoKeeper::standing(std::string_view /*user*/, Deadline /*deadline*/) {
  return PasswordStanding{};
}

Result<KeeperVerdict> KeeperClient::verify(std::string_view user, const Secret& password,
                                           Deadline deadline) {
  if (!password.valid()) return failure("no memory for a password");
  const auto reply =
      ask(socket_, KeeperVerify{.user = user, .password = password.expose()}, deadline);
  if (!reply) return std::unexpected(reply.error());
  return verdict_of(*reply);
}

Result<AccountState> KeeperClient::account_state(std::string_view user, Deadline deadline) {
  const auto reply = ask(socket_, KeeperState{.user = user}, deadline);
  if (!reply) return std::unexpected(reply.error());
  return state_of(*reply);
}

Result<PasswordStanding> KeeperClient::standing(std::string_view user, Deadline deadline) {
  const auto reply = ask<KeeperStandingReply>(socket_, KeeperStanding{.user = user}, deadline);
  if (!reply) return std::unexpected(reply.error());
  return standing_of(*reply);
}

}  // namespace usher
