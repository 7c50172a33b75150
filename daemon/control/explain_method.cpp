// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/control/enrolled.h"
#include "daemon/control/explanation_json.h"
#include "daemon/control/methods.h"
#include "daemon/control/session_json.h"
#include "daemon/login/group_facts.h"
#include "daemon/login/standing.h"
#include "daemon/policy/judge.h"
#include "usher/message.h"

namespace usher {
namespace {

constexpr std::int64_t kMostDistant = std::int64_t{1} << 40;  // seconds from 1970

/// By sshd, or by a module of the stack.
bool can_be_proven_before(Factor factor) {
  return factor == Factor::publickey || factor == Factor::password;
}

/// Only what is proven before usherd is asked can be imagined as proven.
std::expected<std::vector<Proof>, VarlinkError> imagined_proofs(const Json& parameters) {
  std::vector<Proof> proofs;
  const auto with = parameters.find("with");
  if (with == parameters.end() || with->is_null()) return proofs;
  if (!with->is_array()) return invalid_parameter("with");
  for (const Json& name : *with) {
    if (!name.is_string()) return invalid_parameter("with");
    const auto factor = factor_named(name.get<std::string>());
    if (!factor || !can_be_proven_before(*factor)) return invalid_parameter("with");
    proofs.push_back({.factor = *factor,
                      .by = *factor == Factor::password ? ProvenBy::stack : ProvenBy::sshd,
                      .detail = {}});
  }
  return proofs;
}

/// What the session holds of that person that the request is imagined to stand in, as a process of
/// whose session it is.
std::expected<std::vector<EarnedProof>, VarlinkError> imagined_session(
    const Json& parameters, const std::optional<Person>& person, const ControlPeer& peer,
    ControlPorts& ports) {
  const auto given = parameters.find("session");
  if (given == parameters.end() || given->is_null()) return std::vector<EarnedProof>{};
  const auto session = session_named(parameters, "session", peer, ports.store);
  if (!session) return std::unexpected(session.error());
  if (session->ending)
    return method_failed(fmt::format("session {} is over: nothing of it counts", session->id));
  if (!person || session->uid == 0) return std::vector<EarnedProof>{};
  auto proofs = proofs_that_hold(session->id, *person, ports.store, ports.keeper,
                                 Deadline::after(kKeeperPatience));
  std::erase_if(proofs, [&](const EarnedProof& proof) { return proof.for_uid != session->uid; });
  return proofs;
}

/// Those of `proofs` that the decision counts, and until when.
Json reused_in(const Decision& decision, const std::vector<EarnedProof>& proofs,
               const Clock& clock) {
  Json reused = Json::array();
  for (const Decision::Satisfied& satisfied : decision.proven) {
    const auto held = std::ranges::find(proofs, satisfied.by.factor, &EarnedProof::factor);
    if (satisfied.by.by != ProvenBy::session || held == proofs.end()) continue;
    reused.push_back(described(*held, reusable_until(*held, {decision.rule, 1}, clock)));
  }
  return reused;
}

/// Where nothing is said, the program names no terminal; what whoever started it may have said of
/// it is not believed.
std::expected<std::optional<std::string>, VarlinkError> imagined_tty(const Json& parameters,
                                                                     const std::string& service,
                                                                     ControlPorts& ports) {
  std::string tty;
  if (const auto given = parameters.find("tty"); given != parameters.end() && !given->is_null()) {
    auto text = text_parameter(parameters, "tty", kMaxName);
    if (!text) return std::unexpected(std::move(text.error()));
    tty = std::move(*text);
  }
  if (!names_own_terminal(ports.rules.get()->services, service)) return std::nullopt;
  return tty;
}

std::expected<std::int64_t, VarlinkError> imagined_time(const Json& parameters,
                                                        const Clock& clock) {
  const auto given = parameters.find("at");
  if (given == parameters.end() || given->is_null())
    return clock.wall_microseconds() / kMicrosecondsPerSecond;
  if (!given->is_number_integer() || *given < -kMostDistant || *given > kMostDistant)
    return invalid_parameter("at");
  return given->get<std::int64_t>();
}

}  // namespace

VarlinkReply explain_method(const Json& parameters, const ControlPeer& peer, ControlPorts& ports) {
  const auto user = text_parameter(parameters, "user", kMaxName);
  if (!user) return std::unexpected(user.error());
  const auto service = text_parameter(parameters, "service", kMaxName);
  if (!service) return std::unexpected(service.error());
  const auto from = text_parameter(parameters, "from", kMaxName);
  if (!from) return std::unexpected(from.error());
  const auto tty = imagined_tty(parameters, *service, ports);
  if (!tty) return std::unexpected(tty.error());
  const auto at = imagined_time(parameters, ports.clock);
  if (!at) return std::unexpected(at.error());
  auto proofs = imagined_proofs(parameters);
  if (!proofs) return std::unexpected(proofs.error());

  const auto person = ports.host.find_user(std::string_view(*user));
  if (!person) return method_failed(person.error().message);
  const std::string_view rhost = *from == "local" ? std::string_view{} : *from;
  auto held = imagined_session(parameters, *person, peer, ports);
  if (!held) return std::unexpected(held.error());
  if (!stands_where_it_was_started(*service, rhost, ports.rules.get()->services)) held->clear();
  for (const EarnedProof& proof : *held)
    proofs->push_back({.factor = proof.factor,
                       .by = ProvenBy::session,
                       .detail = {},
                       .age = age_of(proof, ports.clock.boot_microseconds())});
  const auto has = enrolled(ports, *person, Deadline::after(kKeeperPatience));
  if (!has) return method_failed(has.error().message);

  const auto loaded = ports.rules.loaded();
  const GroupFacts groups =
      look_up_groups(loaded->index.group_names(), *person ? &**person : nullptr, ports.host);
  const Facts facts{.service = *service,
                    .source = Source::of(rhost),
                    .tty = *tty,
                    .now = *at,
                    .person = groups.person ? &*groups.person : nullptr,
                    .unresolved_groups = groups.unresolved,
                    .proven = *proofs};
  Explanation explanation = explain(loaded->set, facts);
  const bool observed = explanation.decision.kind == Decision::Kind::observed;
  if (auto against = obstacle(*person, *has, explanation.decision); against && !observed) {
    explanation.decision.kind = Decision::Kind::denied;
    explanation.decision.reason = std::move(*against);
  }
  Json reply = described(explanation, *has);
  reply["reused"] = reused_in(explanation.decision, *held, ports.clock);
  return reply;
}

}  // namespace usher
