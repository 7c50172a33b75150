// SPDX-License-Identifier: Apache-2.0
// The predicates on who wants in, and through what: service, user, group.
#include "daemon/policy/predicate_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace usher::policy {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kNoAccount = "there is no such account";
constexpr std::string_view kNotLookedUp = "the account could not be looked up";

Match matched(bool yes) { return yes ? Match::yes : Match::no; }

bool names(const Names& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

std::string joined(const Names& list) { return fmt::format("{}", fmt::join(list, ", ")); }

// service

Match match_service(const Rule& rule, const Facts& facts) {
  return matched(rule.services.empty() || names(rule.services, facts.service));
}

std::string words_for_service(const Rule& rule, const Facts& facts) {
  if (rule.services.empty()) return {};
  if (match_service(rule, facts) == Match::yes)
    return fmt::format("service is \"{}\"", facts.service);
  return fmt::format("service is \"{}\", not one of {}", facts.service, joined(rule.services));
}

// user

Match match_user(const Rule& rule, const Facts& facts) {
  if (rule.users.empty()) return Match::yes;
  if (!facts.person_known) return Match::unknown;
  return matched(facts.person != nullptr && names(rule.users, facts.person->name));
}

std::string words_for_user(const Rule& rule, const Facts& facts) {
  if (rule.users.empty()) return {};
  if (!facts.person_known) return std::string(kNotLookedUp);
  if (facts.person == nullptr) return std::string(kNoAccount);
  if (match_user(rule, facts) == Match::yes) return fmt::format("user is {}", facts.person->name);
  return fmt::format("user is {}, not one of {}", facts.person->name, joined(rule.users));
}

// group

const Group* shared_group(const Rule& rule, const Facts& facts) {
  if (facts.person == nullptr) return nullptr;
  const auto found = std::ranges::find_if(
      facts.person->groups, [&](const Group& group) { return names(rule.groups, group.name); });
  return found == facts.person->groups.end() ? nullptr : &*found;
}

const std::string* unresolved_group(const Rule& rule, const Facts& facts) {
  const auto found = std::ranges::find_if(
      facts.unresolved_groups, [&](const std::string& group) { return names(rule.groups, group); });
  return found == facts.unresolved_groups.end() ? nullptr : &*found;
}

Match match_group(const Rule& rule, const Facts& facts) {
  if (rule.groups.empty() || shared_group(rule, facts) != nullptr) return Match::yes;
  if (!facts.person_known) return Match::unknown;
  return unresolved_group(rule, facts) != nullptr ? Match::unknown : Match::no;
}

std::string words_for_group(const Rule& rule, const Facts& facts) {
  if (rule.groups.empty()) return {};
  if (!facts.person_known) return std::string(kNotLookedUp);
  if (const Group* group = shared_group(rule, facts))
    return fmt::format("{} is in group {}", facts.person->name, group->name);
  if (const std::string* group = unresolved_group(rule, facts))
    return fmt::format("there is no group {}, or it could not be looked up", *group);
  if (facts.person == nullptr) return std::string(kNoAccount);
  const std::string& person = facts.person->name;
  if (rule.groups.size() == 1)
    return fmt::format("{} is not in group {}", person, rule.groups.front());
  return fmt::format("{} is in none of the groups {}", person, joined(rule.groups));
}

}  // namespace

const Predicate kService{match_service, words_for_service};
const Predicate kUser{match_user, words_for_user};
const Predicate kGroup{match_group, words_for_group};

}  // namespace usher::policy
