// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/reference.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usher::soak {
namespace {

/// True, false or, where unset, unknown.
using Answer = std::optional<bool>;

bool has_name(const std::vector<std::string>& list, std::string_view name) {
  for (const std::string& each : list)
    if (each == name) return true;
  return false;
}

// Who

Answer user_fits(const Rule& rule, const Facts& facts) {
  if (rule.users.empty()) return true;
  if (!facts.person_known) return std::nullopt;
  return facts.person != nullptr && has_name(rule.users, facts.person->name);
}

Answer group_fits(const Rule& rule, const Facts& facts) {
  if (rule.groups.empty()) return true;
  if (!facts.person_known) return std::nullopt;
  if (facts.person != nullptr)
    for (const Group& group : facts.person->groups)
      if (has_name(rule.groups, group.name)) return true;
  for (const std::string& wanted : rule.groups)
    if (std::ranges::count(facts.unresolved_groups, wanted) != 0) return std::nullopt;
  return false;
}

// Where

int bit(const Address& address, int number) {
  return address.bytes[static_cast<std::size_t>(number) / 8] >> (7 - number % 8) & 1;
}

bool is_ipv4(const Address& address) {
  for (int number = 0; number < 96; ++number)
    if (bit(address, number) != (number >= 80 ? 1 : 0)) return false;
  return true;
}

/// An IPv4 network holds IPv4 addresses, an IPv6 network those that are not.
bool holds(const Network& network, const Address& address) {
  const bool ipv4_network = network.length >= 96 && is_ipv4(network.base);
  if (ipv4_network != is_ipv4(address)) return false;
  for (int number = 0; number < network.length; ++number)
    if (bit(network.base, number) != bit(address, number)) return false;
  return true;
}

Answer comes_from(const std::vector<Origin>& origins, const Source& source) {
  if (source.kind == Source::Kind::unknown) return std::nullopt;
  const bool local = source.kind == Source::Kind::local;
  for (const Origin& origin : origins) {
    if (origin.local && local) return true;
    if (!origin.local && !local && holds(origin.network, source.address)) return true;
  }
  return false;
}

Answer from_fits(const Rule& rule, const Facts& facts) {
  if (rule.from.empty()) return true;
  return comes_from(rule.from, facts.source);
}

Answer not_from_fits(const Rule& rule, const Facts& facts) {
  if (rule.not_from.empty()) return true;
  const Answer answer = comes_from(rule.not_from, facts.source);
  return answer ? Answer(!*answer) : answer;
}

Answer tty_fits(const Rule& rule, const Facts& facts) {
  if (rule.ttys.empty()) return true;
  if (!facts.tty) return std::nullopt;
  std::string tty(*facts.tty);
  if (tty.substr(0, 5) == "/dev/") tty = tty.substr(5);
  return has_name(rule.ttys, tty);
}

// When

constexpr std::int64_t kSecondsOfDay = 24 * 60 * 60;

/// Which entry of the zone's table counts at `moment`.
std::size_t entry_at(const TimeZone& zone, std::int64_t moment) {
  std::size_t entry = 0;
  for (std::size_t next = 1; next < zone.periods.size(); ++next)
    if (zone.periods[next].begin <= moment) entry = next;
  return entry;
}

struct Readings {
  std::int64_t earlier;
  std::int64_t later;
};

/// The moments that `local` may mean: every one at which clocks show it. Where none does, the
/// change that skips it, and what it had been without that.
Readings moments_of(const TimeZone& zone, std::int64_t local) {
  std::vector<std::int64_t> shown;
  for (std::size_t entry = 0; entry < zone.periods.size(); ++entry) {
    const std::int64_t moment = local - zone.periods[entry].offset;
    if (entry_at(zone, moment) == entry) shown.push_back(moment);
  }
  if (!shown.empty()) return {std::ranges::min(shown), std::ranges::max(shown)};
  for (std::size_t entry = 1; entry < zone.periods.size(); ++entry) {
    const std::int64_t change = zone.periods[entry].begin;
    const std::int64_t before = zone.periods[entry - 1].offset;
    const std::int64_t after = zone.periods[entry].offset;
    if (change + before <= local && local < change + after) return {change, local - before};
  }
  return {local, local};  // no table has such a gap
}

std::int64_t floor_of(std::int64_t number, std::int64_t divisor) {
  return (number - (number % divisor + divisor) % divisor) / divisor;
}

/// Looks at every day of a week, whatever the clocks do in it.
bool inside(const Hours& hours, std::int64_t now, bool earlier) {
  const TimeZone& zone = *hours.zone;
  const std::int64_t today =
      floor_of(now + zone.periods[entry_at(zone, now)].offset, kSecondsOfDay);
  for (std::int64_t day = today - 3; day <= today + 3; ++day) {
    const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 1970 began on a Thursday
    if ((hours.days & 1 << weekday) == 0) continue;
    const std::int64_t end_day = hours.end > hours.begin ? day : day + 1;
    const Readings begin = moments_of(zone, day * kSecondsOfDay + hours.begin * 60);
    const Readings end = moments_of(zone, end_day * kSecondsOfDay + hours.end * 60);
    if (earlier && begin.earlier <= now && now < end.earlier) return true;
    if (!earlier && begin.later <= now && now < end.later) return true;
  }
  return false;
}

Answer hours_fit(const Rule& rule, const Facts& facts) {
  if (rule.hours.empty()) return true;
  if (!facts.now) return std::nullopt;
  bool by_earlier = false;
  bool by_later = false;
  for (const Hours& hours : rule.hours) {
    by_earlier = by_earlier || inside(hours, *facts.now, true);
    by_later = by_later || inside(hours, *facts.now, false);
  }
  return by_earlier == by_later ? Answer(by_earlier) : std::nullopt;
}

// What comes of it

/// One line that is false rules the rule out; else one that is unknown makes it unknown.
Answer rule_fits(const Rule& rule, const Facts& facts) {
  bool known = true;
  for (const Answer& answer :
       {Answer(rule.services.empty() || has_name(rule.services, facts.service)),
        user_fits(rule, facts), group_fits(rule, facts), from_fits(rule, facts),
        not_from_fits(rule, facts), tty_fits(rule, facts), hours_fit(rule, facts)}) {
    if (answer == Answer(false)) return false;
    if (!answer) known = false;
  }
  return known ? Answer(true) : std::nullopt;
}

bool is_proven(const Requirement& requirement, const RuleSet& rules, const Facts& facts) {
  const bool believed = has_name(rules.services.self_verifying, facts.service);
  for (const Proof& proof : facts.proven)
    for (const Factor factor : requirement.any_of)
      if (proof.factor == factor && proof.by != ProvenBy::session &&
          (proof.by != ProvenBy::sshd || believed))
        return true;
  return false;
}

/// The session's proof of one of the factors, if the rule names that factor and it is young enough.
bool is_held(const Requirement& requirement, const Rule& rule, const Facts& facts) {
  for (const ReuseWindow& window : rule.reuse)
    for (const Proof& proof : facts.proven)
      if (proof.by == ProvenBy::session && proof.factor == window.factor && proof.age &&
          *proof.age >= 0 && *proof.age <= static_cast<std::int64_t>(window.seconds) &&
          std::ranges::count(requirement.any_of, proof.factor) != 0)
        return true;
  return false;
}

bool only_a_key(const Requirement& requirement) {
  return std::ranges::count(requirement.any_of, Factor::publickey) ==
         static_cast<std::ptrdiff_t>(requirement.any_of.size());
}

Outcome outcome_of(const Rule& rule, const RuleSet& rules, const Facts& facts) {
  Outcome outcome{.rule = &rule};
  if (rule.deny) return outcome;
  for (const Requirement& requirement : rule.require)
    if (!is_proven(requirement, rules, facts) && !is_held(requirement, rule, facts))
      outcome.missing.push_back(requirement);
  if (outcome.missing.empty())
    outcome.kind = Decision::Kind::satisfied;
  else if (std::ranges::none_of(outcome.missing, only_a_key))
    outcome.kind = Decision::Kind::ask;
  return outcome;
}

}  // namespace

Outcome reference(const RuleSet& rules, const Facts& facts) {
  for (const Rule& rule : rules.rules) {
    const Answer fits = rule_fits(rule, facts);
    if (fits == Answer(false)) continue;
    if (!fits) return {.rule = &rule};
    Outcome outcome = outcome_of(rule, rules, facts);
    if (rule.observe) {
      outcome.would = outcome.kind;
      outcome.kind = Decision::Kind::observed;
    }
    return outcome;
  }
  return {};
}

}  // namespace usher::soak
