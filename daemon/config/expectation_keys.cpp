// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/expectation_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/config/lists.h"
#include "daemon/config/moments.h"
#include "daemon/config/names.h"
#include "daemon/config/requirements.h"
#include "daemon/config/text.h"
#include "daemon/config/values.h"
#include "daemon/config/words.h"
#include "daemon/model/network.h"

namespace usher::config {
namespace {

constexpr std::array kDecisions = {
    Word<Decision::Kind>{name_of(Decision::Kind::denied), Decision::Kind::denied},
    Word<Decision::Kind>{name_of(Decision::Kind::ask), Decision::Kind::ask},
    Word<Decision::Kind>{name_of(Decision::Kind::satisfied), Decision::Kind::satisfied},
    Word<Decision::Kind>{name_of(Decision::Kind::observed), Decision::Kind::observed}};
constexpr std::array kObservedDecisions = {kDecisions[0], kDecisions[1], kDecisions[2]};

std::vector<std::string> checked_names(const Entry& entry, NameKind kind) {
  std::vector<std::string> checked;
  const auto* list = entry.node.as_array();
  if (list != nullptr && list->empty())
    entry.refuse(fmt::format("{} is an empty list", ticked(entry.key)), "name at least one");
  for (const Text& name : read_texts(entry))
    if (check_name(entry.document, kind, name)) checked.push_back(name.value);
  return checked;
}

// ---- [[person]]

void read_person_name(const Entry& entry, Person& person) {
  const auto name = read_text(entry, "a text", "put the name between double quotes");
  if (name && check_name(entry.document, NameKind::expected_user,
                         {.value = *name, .at = entry.node.source().begin}))
    person.name = *name;
}

void read_person_groups(const Entry& entry, Person& person) {
  for (const Text& group : read_texts(entry))
    if (check_name(entry.document, NameKind::expected_group, group))
      person.groups.push_back({.name = group.value});
}

// ---- [[expect]]

void read_title(const Entry& entry, Expectation& expectation) {
  const auto name = read_text(entry, "a text", "put the name between double quotes");
  if (!name) return;
  if (trimmed(*name).empty() || !is_one_printable_line(*name))
    return entry.refuse("this name is empty or has a tab or an invisible character in it",
                        "say in a few words what is expected, in one line");
  expectation.name = *name;
}

void read_users(const Entry& entry, Expectation& expectation) {
  expectation.users = checked_names(entry, NameKind::expected_user);
}

void read_services(const Entry& entry, Expectation& expectation) {
  expectation.services = checked_names(entry, NameKind::expected_service);
}

void read_places(const Entry& entry, Expectation& expectation) {
  for (const Text& place : read_some_texts(entry)) {
    if (place.value == "local") {
      expectation.from.emplace_back();
    } else if (parse_address(place.value)) {
      expectation.from.push_back(place.value);
    } else {
      entry.document.report(
          place.at,
          fmt::format("{} is no address that somebody can come from", ticked(place.value)),
          R"(write one address, such as "192.0.2.7" or "2001:db8::7", or "local")");
    }
  }
}

void read_terminal(const Entry& entry, Expectation& expectation) {
  expectation.tty = read_text(entry, "a text", R"(write it like "tty1", or "" for no terminal)");
}

void read_now(const Entry& entry, Expectation& expectation) {
  const auto text = read_text(entry, "a text", "put the time between double quotes");
  if (!text) return;
  expectation.now = read_moment(entry.document, {.value = *text, .at = entry.node.source().begin});
  expectation.now_spelling = *text;
}

void read_proven(const Entry& entry, Expectation& expectation) {
  for (const Text& factor : read_texts(entry)) {
    if (factor.value == name_of(Factor::publickey))
      expectation.proven.push_back(
          {.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = {}});
    else if (factor.value == name_of(Factor::password))
      expectation.proven.push_back(
          {.factor = Factor::password, .by = ProvenBy::stack, .detail = {}});
    else
      entry.document.report(
          factor.at,
          fmt::format("nobody can have proven {} before Usher is asked", ticked(factor.value)),
          "it may be `publickey` (to sshd) or `password` (to a module before)");
  }
}

/// What the session holds that the request stands in, and how long ago it was proven.
void read_session(const Entry& entry, Expectation& expectation) {
  constexpr std::uint32_t kLongestAgo = 3650 * std::uint32_t{24 * 3600};  // ten years
  for (const FactorTime& time : read_factor_times(entry, 0, kLongestAgo))
    expectation.proven.push_back({.factor = time.factor,
                                  .by = ProvenBy::session,
                                  .detail = {},
                                  .age = std::int64_t{time.seconds}});
}

void read_decision(const Entry& entry, Expectation& expectation) {
  read_word(entry, kDecisions, expectation.decision);
}

void read_would(const Entry& entry, Expectation& expectation) {
  read_word(entry, kObservedDecisions, expectation.would);
}

void read_missing(const Entry& entry, Expectation& expectation) {
  const auto* list = entry.node.as_array();
  const bool nothing = list != nullptr && list->empty();
  expectation.missing = nothing ? std::vector<Requirement>{} : read_requirements(entry);
}

void read_rule_name(const Entry& entry, Expectation& expectation) {
  expectation.rule =
      read_text(entry, "a text", R"(write the name of a rule, or "" where none is to match)");
}

// ---- both

template <typename Section>
struct Key {
  std::string_view name;
  void (*read)(const Entry&, Section&);
  bool needed = false;
  std::string_view example;
};

constexpr std::array kPersonKeys = {
    Key<Person>{"name", read_person_name, true, R"(name = "alice")"},
    Key<Person>{"groups", read_person_groups}};

constexpr std::array kExpectKeys = {
    Key<Expectation>{"name", read_title, true, R"(name = "administrators prove a code")"},
    Key<Expectation>{"user", read_users, true, R"(user = "alice")"},
    Key<Expectation>{"service", read_services, true, R"(service = "sshd")"},
    Key<Expectation>{"from", read_places},
    Key<Expectation>{"tty", read_terminal},
    Key<Expectation>{"at", read_now},
    Key<Expectation>{"proven", read_proven},
    Key<Expectation>{"session", read_session},
    Key<Expectation>{"decision", read_decision, true, R"(decision = "denied")"},
    Key<Expectation>{"would", read_would},
    Key<Expectation>{"missing", read_missing},
    Key<Expectation>{"rule", read_rule_name}};

template <typename Section, std::size_t Count>
void report_unknown_key_of(Document& document, const toml::key& key, std::string_view section,
                           const std::array<Key<Section>, Count>& keys) {
  std::array<std::string_view, Count> names;
  std::ranges::transform(keys, names.begin(), &Key<Section>::name);
  std::string hint = did_you_mean(key.str(), names);
  if (hint.empty()) hint = fmt::format("it may have {}", listed(names));
  document.report(key.source().begin,
                  fmt::format("[[{}]] has no key {}", section, ticked(key.str())), hint);
}

template <typename Section, std::size_t Count>
void read_keys(Document& document, const toml::table& table, std::string_view name,
               const std::array<Key<Section>, Count>& keys, Section& section) {
  bool all_known = true;
  for (auto&& [key, node] : table) {
    const auto known = std::ranges::find(keys, key.str(), &Key<Section>::name);
    all_known = all_known && known != keys.end();
    if (known == keys.end())
      report_unknown_key_of(document, key, name, keys);
    else
      known->read({document, key.str(), node}, section);
  }
  // A misspelt key is most likely the one that would be missed here.
  if (!all_known) return;
  for (const Key<Section>& key : keys)
    if (key.needed && !table.contains(key.name))
      document.report(table.source().begin,
                      fmt::format("this [[{}]] has no {}", name, ticked(key.name)),
                      fmt::format("add a line like {}", key.example));
}

}  // namespace

void read_person_keys(Document& document, const toml::table& table, Person& person) {
  read_keys(document, table, "person", kPersonKeys, person);
}

void read_expect_keys(Document& document, const toml::table& table, Expectation& expectation) {
  read_keys(document, table, "expect", kExpectKeys, expectation);
}

bool is_key_of_expectations(std::string_view name) {
  return contains(kPersonKeys, name, &Key<Person>::name) ||
         contains(kExpectKeys, name, &Key<Expectation>::name);
}

}  // namespace usher::config
