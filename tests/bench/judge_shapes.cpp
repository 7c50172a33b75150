// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/judge_shapes.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "tests/unit/policy/rules_for_test.h"

namespace usher::bench {
namespace {

using testing::hours_in_utc;
using testing::origins;
using testing::rule_named;

constexpr std::size_t kMany = 1000;
constexpr std::size_t kUsual = 10;
constexpr std::size_t kNetworksOfRule = 10;

/// The network of this number, no two of which overlap: IPv4 and IPv6 of five lengths.
std::string network(std::size_t number) {
  const std::string high = std::to_string(number / 250);
  const std::string low = std::to_string(number % 250);
  switch (number % 5) {
    case 0:
      return "10." + high + '.' + low + ".0/24";
    case 1:
      return "10." + high + '.' + low + ".16/28";
    case 2:
      return "10." + high + '.' + low + ".1";
    case 3:
      return "2001:db8:" + std::to_string(number % 10'000) + "::/48";
    default:
      return "2001:db8:" + std::to_string(number % 10'000) + ":1::/64";
  }
}

std::vector<Origin> networks(std::size_t first, std::size_t count) {
  std::vector<std::string> spellings;
  for (std::size_t number = first; number < first + count; ++number)
    spellings.push_back(network(number));
  return origins(spellings);
}

std::vector<Origin> networks_of_rule(std::size_t rule) {
  return networks(rule * kNetworksOfRule, kNetworksOfRule);
}

std::string user(std::size_t number) { return "user-" + std::to_string(number); }
std::string group(std::size_t number) { return "group-" + std::to_string(number); }

/// The shape whose rule of each number is made by `change(number, rule)` from one for sshd.
template <typename Change>
Shape shape(std::string name, std::size_t count, Change change) {
  constexpr std::size_t kOtherGroups = 15;
  Shape shape{.name = std::move(name),
              .rules = {},
              .last = {.name = user(count - 1), .uid = 1000, .groups = {}},
              .last_source = {}};
  for (std::size_t number = 0; number < count; ++number) {
    Rule rule = rule_named("rule " + std::to_string(number));
    rule.services = {"sshd"};
    change(number, rule);
    shape.rules.rules.push_back(std::move(rule));
  }
  for (std::size_t number = 0; number < kOtherGroups; ++number)
    shape.last.groups.push_back({.name = "other-" + std::to_string(number), .gid = 0});
  shape.last.groups.push_back({.name = group(count - 1), .gid = 0});
  const Rule& last = shape.rules.rules.back();
  if (last.from.empty()) {
    shape.last_source = Source::of("192.0.2.1");
  } else {
    shape.last_source = {.kind = Source::Kind::address, .address = last.from.back().network.base};
  }
  return shape;
}

void mix(std::size_t number, Rule& rule) {
  constexpr std::size_t kKinds = 5;
  const bool last = number + 1 == kMany;
  rule.from = networks_of_rule(number);
  if (number % kKinds == 0) rule.users = {user(number), user(number + kMany)};
  if (number % kKinds == 1) rule.groups = {group(number), group(number % 7)};
  if (number % kKinds == 2) rule.not_from = origins({"192.0.2.0/24", "local"});
  if (number % kKinds == 3 && !last)
    rule.hours = {hours_in_utc("08:00-18:00", 0x1f, 8 * 60, 18 * 60)};
  if (number % kKinds == 4) rule.groups = {group(number)};
}

/// Hours at night, of a zone whose clocks are changed `days` after kNoon.
Hours at_night(std::size_t number, std::int64_t days) {
  constexpr std::int64_t kHour = 3600;
  static const auto zone_changed_at = [](std::int64_t moment) {
    return std::make_shared<const TimeZone>(
        TimeZone{.name = "Zone", .periods = {{}, {.begin = moment, .offset = kHour}}});
  };
  const auto minute = static_cast<std::int32_t>(number % 300);
  Hours hours = hours_in_utc("at night", 0x7f, minute, 360 + minute);
  hours.zone = zone_changed_at(kNoon + days * 24 * kHour);
  return hours;
}

Shape shape_of_hours(std::string name, std::int64_t days) {
  return shape(std::move(name), kMany, [days](std::size_t number, Rule& rule) {
    rule.from = networks_of_rule(0);
    if (number + 1 != kMany) rule.hours = {at_night(number, days)};
  });
}

}  // namespace

std::vector<Shape> all_shapes() {
  std::vector<Shape> shapes;
  shapes.push_back(shape(
      "from", kMany, [](std::size_t number, Rule& rule) { rule.from = networks_of_rule(number); }));
  shapes.push_back(shape("user", kMany, [](std::size_t number, Rule& rule) {
    rule.from = networks_of_rule(0);
    rule.users = {user(number)};
  }));
  shapes.push_back(shape("group", kMany, [](std::size_t number, Rule& rule) {
    rule.from = networks_of_rule(0);
    rule.groups = {group(number)};
  }));
  shapes.push_back(shape("one long", kMany, [](std::size_t number, Rule& rule) {
    rule.users = {user(number)};
    if (number + 1 == kMany) rule.from = networks(0, kMany * kNetworksOfRule);
  }));
  shapes.push_back(shape("mixed", kMany, mix));
  shapes.push_back(shape_of_hours("hours", 100));
  shapes.push_back(shape_of_hours("hours, clock change", 1));
  shapes.push_back(shape("10 rules", kUsual, [](std::size_t number, Rule& rule) {
    rule.from = networks(number * 2, 2);
    if (number % 2 == 1) rule.groups = {group(number)};
  }));
  return shapes;
}

}  // namespace usher::bench
