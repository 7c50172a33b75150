// SPDX-License-Identifier: Apache-2.0
#include "daemon/control/session_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/audit/event_json.h"

namespace usher {
namespace {

std::string_view name_of(SessionEnd end) { return row_of(end).name; }

constexpr std::size_t kFewestSessionDigits = 4;

bool is_session_id(std::string_view text) {
  return text.size() >= kFewestSessionDigits && text.size() <= kSessionIdSize &&
         std::ranges::all_of(
             text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::unexpected<VarlinkError> no_session(std::string_view reason) {
  return std::unexpected(
      VarlinkError{.name = "org.usher.control.NoSession", .parameters = {{"reason", reason}}});
}

bool may_see(const Session& session, const ControlPeer& peer) {
  return peer.trusted || session.uid == peer.uid;
}

std::expected<Session, VarlinkError> session_named(const Json& parameters, const char* name,
                                                   const ControlPeer& peer, Store& store) {
  const auto id = text_parameter(parameters, name, kSessionIdSize);
  if (!id) return std::unexpected(id.error());
  if (!is_session_id(*id)) return invalid_parameter(name);
  auto found = store.sessions_named(*id);
  if (!found) return method_failed(found.error().message);
  if (found->size() > 1 && peer.trusted)
    return no_session(fmt::format("more than one session begins with {}", *id));
  if (found->size() != 1 || !may_see(found->front(), peer))
    return no_session(
        "there is no such session: `usherctl sessions` and `usherctl history` name them");
  return std::move(found->front());
}

std::int64_t reusable_until(const EarnedProof& proof, std::span<const Rule> rules,
                            const Clock& clock) {
  const std::int64_t boot = clock.boot_microseconds();
  const std::int64_t age = age_of(proof, boot);
  std::int64_t longest = -1;
  for (const Rule& rule : rules) {
    if (rule.observe) continue;
    const auto window = std::ranges::find(rule.reuse, proof.factor, &ReuseWindow::factor);
    if (window != rule.reuse.end() && std::int64_t{window->seconds} >= age)
      longest = std::max(longest, std::int64_t{window->seconds});
  }
  if (longest < 0) return 0;
  // Counted from the moment it was proven: rounding what is left would give another second now and
  // then.
  const std::int64_t proven = clock.wall_microseconds() - (boot - proof.boot_at);
  return proven / kMicrosecondsPerSecond + longest;
}

Json described(const EarnedProof& proof, std::int64_t until) {
  return {{"factor", usher::name_of(proof.factor)},
          {"by", usher::name_of(proof.by)},
          {"user", proof.user},
          {"uid", proof.for_uid},
          {"proven", proof.wall_at},
          {"until", until}};
}

Json described(const Session& session, std::span<const EarnedProof> proofs, ControlPorts& ports) {
  const auto rules = ports.rules.get();
  Json held = Json::array();
  for (const EarnedProof& proof : proofs)
    held.push_back(described(
        proof, proof.by == ProvenBy::stack ? 0 : reusable_until(proof, rules->rules, ports.clock)));
  const SessionHints& hints = session.hints;
  return {{"id", session.id},
          {"parent", session.parent},
          {"user", session.user},
          {"uid", session.uid},
          {"service", session.service},
          {"from", session.rhost},
          {"tty", session.tty},
          {"ruser", session.ruser},
          {"opened", session.opened},
          {"ended", session.ending ? session.ending->at : 0},
          {"how", session.ending ? name_of(session.ending->how) : ""},
          {"ended_by", session.ending ? session.ending->by : ""},
          {"observed", session.observed},
          {"rule", session.rule},
          {"at", session.rule_at},
          {"factors", session.factors},
          {"leader", session.anchor.pid},
          {"leader_runs", !session.anchor_gone},
          {"login_uid", hints.login_uid ? std::int64_t{*hints.login_uid} : -1},
          {"audit_session", hints.audit_session ? std::int64_t{*hints.audit_session} : -1},
          {"kernel_session", hints.kernel_session > 0 ? std::int64_t{hints.kernel_session} : -1},
          {"proofs", std::move(held)}};
}

}  // namespace usher
