// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/audit/event_json.h"
#include "daemon/audit/newest_lines.h"
#include "daemon/audit/recorded_request.h"
#include "daemon/control/enrolled.h"
#include "daemon/control/explanation_json.h"
#include "daemon/control/methods.h"
#include "daemon/login/group_facts.h"
#include "daemon/policy/rule_index.h"

namespace usher {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::size_t kMostRead = std::size_t{256} * 1024 * 1024;
constexpr std::size_t kMostLogins = 2000;
constexpr std::int64_t kPatience = 15'000;  // milliseconds, for the keeper, in all

/// Logins that a rule sees alike.
struct Kind {
  std::string user;
  std::string service;
  std::string rhost;
  std::vector<Factor> given;
  auto operator<=>(const Kind&) const = default;
};
struct Seen {
  RecordedRequest last;
  std::int64_t count = 0;
};
struct Observed {
  std::map<Kind, Seen> kinds;
  bool cut = false;  // there were more than are told
};

/// Whether the event is of a phase that a login comes to once, after the stack let the person in:
/// for programs that verify people themselves the one in which they say what they verified.
bool is_of_a_login(const RecordedRequest& recorded, const RuleSet& rules) {
  const bool self_verifying = lists(rules.services.self_verifying, recorded.service);
  return recorded.phase == (self_verifying ? "open_session" : "account");
}

/// Of the newest events, those since `since` that only were observed. Lines come newest first.
Result<Observed> observed_since(const std::string& file, std::int64_t since, const RuleSet& rules) {
  Observed observed;
  const auto look = [&](std::string_view line) {
    if (!line.contains(R"("decision":"observed")")) return false;
    auto recorded = read_recorded_request(line);
    if (!recorded || !recorded->person) return false;
    // Those before it may be newer: clocks are set back, and start with the wrong time.
    if (recorded->time_microseconds / kSecond < since) return false;
    if (!is_of_a_login(*recorded, rules)) return false;
    Kind kind{.user = recorded->person->name,
              .service = recorded->service,
              .rhost = recorded->rhost,
              .given = {}};
    for (const Proof& proof : recorded->judged.given) kind.given.push_back(proof.factor);
    auto found = observed.kinds.find(kind);
    if (found == observed.kinds.end()) {
      observed.cut = observed.cut || observed.kinds.size() >= kMostLogins;
      if (observed.kinds.size() >= kMostLogins) return false;
      found = observed.kinds.emplace(std::move(kind), Seen{.last = std::move(*recorded)}).first;
    }
    ++found->second.count;
    return false;
  };
  const auto lines = newest_lines(file, {.lines = 1, .examined = kMostRead}, look);
  if (!lines) return std::unexpected(lines.error());
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  observed.cut = observed.cut || error || size > kMostRead;
  return observed;
}

/// What the rules in force would make of them now, if those that observe counted.
class Readiness {
 public:
  Readiness(ControlPorts& ports, const RuleIndex& index) : ports_(ports), index_(index) {}

  Result<Json> of(const Kind& kind, const Seen& seen) {
    const auto person = ports_.host.find_user(std::string_view(kind.user));
    if (!person) return std::unexpected(person.error());
    const auto has = known_of(*person);
    if (!has) return std::unexpected(has.error());
    const GroupFacts groups =
        look_up_groups(index_.group_names(), *person ? &**person : nullptr, ports_.host);
    Facts facts{.service = kind.service,
                .source = Source::of(kind.rhost),
                .tty = std::nullopt,
                .now = seen.last.time_microseconds / kSecond,
                .person = groups.person ? &*groups.person : nullptr,
                .unresolved_groups = groups.unresolved,
                .proven = seen.last.judged.given};
    if (seen.last.judged.tty_believed) facts.tty = seen.last.tty;
    const Decision decision = judge(index_, facts);
    return told(kind, seen, decision, *person, *has);
  }

 private:
  Result<Enrolled> known_of(const std::optional<Person>& person) {
    if (!person) return Enrolled{};
    if (const auto known = known_.find(person->name); known != known_.end()) return known->second;
    auto has = enrolled(ports_, person, deadline_);
    if (has) known_.emplace(person->name, *has);
    return has;
  }

  static Json told(const Kind& kind, const Seen& seen, const Decision& decision,
                   const std::optional<Person>& person, const Enrolled& has) {
    const bool observed = decision.kind == Decision::Kind::observed;
    const Decision::Kind would = observed ? decision.would : decision.kind;
    const auto against = person ? obstacle(person, has, decision)
                                : std::optional<std::string>("the account is gone");
    const Json lacks = lacking(decision.missing, has);
    Json given = Json::array();
    for (const Factor factor : kind.given) given.push_back(name_of(factor));
    return Json{{"user", kind.user},
                {"service", kind.service},
                {"from", kind.rhost},
                {"given", std::move(given)},
                {"logins", seen.count},
                {"last", rfc3339(seen.last.time_microseconds)},
                {"ready", would != Decision::Kind::denied && lacks.empty() && !against},
                {"observed", observed},
                {"would", name_of(would)},
                {"lacks", lacks},
                {"reason", against ? *against : decision.reason},
                {"rule", decision.rule == nullptr ? "" : decision.rule->name},
                {"at", decision.rule == nullptr ? "" : place_of(decision.rule->at)}};
  }

  ControlPorts& ports_;
  const RuleIndex& index_;
  Deadline deadline_ = Deadline::after(kPatience);
  std::map<std::string, Enrolled> known_;
};

}  // namespace

VarlinkReply readiness_method(const Json& parameters, const ControlPeer&, ControlPorts& ports) {
  const auto since = parameters.find("since");
  if (since == parameters.end() || !since->is_number_integer()) return invalid_parameter("since");
  if (ports.audit_file.empty())
    return method_failed("usherd writes no audit file, since [audit] file is empty");
  const auto rules = ports.rules.loaded();
  const auto observed = observed_since(ports.audit_file, since->get<std::int64_t>(), rules->set);
  if (!observed) return method_failed(observed.error().message);
  Readiness readiness(ports, rules->index);
  Json logins = Json::array();
  for (const auto& [kind, seen] : observed->kinds) {
    auto told = readiness.of(kind, seen);
    if (!told) return method_failed(told.error().message);
    logins.push_back(std::move(*told));
  }
  return Json{{"logins", std::move(logins)}, {"cut", observed->cut}};
}

}  // namespace usher
