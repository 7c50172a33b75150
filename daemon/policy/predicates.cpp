// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/predicates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace usher::policy {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kNoAccount = "there is no such account";

Match matched(bool yes) { return yes ? Match::yes : Match::no; }

bool names(const Names& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

std::string joined(const Names& list) { return fmt::format("{}", fmt::join(list, ", ")); }

std::string joined(const std::vector<Origin>& origins) {
  Names spellings;
  for (const Origin& origin : origins) spellings.push_back(origin.spelling);
  return joined(spellings);
}

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
  return matched(facts.person != nullptr && names(rule.users, facts.person->name));
}

std::string words_for_user(const Rule& rule, const Facts& facts) {
  if (rule.users.empty()) return {};
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
  return unresolved_group(rule, facts) != nullptr ? Match::unknown : Match::no;
}

std::string words_for_group(const Rule& rule, const Facts& facts) {
  if (rule.groups.empty()) return {};
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

// from, not_from

bool covers(const Origin& origin, const Source& source) {
  if (origin.local) return source.kind == Source::Kind::local;
  return source.kind == Source::Kind::address && origin.network.contains(source.address);
}

const Origin* covering(const std::vector<Origin>& origins, const Source& source) {
  const auto found =
      std::ranges::find_if(origins, [&](const Origin& origin) { return covers(origin, source); });
  return found == origins.end() ? nullptr : &*found;
}

std::string words_for_source(const std::vector<Origin>& origins, const Source& source,
                             std::string_view key) {
  if (origins.empty()) return {};
  if (source.kind == Source::Kind::unknown)
    return fmt::format("the remote host is not given as an address, so `{}` has no answer", key);
  const Origin* origin = covering(origins, source);
  if (source.kind == Source::Kind::local)
    return origin != nullptr ? "the request is local"
                             : fmt::format("the request is local, not from {}", joined(origins));
  const std::string address = text_of(source.address);
  if (origin != nullptr) return fmt::format("{} is in {}", address, origin->spelling);
  if (origins.size() == 1 && origins.front().local) return fmt::format("{} is not local", address);
  if (origins.size() == 1) return fmt::format("{} is not in {}", address, origins.front().spelling);
  return fmt::format("{} is in none of {}", address, joined(origins));
}

Match match_from(const Rule& rule, const Facts& facts) {
  if (rule.from.empty()) return Match::yes;
  if (facts.source.kind == Source::Kind::unknown) return Match::unknown;
  return matched(covering(rule.from, facts.source) != nullptr);
}

std::string words_for_from(const Rule& rule, const Facts& facts) {
  return words_for_source(rule.from, facts.source, "from");
}

Match match_not_from(const Rule& rule, const Facts& facts) {
  if (rule.not_from.empty()) return Match::yes;
  if (facts.source.kind == Source::Kind::unknown) return Match::unknown;
  return matched(covering(rule.not_from, facts.source) == nullptr);
}

std::string words_for_not_from(const Rule& rule, const Facts& facts) {
  return words_for_source(rule.not_from, facts.source, "not_from");
}

constexpr std::array kPredicates = {
    Predicate{match_service, words_for_service},   Predicate{match_user, words_for_user},
    Predicate{match_group, words_for_group},       Predicate{match_from, words_for_from},
    Predicate{match_not_from, words_for_not_from},
};

}  // namespace

Standing standing_of(const Rule& rule, const Facts& facts) {
  Standing standing{.match = Match::yes, .decided_by = nullptr};
  for (const Predicate& predicate : kPredicates) {
    const Match match = predicate.match(rule, facts);
    if (match == Match::no) return {.match = Match::no, .decided_by = &predicate};
    if (match == Match::unknown && standing.match == Match::yes)
      standing = {.match = Match::unknown, .decided_by = &predicate};
  }
  return standing;
}

std::string words_for(const Standing& standing, const Rule& rule, const Facts& facts) {
  if (standing.decided_by != nullptr) return standing.decided_by->words(rule, facts);
  std::string all;
  for (const Predicate& predicate : kPredicates) {
    const std::string words = predicate.words(rule, facts);
    if (words.empty()) continue;
    if (!all.empty()) all += "; ";
    all += words;
  }
  return all.empty() ? "it is for every request" : all;
}

}  // namespace usher::policy
