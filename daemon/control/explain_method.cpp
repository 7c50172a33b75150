// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/audit/event_json.h"
#include "daemon/control/methods.h"
#include "daemon/login/group_facts.h"
#include "daemon/policy/judge.h"
#include "usher/message.h"

namespace usher {
namespace {

std::string_view name_of(Match match) {
  switch (match) {
    case Match::no:
      return "no";
    case Match::yes:
      return "yes";
    case Match::unknown:
      return "unknown";
  }
  return "unknown";
}

Json names_of(const Requirement& requirement) {
  Json names = Json::array();
  for (const Factor factor : requirement.any_of) names.push_back(usher::name_of(factor));
  return names;
}

/// What a person could answer in a dialogue.
struct Enrolled {
  bool password = false;
  bool otp = false;
  AccountState state = AccountState::unknown;
  std::string trouble;  // why the state could not be found out; empty where it could
  [[nodiscard]] bool has(Factor factor) const {
    return (factor == Factor::password && password) || (factor == Factor::otp && otp);
  }
};

Result<Enrolled> enrolled(ControlPorts& ports, const std::optional<Person>& person) {
  if (!person) return Enrolled{};
  const auto hash = ports.store.password_hash(person->name);
  if (!hash) return std::unexpected(hash.error());
  const auto codes = ports.store.list_otp(person->name);
  if (!codes) return std::unexpected(codes.error());
  const auto state = ports.keeper.account_state(person->name, Deadline::after(kKeeperPatience));
  if (!state)
    return Enrolled{
        .password = hash->has_value(), .otp = !codes->empty(), .trouble = state.error().message};
  // A password of Usher's own does not grow old with the one in /etc/shadow.
  const bool aged = *state == AccountState::password_expired && hash->has_value();
  return Enrolled{.password = hash->has_value() || *state != AccountState::unknown,
                  .otp = !codes->empty(),
                  .state = aged ? AccountState::ok : *state};
}

/// What stands against a login whatever the rules say; none where nothing does.
std::optional<std::string> obstacle(const std::optional<Person>& person, const Enrolled& has,
                                    const Decision& decision) {
  if (!person && decision.kind == Decision::Kind::satisfied) return "there is no such account";
  if (!has.trouble.empty()) return has.trouble;
  if (is_closed(has.state, /*logs_in=*/true))
    return fmt::format("/etc/shadow closes the account: {}", usher::name_of(has.state));
  return std::nullopt;
}

/// The missing requirements of which the person has nothing to satisfy them with.
Json lacking(const std::vector<Requirement>& missing, const Enrolled& has) {
  Json lacks = Json::array();
  for (const Requirement& requirement : missing) {
    bool possible = false;
    for (const Factor factor : requirement.any_of) possible = possible || has.has(factor);
    if (!possible) lacks.push_back(spelled(requirement));
  }
  return lacks;
}

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

Json described(const Explanation& explanation, const Enrolled& has) {
  const Decision& decision = explanation.decision;
  Json proven = Json::array();
  for (const Decision::Satisfied& satisfied : decision.proven)
    proven.push_back(usher::name_of(satisfied.by.factor));
  Json missing = Json::array();
  for (const Requirement& requirement : decision.missing)
    missing.push_back({{"any_of", names_of(requirement)}});
  Json traces = Json::array();
  for (const RuleTrace& trace : explanation.traces)
    traces.push_back({{"rule", trace.rule == nullptr ? "" : trace.rule->name},
                      {"at", trace.rule == nullptr ? "" : place_of(trace.rule->at)},
                      {"match", name_of(trace.match)},
                      {"why", trace.why}});
  return Json{{"decision", usher::name_of(decision.kind)},
              {"reason", decision.reason},
              {"rule", decision.rule == nullptr ? "" : decision.rule->name},
              {"at", decision.rule == nullptr ? "" : place_of(decision.rule->at)},
              {"proven", std::move(proven)},
              {"missing", std::move(missing)},
              {"lacks", lacking(decision.missing, has)},
              {"traces", std::move(traces)}};
}

}  // namespace

VarlinkReply explain_method(const Json& parameters, const ControlPeer&, ControlPorts& ports) {
  const auto user = text_parameter(parameters, "user", kMaxName);
  if (!user) return std::unexpected(user.error());
  const auto service = text_parameter(parameters, "service", kMaxName);
  if (!service) return std::unexpected(service.error());
  const auto from = text_parameter(parameters, "from", kMaxName);
  if (!from) return std::unexpected(from.error());
  const auto proofs = imagined_proofs(parameters);
  if (!proofs) return std::unexpected(proofs.error());

  const auto person = ports.host.find_user(std::string_view(*user));
  if (!person) return method_failed(person.error().message);
  const auto has = enrolled(ports, *person);
  if (!has) return method_failed(has.error().message);

  const auto loaded = ports.rules.loaded();
  const GroupFacts groups =
      look_up_groups(loaded->index.group_names(), *person ? &**person : nullptr, ports.host);
  const Facts facts{.service = *service,
                    .source = Source::of(*from == "local" ? std::string_view{} : *from),
                    .person = groups.person ? &*groups.person : nullptr,
                    .unresolved_groups = groups.unresolved,
                    .proven = *proofs};
  Explanation explanation = explain(loaded->set, facts);
  if (auto against = obstacle(*person, *has, explanation.decision)) {
    explanation.decision.kind = Decision::Kind::denied;
    explanation.decision.reason = std::move(*against);
  }
  return described(explanation, *has);
}

}  // namespace usher
