// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
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
#include "daemon/config/config.h"
#include "daemon/config/units.h"

namespace usher::ctl {
namespace {

using Lines = std::vector<std::pair<std::string_view, std::string>>;

template <typename Value>
std::string spellings(const std::vector<Value>& values) {
  std::vector<std::string_view> all;
  all.reserve(values.size());
  for (const Value& value : values) all.push_back(value.spelling);
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string denial_of(const Rule& rule) {
  if (!rule.deny) return {};
  return rule.deny_text.empty() ? "true" : rule.deny_text;
}

std::string requirements_of(const Rule& rule) {
  std::vector<std::string> all;
  all.reserve(rule.require.size());
  for (const Requirement& requirement : rule.require) all.push_back(spelled(requirement));
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string reuse_of(const Rule& rule) {
  std::vector<std::string> all;
  all.reserve(rule.reuse.size());
  for (const ReuseWindow& window : rule.reuse)
    all.push_back(
        fmt::format("{} {}", usher::name_of(window.factor), config::duration_text(window.seconds)));
  return fmt::format("{}", fmt::join(all, ", "));
}

/// What a rule says, key by key, with its sets written out; empty for a key it does not have.
Lines lines_of(const Rule& rule) {
  return {{"service", fmt::format("{}", fmt::join(rule.services, ", "))},
          {"user", fmt::format("{}", fmt::join(rule.users, ", "))},
          {"group", fmt::format("{}", fmt::join(rule.groups, ", "))},
          {"from", spellings(rule.from)},
          {"not_from", spellings(rule.not_from)},
          {"tty", fmt::format("{}", fmt::join(rule.ttys, ", "))},
          {"hours", spellings(rule.hours)},
          {"require", requirements_of(rule)},
          {"deny", denial_of(rule)},
          {"reuse", reuse_of(rule)},
          {"prompt", rule.prompt == PromptLayout::combined ? "combined" : ""},
          {"account", rule.strict_account ? "strict" : ""},
          {"mode", rule.observe ? "observe" : ""}};
}

struct ChangedLine {
  std::string_view key;
  std::string before;
  std::string after;
};

enum class ChangeKind : unsigned char { added = 1, removed, changed, moved };

/// One rule that is not as it was; of a changed one also where it moved.
struct RuleChange {
  ChangeKind kind{};
  const Rule* before = nullptr;  // none of an added one
  const Rule* after = nullptr;   // none of a removed one
  std::vector<ChangedLine> lines;
};

std::vector<ChangedLine> changed_lines(const Rule* before, const Rule* after) {
  static const Rule kNone;
  const Lines were = lines_of(before == nullptr ? kNone : *before);
  const Lines are = lines_of(after == nullptr ? kNone : *after);
  std::vector<ChangedLine> changed;
  for (std::size_t i = 0; i < are.size(); ++i)
    if (were[i].second != are[i].second)
      changed.push_back({.key = are[i].first, .before = were[i].second, .after = are[i].second});
  return changed;
}

using RulePlaces = std::map<std::string_view, std::size_t>;

RulePlaces places_of(const std::vector<Rule>& rules) {
  RulePlaces places;
  for (std::size_t i = 0; i < rules.size(); ++i) places.emplace(rules[i].name, i);
  return places;
}

/// Of numbers in a new order, the fewest without which the others are still in the old one.
std::vector<bool> out_of_order(const std::vector<std::size_t>& numbers) {
  std::vector<std::size_t> length(numbers.size(), 1);
  std::vector<std::size_t> next(numbers.size(), numbers.size());
  std::size_t best = numbers.size();
  for (std::size_t i = numbers.size(); i-- > 0;) {
    for (std::size_t j = i + 1; j < numbers.size(); ++j) {
      if (numbers[j] <= numbers[i] || length[j] < length[i]) continue;
      length[i] = length[j] + 1;
      next[i] = j;
    }
    if (best == numbers.size() || length[i] >= length[best]) best = i;
  }
  std::vector<bool> moved(numbers.size(), true);
  for (; best < numbers.size(); best = next[best]) moved[best] = false;
  return moved;
}

/// In the order of the new rules; what is gone, at the end.
std::vector<RuleChange> differences(const std::vector<Rule>& before,
                                    const std::vector<Rule>& after) {
  const RulePlaces old_places = places_of(before);
  const RulePlaces new_places = places_of(after);
  std::vector<std::size_t> order;
  for (const Rule& rule : after)
    if (const auto old = old_places.find(rule.name); old != old_places.end())
      order.push_back(old->second);
  const std::vector<bool> moved = out_of_order(order);

  std::vector<RuleChange> changes;
  std::size_t common = 0;
  for (const Rule& rule : after) {
    const auto old = old_places.find(rule.name);
    const Rule* was = old == old_places.end() ? nullptr : &before[old->second];
    auto lines = changed_lines(was, &rule);
    const bool elsewhere = was != nullptr && moved[common++];
    if (was == nullptr)
      changes.push_back({ChangeKind::added, nullptr, &rule, std::move(lines)});
    else if (!lines.empty())
      changes.push_back({ChangeKind::changed, was, &rule, std::move(lines)});
    if (elsewhere) changes.push_back({ChangeKind::moved, was, &rule, {}});
  }
  for (const Rule& rule : before)
    if (!new_places.contains(rule.name))
      changes.push_back({ChangeKind::removed, &rule, nullptr, changed_lines(&rule, nullptr)});
  return changes;
}

std::string_view word_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::added:
      return "added";
    case ChangeKind::removed:
      return "removed";
    case ChangeKind::changed:
      return "changed";
    case ChangeKind::moved:
      return "moved";
  }
  return "changed";
}

Style style_of_change(ChangeKind kind) {
  if (kind == ChangeKind::added) return Style::good;
  return kind == ChangeKind::removed ? Style::bad : Style::warning;
}

void print_change(const RuleChange& change, const Palette& palette) {
  const Rule& rule = change.after == nullptr ? *change.before : *change.after;
  std::string places = place_of_rule(change.before);
  if (change.before != nullptr && change.after != nullptr) places += " -> ";
  places += place_of_rule(change.after);
  fmt::print("{} {}, {}\n",
             palette.paint(std::string(word_of(change.kind)), style_of_change(change.kind)),
             plain_line(named_rule(rule.name)), plain_line(places));
  Table table({"", ""});
  for (const ChangedLine& line : change.lines) {
    std::string text = change.kind == ChangeKind::removed ? line.before : line.after;
    if (change.kind == ChangeKind::changed)
      text = fmt::format("{} -> {}", line.before.empty() ? "(none)" : line.before,
                         line.after.empty() ? "(none)" : line.after);
    table.add({{.text = std::string(line.key), .style = Style::strong}, {.text = std::move(text)}});
  }
  fmt::print("{}", table.text(palette, "  "));
}

Json change_json(const RuleChange& change) {
  Json lines = Json::array();
  for (const ChangedLine& line : change.lines)
    lines.push_back({{"key", line.key}, {"before", line.before}, {"after", line.after}});
  return {{"change", word_of(change.kind)},
          {"rule", change.after == nullptr ? change.before->name : change.after->name},
          {"before", place_of_rule(change.before)},
          {"after", place_of_rule(change.after)},
          {"lines", std::move(lines)}};
}

ExitCode diff_policy(const Globals& globals, const std::filesystem::path& own_rules) {
  const auto before = load_configuration(globals.config);
  if (!before) return show_mistakes(globals, before.error());
  const auto after = load_configuration(globals.config, own_rules);
  if (!after) return show_mistakes(globals, after.error());
  const auto changes = differences(before->rules.rules, after->rules.rules);
  const ExitCode code = changes.empty() ? ExitCode::ok : ExitCode::no;
  if (globals.json) {
    Json list = Json::array();
    for (const RuleChange& change : changes) list.push_back(change_json(change));
    print_json({{"changes", std::move(list)}});
    return code;
  }
  for (const RuleChange& change : changes) print_change(change, palette_for(globals));
  if (changes.empty()) fmt::print("no difference\n");
  return code;
}

Run setup_policy_diff(CLI::App& app) {
  const auto own_rules = std::make_shared<std::filesystem::path>();
  app.add_option("--with", *own_rules, "A directory in place of the last one of [rules]")
      ->type_name("DIR")
      ->required();
  return [own_rules](const Globals& globals) { return diff_policy(globals, *own_rules); };
}

}  // namespace

const Command kPolicyDiff{
    .name = "policy diff",
    .summary = "Show which rules a draft adds, removes, changes or moves",
    .lesson =
        R"(Compares the rules in the files with what they would be with DIR in place of the
administrator's directory: by their names, with named sets written out, so that comments, the
order of keys and the way in which lists are written make no difference. Order does: the
first rule that matches decides. Exits with 1 where there is a difference, with 4 where
one side has mistakes.

Examples:
  usherctl policy diff --with ~/policy/rules.d
  usherctl policy diff --with draft --json | jq -r '.changes[].rule')",
    .setup = setup_policy_diff};

}  // namespace usher::ctl
