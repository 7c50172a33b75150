// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/random_policy.h"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace usher::soak {
namespace {

constexpr std::array<const char*, 5> kServices = {"sshd", "sudo", "login", "cron", "door"};
constexpr std::array<const char*, 4> kUsers = {"alice", "bob", "carol", "27"};
// "27" is how a rule and a look-up have a gid.
constexpr std::array<const char*, 7> kGroups = {"sudo", "staff", "ghosts", "27",
                                                "1000", "alice", "wheel"};
constexpr std::array<const char*, 4> kTtys = {"tty1", "pts/0", "ssh", ":0"};
constexpr std::array<const char*, 7> kAskedTtys = {"tty1", "/dev/tty1",      "pts/0", "/dev/pts/0",
                                                   "",     "/dev//dev/tty1", "ssh"};
constexpr std::array<Factor, 3> kFactors = {Factor::password, Factor::otp, Factor::publickey};
constexpr std::array<std::uint32_t, 4> kAges = {1, 60, 300, 28'800};
// Mapped, next to mapped, plain IPv6, and all zero.
constexpr std::array<const char*, 8> kAddresses = {
    "10.0.0.1",    "10.0.128.7",   "192.0.2.200", "::ffff:10.0.0.1",
    "2001:db8::1", "::fffe:a00:1", "::",          "2001:db8:0:1::ff"};
constexpr std::array<int, 14> kLengths = {0,  1,  16,  32,  64,  80,  95,
                                          96, 97, 104, 113, 120, 127, 128};

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;
/// Monday, 1 January 2024, UTC.
constexpr std::int64_t kStart = 1'704'067'200;

template <typename Range>
std::vector<std::string> some_of(const Range& range, Dice& dice) {
  std::vector<std::string> some;
  for (std::size_t left = 1 + dice.roll(3); left > 0; --left) some.emplace_back(dice.one_of(range));
  return some;
}

/// An address of the world, or one that differs from it in one bit.
Address address(Dice& dice) {
  Address address = parse_address(dice.one_of(kAddresses)).value_or(Address{});
  if (dice.one_in(2)) {
    const std::size_t bit = dice.roll(128);
    address.bytes[bit / 8] = static_cast<std::uint8_t>(address.bytes[bit / 8] ^ 1U << bit % 8);
  }
  return address;
}

std::vector<Origin> origins(Dice& dice) {
  std::vector<Origin> origins;
  for (std::size_t left = 1 + dice.roll(4); left > 0; --left) {
    Origin origin{.local = dice.one_in(5), .network = {}, .spelling = "local"};
    if (!origin.local) {
      origin.network.length = dice.one_of(kLengths);
      origin.network.base = prefix_of(address(dice), origin.network.length);
      origin.spelling = text_of(origin.network);
    }
    origins.push_back(std::move(origin));
  }
  return origins;
}

/// Clocks that never change; by an hour, twice a year; by half an hour; by a whole day; soon again.
/// Two have one name, as zones of two loads may.
const std::vector<std::shared_ptr<const TimeZone>>& zones() {
  static const auto zone = [](const char* name, std::vector<TimeZone::Period> periods) {
    return std::make_shared<const TimeZone>(TimeZone{.name = name, .periods = std::move(periods)});
  };
  static const std::vector<std::shared_ptr<const TimeZone>> kZones = {
      zone("UTC", {{}}),
      zone("Berlin", {{.offset = kHour},
                      {.begin = kStart + 90 * kDay + kHour, .offset = 2 * kHour},
                      {.begin = kStart + 300 * kDay + kHour, .offset = kHour}}),
      zone("Berlin", {{.offset = kHour}}),
      zone("Howe", {{.offset = 11 * kHour},
                    {.begin = kStart + 90 * kDay - 9 * kHour, .offset = 10 * kHour + kHour / 2},
                    {.begin = kStart + 280 * kDay, .offset = 11 * kHour}}),
      zone("Apia", {{.offset = -10 * kHour}, {.begin = kStart + 92 * kDay, .offset = 14 * kHour}}),
      zone("Manila", {{.offset = 8 * kHour}, {.begin = kStart + 91 * kDay, .offset = -16 * kHour}}),
      zone("Cairo", {{.offset = 2 * kHour},
                     {.begin = kStart + 88 * kDay, .offset = 3 * kHour},
                     {.begin = kStart + 93 * kDay, .offset = 2 * kHour}}),
  };
  return kZones;
}

/// Minutes that are often those of a change.
std::int32_t minute(Dice& dice, std::int32_t most) {
  constexpr std::array<std::int32_t, 8> kMinutes = {0, 60, 90, 120, 150, 180, 181, 1439};
  if (dice.one_in(2)) return dice.one_of(kMinutes);
  return static_cast<std::int32_t>(dice.roll(static_cast<std::size_t>(most) + 1));
}

std::vector<Hours> hours(Dice& dice) {
  std::vector<Hours> all;
  for (std::size_t left = 1 + dice.roll(2); left > 0; --left) {
    Hours hours;
    hours.days = static_cast<std::uint8_t>(1 + dice.roll(0x7f));
    hours.begin = minute(dice, Hours::kMinutesOfDay - 1);
    hours.end = minute(dice, Hours::kMinutesOfDay);
    hours.zone = dice.one_of(zones());
    all.push_back(std::move(hours));
  }
  return all;
}

/// Around a change of some zone, to the second, or any time of that year.
std::int64_t moment(Dice& dice) {
  const TimeZone& zone = *dice.one_of(zones());
  const std::size_t period = dice.roll(zone.periods.size());
  const auto any = [&](std::int64_t most) {
    return static_cast<std::int64_t>(dice.roll(static_cast<std::size_t>(most)));
  };
  if (period == 0) return kStart + any(366 * kDay);
  const std::int64_t change = zone.periods[period].begin;
  if (dice.one_in(2)) return change - 4 * kDay + any(8 * kDay);
  return change - 4 * kHour + any(16) * kHour / 2 + any(3) - 1;
}

Requirement requirement(Dice& dice) {
  Requirement requirement{.any_of = {dice.one_of(kFactors)}};
  if (dice.one_in(3)) requirement.any_of.push_back(dice.one_of(kFactors));
  return requirement;
}

/// `sparse`: one line in how many.
Rule rule(Dice& dice, std::size_t sparse) {
  Rule rule;
  if (dice.one_in(sparse)) rule.services = some_of(kServices, dice);
  if (dice.one_in(sparse)) rule.users = some_of(kUsers, dice);
  if (dice.one_in(sparse)) rule.groups = some_of(kGroups, dice);
  if (dice.one_in(sparse)) rule.from = origins(dice);
  if (dice.one_in(sparse)) rule.not_from = origins(dice);
  if (dice.one_in(sparse)) rule.ttys = some_of(kTtys, dice);
  if (dice.one_in(sparse)) rule.hours = hours(dice);
  if (dice.one_in(2))
    for (const Factor factor : kFactors)
      if (dice.one_in(2)) rule.reuse.push_back({.factor = factor, .seconds = dice.one_of(kAges)});
  rule.observe = dice.one_in(4);
  rule.deny = dice.one_in(5);
  if (!rule.deny)
    for (std::size_t left = 1 + dice.roll(3); left > 0; --left)
      rule.require.push_back(requirement(dice));
  return rule;
}

Source source(Dice& dice) {
  switch (dice.roll(6)) {
    case 0:
      return {.kind = Source::Kind::local, .address = {}};
    case 1:
      return {};
    default:
      return {.kind = Source::Kind::address, .address = address(dice)};
  }
}

std::vector<Proof> proofs(Dice& dice) {
  constexpr std::array kBy = {ProvenBy::usher, ProvenBy::sshd, ProvenBy::stack, ProvenBy::session,
                              ProvenBy::session};
  std::vector<Proof> proofs;
  for (std::size_t left = dice.roll(4); left > 0; --left) {
    Proof proof{.factor = dice.one_of(kFactors), .by = dice.one_of(kBy), .detail = {}};
    if (proof.by == ProvenBy::session && !dice.one_in(8))
      proof.age = std::int64_t{dice.one_of(kAges)} + static_cast<std::int64_t>(dice.roll(3)) - 1;
    proofs.push_back(std::move(proof));
  }
  return proofs;
}

}  // namespace

RuleSet random_rules(Dice& dice) {
  RuleSet rules;
  std::size_t count = dice.roll(13);
  std::size_t sparse = 2 + dice.roll(3);
  if (dice.one_in(20)) {  // more than one word of bits, and more than a short list of places
    count = 60 + dice.roll(300);
    sparse = 1 + dice.roll(2);
  }
  for (std::size_t number = 0; number < count; ++number) {
    rules.rules.push_back(rule(dice, sparse));
    rules.rules.back().name = std::to_string(number);
  }
  if (dice.one_in(3)) rules.services.self_verifying = {"door", "login"};
  if (dice.one_in(8)) rules.services.self_verifying.clear();
  return rules;
}

Asked random_request(Dice& dice) {
  Asked asked;
  asked.facts.service = dice.one_of(kServices);
  asked.facts.source = source(dice);
  if (!dice.one_in(4)) asked.facts.tty = dice.one_of(kAskedTtys);
  if (!dice.one_in(6)) asked.facts.now = moment(dice);
  asked.facts.person_known = !dice.one_in(8);
  asked.has_person = asked.facts.person_known && !dice.one_in(8);
  asked.person.name = dice.one_of(kUsers);
  for (std::size_t left = dice.roll(4); left > 0; --left)
    asked.person.groups.push_back({.name = dice.one_of(kGroups), .gid = 0});
  if (dice.one_in(3)) asked.unresolved = some_of(kGroups, dice);
  asked.proven = proofs(dice);
  return asked;
}

Facts facts_of(const Asked& asked) {
  Facts facts = asked.facts;
  facts.person = asked.has_person ? &asked.person : nullptr;
  facts.unresolved_groups = asked.unresolved;
  facts.proven = asked.proven;
  return facts;
}

}  // namespace usher::soak
