// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/control/credential_json.h"
#include "daemon/control/methods.h"
#include "daemon/control/session_json.h"
#include "usher/message.h"

namespace usher {
namespace {

constexpr std::int64_t kMostHistory = 10'000;

std::unexpected<VarlinkError> not_yours() {
  return permission_denied("only root may see or end other people's sessions");
}

/// The member, where it is there and not null.
std::expected<std::optional<std::string>, VarlinkError> text_if_given(const Json& parameters,
                                                                      const char* name) {
  const auto given = parameters.find(name);
  if (given == parameters.end() || given->is_null()) return std::nullopt;
  auto text = text_parameter(parameters, name, kMaxName);
  if (!text) return std::unexpected(std::move(text.error()));
  return std::move(*text);
}

/// Each session with what it holds, read once for all.
VarlinkReply listed(const std::vector<Session>& sessions, ControlPorts& ports) {
  const auto held = ports.store.proofs();
  if (!held) return method_failed(held.error().message);
  std::map<std::string_view, std::vector<EarnedProof>> proofs;
  for (const HeldProof& each : *held) proofs[each.session].push_back(each.proof);
  Json list = Json::array();
  for (const Session& session : sessions)
    list.push_back(described(session, proofs[session.id], ports));
  return Json{{"sessions", std::move(list)}};
}

/// The name of an account, for the record; a number where there is none.
std::string name_of_uid(uid_t uid, Host& host) {
  const auto found = host.find_user(uid);
  return found && *found ? (*found)->name : fmt::format("uid {}", uid);
}

}  // namespace

VarlinkReply sessions_method(const Json&, const ControlPeer& peer, ControlPorts& ports) {
  if (!ports.sessions.works())
    return method_failed("the register of sessions does not work; usherd's own log says why");
  std::vector<Session> open = ports.sessions.open_sessions();
  std::erase_if(open, [&](const Session& session) { return !may_see(session, peer); });
  return listed(open, ports);
}

VarlinkReply get_session_method(const Json& parameters, const ControlPeer& peer,
                                ControlPorts& ports) {
  const auto session = session_named(parameters, "id", peer, ports.store);
  if (!session) return std::unexpected(session.error());
  const auto proofs = ports.store.proofs_of(session->id);
  if (!proofs) return method_failed(proofs.error().message);
  return Json{{"session", described(*session, *proofs, ports)}};
}

VarlinkReply history_method(const Json& parameters, const ControlPeer& peer, ControlPorts& ports) {
  auto user = text_if_given(parameters, "user");
  if (!user) return std::unexpected(std::move(user.error()));
  const auto since = parameters.find("since");
  if (since == parameters.end() || !since->is_number_integer()) return invalid_parameter("since");
  const auto count = parameters.find("count");
  if (count == parameters.end() || !count->is_number_integer() || *count < 1 ||
      *count > kMostHistory)
    return invalid_parameter("count");
  SessionQuery query{.user = user->value_or(std::string()),
                     .since = since->get<std::int64_t>(),
                     .count = count->get<std::size_t>()};
  if (!peer.trusted) {
    const auto self = ports.host.find_user(peer.uid);
    if (!self) return method_failed("your account could not be looked up");
    if (!*self || (*user && (*self)->name != query.user)) return not_yours();
    query.user = (*self)->name;
  } else if (*user) {
    // Who is gone has a past all the same, under the name they had.
    const auto person = ports.host.find_user(std::string_view(query.user));
    if (person && *person) query.user = (*person)->name;
  }
  auto found = ports.store.sessions(query);
  if (!found) return method_failed(found.error().message);
  std::erase_if(*found, [&](const Session& session) { return !may_see(session, peer); });
  return listed(*found, ports);
}

VarlinkReply end_sessions_method(const Json& parameters, const ControlPeer& peer,
                                 ControlPorts& ports) {
  const auto id = text_if_given(parameters, "id");
  if (!id) return std::unexpected(id.error());
  const auto user = text_if_given(parameters, "user");
  if (!user) return std::unexpected(user.error());
  if (id->has_value() == user->has_value()) return invalid_parameter(*id ? "user" : "id");
  std::string whose;
  std::string which;
  const std::string caller = name_of_uid(peer.uid, ports.host);
  if (*id) {
    const auto session = session_named(parameters, "id", peer, ports.store);
    if (!session) return std::unexpected(session.error());
    which = session->id;
  } else if (!peer.trusted) {
    // No name of theirs is looked up: that could keep threads busy which logins need.
    if (**user != caller) return not_yours();
    whose = caller;
  } else {
    const auto person = ports.host.find_user(std::string_view(**user));
    whose = person && *person ? (*person)->name : **user;
  }
  const auto ended = ports.sessions.revoke(
      [&](const Session& session) {
        if (!may_see(session, peer)) return false;
        // Whom somebody became is still them.
        return which.empty() ? session.user == whose || session.ruser == whose
                             : session.id == which;
      },
      caller);
  if (!ended) return method_failed(ended.error().message);
  if (ended->empty() && *id) return no_session(fmt::format("session {} is over already", which));
  std::vector<Session> seen = *ended;
  std::erase_if(seen, [&](const Session& session) { return !may_see(session, peer); });
  return listed(seen, ports);
}

VarlinkReply who_am_i_method(const Json&, const ControlPeer& peer, ControlPorts& ports) {
  const std::string user = name_of_uid(peer.uid, ports.host);
  auto factors = factors_of(user, ports);
  if (!factors) return method_failed(factors.error().message);
  Json reply{
      {"user", user}, {"uid", peer.uid}, {"factors", std::move(*factors)}, {"session", nullptr}};
  const auto id = ports.sessions.standing_of(peer.process);
  if (!id) return reply;
  const auto found = ports.store.sessions_named(*id);
  if (!found) return method_failed(found.error().message);
  if (found->empty() || !may_see(found->front(), peer)) return reply;
  const auto proofs = ports.store.proofs_of(*id);
  if (!proofs) return method_failed(proofs.error().message);
  reply["session"] = described(found->front(), *proofs, ports);
  return reply;
}

}  // namespace usher
