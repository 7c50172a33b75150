// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/event_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "daemon/audit/event_kinds.h"
#include "daemon/model/utf8.h"

namespace usher {
namespace {

using Json = nlohmann::ordered_json;

// Worst case of a control character in JSON is six bytes; with these limits a line of nothing else
// stays under kMaxEventLine.
constexpr std::size_t kMaxField = 512;
constexpr std::size_t kMaxReason = 2048;
constexpr std::size_t kMaxGroups = 1024;  // names of groups, in all

std::string clipped(std::string_view text, std::size_t limit = kMaxField) {
  if (text.size() <= limit) return std::string(text);
  return std::string(text.substr(0, limit)) + "...";
}

Json names_of(const std::vector<Factor>& factors) {
  Json names = Json::array();
  for (const Factor factor : factors) names.push_back(name_of(factor));
  return names;
}

Json described(const std::vector<Proof>& proofs) {
  Json list = Json::array();
  for (const Proof& proof : proofs)
    list.push_back({{"factor", usher::name_of(proof.factor)},
                    {"by", usher::name_of(proof.by)},
                    {"detail", clipped(proof.detail)}});
  return list;
}

void add_request(Json& line, const AuditEvent& event) {
  const Request& request = event.request;
  const bool was_read = request.phase != Phase{};
  if (was_read) {
    line["service"] = clipped(request.service);
    line["user"] = clipped(request.user);
    line["person"] = clipped(event.person);
    line["rhost"] = clipped(request.rhost);
    line["tty"] = clipped(request.tty);
    line["ruser"] = clipped(request.ruser);
  }
  if (request.caller.pid >= 0)
    line["caller"] = Json{{"pid", request.caller.pid}, {"uid", request.caller.uid}};
  if (was_read) line["phase"] = name_of(request.phase);
  if (request.phase == Phase::manage || request.phase == Phase::password)
    line["operation"] = clipped(request.manage.operation);
  if (request.phase == Phase::manage) line["label"] = clipped(request.manage.label);
}

Json spellings_of(const std::vector<Requirement>& requirements) {
  Json list = Json::array();
  for (const Requirement& requirement : requirements) list.push_back(spelled(requirement));
  return list;
}

/// Of what was said to be proven, what a rule can ask for.
Json kinds_of(const std::vector<Proof>& proofs) {
  Json list = Json::array();
  for (const Proof& proof : proofs) {
    list.push_back({{"factor", usher::name_of(proof.factor)}, {"by", usher::name_of(proof.by)}});
    if (proof.age) list.back()["age"] = *proof.age;
  }
  return list;
}

/// Takes in names while there is room for them.
class NameRoom {
 public:
  [[nodiscard]] bool take(std::string_view name) {
    if (name.size() > left_) {
      left_ = 0;
      cut_ = true;
      return false;
    }
    left_ -= name.size();
    return true;
  }
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  std::size_t left_ = kMaxGroups;
  bool cut_ = false;
};

Json facts_in(const Judged& judged) {
  NameRoom room;
  Json groups = Json::object();
  for (const Group& group : judged.groups) {
    // No rule can name a group that has no name here, so nothing that a rule could say.
    const std::string name = group.name.empty() ? fmt::format("#{}", group.gid) : group.name;
    if (room.take(name)) groups[name] = group.gid;
  }
  Json unresolved = Json::array();
  for (const std::string& name : judged.unresolved)
    if (room.take(name)) unresolved.push_back(name);

  Json facts;
  facts["groups"] = std::move(groups);
  if (!unresolved.empty()) facts["unresolved"] = std::move(unresolved);
  if (room.cut()) facts["cut"] = true;
  facts["given"] = kinds_of(judged.given);
  facts["tty_believed"] = judged.tty_believed;
  if (!judged.person_known) facts["person_known"] = false;
  return facts;
}

void add_judged(Json& line, const Judged& judged) {
  line["decision"] = usher::name_of(judged.kind);
  if (judged.kind == Decision::Kind::observed) line["would"] = usher::name_of(judged.would);
  line["missing"] = spellings_of(judged.missing);
  if (!judged.lacks.empty()) line["lacks"] = spellings_of(judged.lacks);
  line["facts"] = facts_in(judged);
}

/// A reader of the journal must not meet a line, an escape sequence or a direction of the caller's
/// making, and journalctl(1) hides a message that is not UTF-8 as a whole.
std::string harmless(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto [size, code] = first_character(text);
    if (size > 0 && is_harmless(code))
      shown += text.substr(0, size);
    else
      shown += '?';
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return shown;
}

}  // namespace

std::string to_json_line(const AuditEvent& event) {
  Json line;
  line["time"] = rfc3339(event.time_microseconds);
  line["kind"] = id_of(event.kind);
  line["id"] = event.id;
  add_request(line, event);
  if (!event.session.empty()) line["session"] = event.session;
  line["rule"] = clipped(event.rule);
  line["at"] = clipped(place_of(event.rule_at));
  line["rules_version"] = clipped(event.rules_version);
  line["asked"] = names_of(event.asked);
  line["held"] = names_of(event.held);
  if (!event.before.empty()) line["before"] = described(event.before);
  if (event.judged) add_judged(line, *event.judged);
  line["outcome"] = row_of(event.kind).outcome;
  line["reason"] = clipped(event.reason, kMaxReason);
  line["latency_us"] = event.latency_microseconds;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_sentence(const AuditEvent& event) {
  std::string text(id_of(event.kind));
  const Request& request = event.request;
  if (!request.user.empty()) text += fmt::format(": {}", clipped(request.user));
  if (!request.service.empty()) text += fmt::format(" by {}", clipped(request.service));
  if (!request.rhost.empty()) text += fmt::format(" from {}", clipped(request.rhost));
  if (!event.reason.empty()) text += fmt::format(": {}", clipped(event.reason, kMaxReason));
  if (!event.rule.empty())
    text += fmt::format(" (rule \"{}\" at {})", clipped(event.rule), place_of(event.rule_at));
  return harmless(text);
}

std::string rfc3339(std::int64_t microseconds_since_1970) {
  constexpr std::int64_t kSecond = 1'000'000;
  std::int64_t fraction = microseconds_since_1970 % kSecond;
  if (fraction < 0) fraction += kSecond;
  const auto seconds = static_cast<std::time_t>((microseconds_since_1970 - fraction) / kSecond);
  std::tm utc{};
  if (::gmtime_r(&seconds, &utc) == nullptr) return {};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, fraction);
}

std::string_view name_of(Phase phase) noexcept {
  switch (phase) {
    case Phase::authenticate:
      return "authenticate";
    case Phase::account:
      return "account";
    case Phase::password:
      return "password";
    case Phase::open_session:
      return "open_session";
    case Phase::close_session:
      return "close_session";
    case Phase::manage:
      return "manage";
  }
  return "";
}

std::string place_of(const SourcePosition& at) {
  if (at.file.empty()) return {};
  return fmt::format("{}:{}", at.file, at.line);
}

}  // namespace usher
