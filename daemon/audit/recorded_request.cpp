// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/recorded_request.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace usher {
namespace {

using Json = nlohmann::ordered_json;

/// Reads members of an object; what has the wrong type makes the whole line no event.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  [[nodiscard]] bool right() const { return right_; }

  std::string text(const char* name) {
    const Json* value = member(name);
    if (value == nullptr) return {};
    if (const auto* text = value->get_ptr<const std::string*>()) return *text;
    right_ = false;
    return {};
  }
  bool flag(const char* name, bool otherwise) {
    const Json* value = member(name);
    if (value == nullptr) return otherwise;
    right_ = right_ && value->is_boolean();
    return value->is_boolean() ? value->get<bool>() : otherwise;
  }
  std::int64_t number_in(const char* name, const char* within, std::int64_t otherwise) {
    const Json* object = member(name);
    if (object == nullptr || !object->is_object() || !object->contains(within)) return otherwise;
    const Json& value = object->at(within);
    right_ = right_ && value.is_number_integer();
    return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
  }
  std::optional<std::int64_t> number(const char* name) {
    const Json* value = member(name);
    if (value == nullptr) return std::nullopt;
    right_ = right_ && value->is_number_integer();
    return value->is_number_integer() ? std::optional(value->get<std::int64_t>()) : std::nullopt;
  }
  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> all;
    for_each(name, [&](const Json& element) {
      const auto* text = element.get_ptr<const std::string*>();
      right_ = right_ && text != nullptr;
      if (text != nullptr) all.push_back(*text);
    });
    return all;
  }
  std::vector<Requirement> requirements(const char* name) {
    std::vector<Requirement> all;
    for (const std::string& spelling : texts(name)) {
      Requirement requirement;
      std::string_view rest = spelling;
      while (!rest.empty()) {
        const std::size_t bar = rest.find('|');
        const auto factor = factor_named(rest.substr(0, bar));
        right_ = right_ && factor.has_value();
        if (factor) requirement.any_of.push_back(*factor);
        rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
      }
      all.push_back(std::move(requirement));
    }
    return all;
  }
  std::vector<Proof> proofs(const char* name) {
    std::vector<Proof> all;
    for_each(name, [&](const Json& element) {
      Members proof(element);
      const auto factor = factor_named(proof.text("factor"));
      const std::string by = proof.text("by");
      // Nothing was verified by usherd itself before the request.
      const ProvenBy proven_by = proven_by_named(by).value_or(ProvenBy::usher);
      const auto age = proof.number("age");
      // Nobody but usherd verifies a code; how old a proof is counts of what a session holds alone.
      right_ = right_ && proof.right_ && factor && proven_by != ProvenBy::usher &&
               (*factor != Factor::otp || proven_by == ProvenBy::session) &&
               age.has_value() == (proven_by == ProvenBy::session);
      if (right_) all.push_back({.factor = *factor, .by = proven_by, .detail = {}, .age = age});
    });
    return all;
  }
  std::vector<Group> groups(const char* name) {
    std::vector<Group> all;
    const Json* value = member(name);
    if (value == nullptr) return all;
    right_ = right_ && value->is_object();
    if (!value->is_object()) return all;
    for (const auto& [group, gid] : value->items()) {
      right_ = right_ && gid.is_number_unsigned();
      if (right_) all.push_back({.name = group, .gid = gid.get<gid_t>()});
    }
    return all;
  }
  Decision::Kind kind(const char* name) {
    const std::string text = this->text(name);
    for (const Decision::Kind kind : {Decision::Kind::denied, Decision::Kind::ask,
                                      Decision::Kind::satisfied, Decision::Kind::observed})
      if (name_of(kind) == text) return kind;
    right_ = right_ && text.empty();
    return Decision::Kind::denied;
  }

 private:
  [[nodiscard]] const Json* member(const char* name) {
    right_ = right_ && object_.is_object();
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  template <typename Take>
  void for_each(const char* name, Take take) {
    const Json* value = member(name);
    if (value == nullptr) return;
    right_ = right_ && value->is_array();
    if (!value->is_array()) return;
    for (const Json& element : *value) take(element);
  }

  const Json& object_;
  bool right_ = true;
};

/// `count` digits at `at`; -1 where there are none.
std::int64_t digits(std::string_view text, std::size_t at, std::size_t count) {
  std::int64_t number = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

/// "2026-03-01T12:00:00.000000Z", as rfc3339() writes it.
std::optional<std::int64_t> moment_in(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000000Z";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i)
    if (kShape[i] == '0' ? digits(text, i, 1) < 0 : text[i] != kShape[i]) return std::nullopt;
  const std::chrono::year_month_day date(
      std::chrono::year(static_cast<int>(digits(text, 0, 4))),
      std::chrono::month(static_cast<unsigned>(digits(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(digits(text, 8, 2))));
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds =
      ((days * 24 + digits(text, 11, 2)) * 60 + digits(text, 14, 2)) * 60 + digits(text, 17, 2);
  return seconds * 1'000'000 + digits(text, 20, 6);
}

Judged judged_in(Members& event, Members& facts) {
  Judged judged;
  judged.groups = facts.groups("groups");
  judged.unresolved = facts.texts("unresolved");
  judged.given = facts.proofs("given");
  judged.tty_believed = facts.flag("tty_believed", false);
  judged.person_known = facts.flag("person_known", true);
  judged.kind = event.kind("decision");
  judged.would = event.kind("would");
  judged.missing = event.requirements("missing");
  judged.lacks = event.requirements("lacks");
  return judged;
}

}  // namespace

std::optional<RecordedRequest> read_recorded_request(std::string_view line) {
  const Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return std::nullopt;
  const auto facts_object = object.find("facts");
  if (facts_object == object.end() || !object.contains("decision")) return std::nullopt;

  Members event(object);
  Members facts(*facts_object);
  const auto time = moment_in(event.text("time"));
  if (!time) return std::nullopt;
  RecordedRequest recorded;
  recorded.time_microseconds = *time;
  recorded.id = event.text("id");
  recorded.kind = event.text("kind");
  recorded.phase = event.text("phase");
  recorded.session = event.text("session");
  recorded.caller = static_cast<pid_t>(event.number_in("caller", "pid", -1));
  recorded.service = event.text("service");
  recorded.user = event.text("user");
  recorded.rhost = event.text("rhost");
  recorded.tty = event.text("tty");
  recorded.judged = judged_in(event, facts);
  recorded.groups_cut = facts.flag("cut", false);
  if (const std::string person = event.text("person"); !person.empty())
    recorded.person = Person{.name = person, .groups = recorded.judged.groups};
  recorded.rule = event.text("rule");
  recorded.at = event.text("at");
  recorded.rules_version = event.text("rules_version");
  recorded.asked = event.texts("asked");
  recorded.held = event.texts("held");
  recorded.outcome = event.text("outcome");
  recorded.reason = event.text("reason");
  if (!event.right() || !facts.right()) return std::nullopt;
  return recorded;
}

}  // namespace usher
