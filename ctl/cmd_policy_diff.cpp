// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/mistakes.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/policy_words.h"
#include "ctl/rule_diff.h"
#include "daemon/config/config.h"

namespace usher::ctl {
namespace {

/// What became of a rule, in one or two words.
std::string what_happened(const RuleChange& change) {
  if (change.before == nullptr) return "added";
  if (change.after == nullptr) return "removed";
  if (!change.moved) return "changed";
  return change.values.empty() ? "moved" : "moved and changed";
}

Style style_of_change(const RuleChange& change) {
  if (change.before == nullptr) return Style::good;
  return change.after == nullptr ? Style::bad : Style::warning;
}

std::string standing_behind(const Rule* rule) {
  return rule == nullptr ? "first" : fmt::format("behind \"{}\"", rule->name);
}

std::string words_of_value(const RuleValue& value) {
  return value.values.empty() ? std::string(value.otherwise)
                              : fmt::format("{}", fmt::join(value.values, ", "));
}

/// The keys of a rule that is in one list alone, or what is new in one that is in both.
Table details_of(const RuleChange& change) {
  Table table({"", ""});
  const auto row = [&](std::string_view key, std::string text) {
    table.add({{.text = std::string(key), .style = Style::strong}, {.text = std::move(text)}});
  };
  if (change.moved)
    row("place", fmt::format("{} → {}", standing_behind(change.behind_before),
                             standing_behind(change.behind_after)));
  for (const ValueChange& value : change.values)
    row(value.before.key,
        fmt::format("{} → {}", words_of_value(value.before), words_of_value(value.after)));
  if (change.before != nullptr && change.after != nullptr) return table;
  for (const RuleValue& value :
       values_of(change.before != nullptr ? *change.before : *change.after))
    if (!value.values.empty()) row(value.key, words_of_value(value));
  return table;
}

std::string places_of(const RuleChange& change) {
  if (change.before == nullptr) return place_of_rule(change.after);
  if (change.after == nullptr) return place_of_rule(change.before);
  return fmt::format("{} → {}", place_of_rule(change.before), place_of_rule(change.after));
}

const std::string& name_in(const RuleChange& change) {
  return change.after != nullptr ? change.after->name : change.before->name;
}

void print_change(const RuleChange& change, const Palette& palette) {
  fmt::print("{}: \"{}\"  {}\n", palette.paint(what_happened(change), style_of_change(change)),
             plain_line(name_in(change)),
             palette.paint(plain_line(places_of(change)), Style::quiet));
  fmt::print("{}", details_of(change).text(palette, "  "));
}

Json json_of_values(const RuleValue& value) {
  return value.values.empty() ? Json() : Json(value.values);
}

Json json_of_place(const Rule* rule, const RuleChange& change, const Rule* behind) {
  if (rule == nullptr) return {};
  Json json{{"at", place_of_rule(rule)}};
  if (change.moved) json["behind"] = behind == nullptr ? "" : behind->name;
  return json;
}

Json json_of_change(const RuleChange& change) {
  Json keys = Json::array();
  for (const ValueChange& value : change.values)
    keys.push_back({{"key", value.before.key},
                    {"before", json_of_values(value.before)},
                    {"after", json_of_values(value.after)}});
  if (change.before == nullptr || change.after == nullptr) {
    const bool added = change.before == nullptr;
    for (const RuleValue& value : values_of(added ? *change.after : *change.before))
      if (!value.values.empty())
        keys.push_back({{"key", value.key},
                        {"before", added ? Json() : json_of_values(value)},
                        {"after", added ? json_of_values(value) : Json()}});
  }
  return {{"rule", name_in(change)},
          {"what", what_happened(change)},
          {"before", json_of_place(change.before, change, change.behind_before)},
          {"after", json_of_place(change.after, change, change.behind_after)},
          {"keys", std::move(keys)}};
}

ExitCode show_difference(const Globals& globals, const RuleSet& before, const RuleSet& after) {
  const std::vector<RuleChange> changes = difference(before.rules, after.rules);
  const ExitCode code = changes.empty() ? ExitCode::ok : ExitCode::no;
  if (globals.json) {
    Json list = Json::array();
    for (const RuleChange& change : changes) list.push_back(json_of_change(change));
    print_json({{"rules_version", {{"before", before.version}, {"after", after.version}}},
                {"differences", std::move(list)}});
    return code;
  }
  const Palette palette = palette_for(globals);
  for (const RuleChange& change : changes) print_change(change, palette);
  if (changes.empty())
    fmt::print("no difference\n");
  else
    fmt::print("{}\n", counted(changes.size(), "difference", "differences"));
  return code;
}

Run setup_policy_diff(CLI::App& app) {
  const auto own_rules = std::make_shared<std::filesystem::path>();
  app.add_option("--with", *own_rules, "A directory in place of the last one of [rules]")
      ->type_name("DIR")
      ->required();
  return [own_rules](const Globals& globals) {
    const auto before = load_configuration(globals.config);
    if (!before) return show_mistakes(globals, before.error());
    const auto after = load_configuration(globals.config, *own_rules);
    if (!after) return show_mistakes(globals, after.error());
    return show_difference(globals, before->rules, after->rules);
  };
}

}  // namespace

const Command kPolicyDiff{
    .name = "policy diff",
    .summary = "Show which rules a directory would add, remove, move and change",
    .lesson =
        R"(Compares the rules as usherd would read them now with those it would read if DIR were
the administrator's directory, the last one under [rules]. Rules are told by their
names, and stand in the order in which they are tried; sets are taken apart, so that a
new member of a set shows in each rule that uses it. Exits with 1 where there is a
difference, as diff(1) does, and with 4 where a file has mistakes.

Examples:
  usherctl policy diff --with ~/policy/rules.d
  usherctl policy diff --with ~/policy/rules.d --json | jq -r '.differences[].rule')",
    .setup = setup_policy_diff};

}  // namespace usher::ctl
