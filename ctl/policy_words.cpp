// SPDX-License-Identifier: Apache-2.0
#include "ctl/policy_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace usher::ctl {
namespace {

Style style_of_match(Match match) {
  switch (match) {
    case Match::no:
      return Style::quiet;
    case Match::yes:
      return Style::good;
    case Match::unknown:
      return Style::bad;
  }
  return Style::bad;
}

}  // namespace

std::string place_of_rule(const Rule* rule) {
  return rule == nullptr ? std::string() : fmt::format("{}:{}", rule->at.file, rule->at.line);
}

std::string named_rule(std::string_view name) {
  return name.empty() ? "no rule" : fmt::format("rule \"{}\"", name);
}

std::string requirement_words(const std::vector<Requirement>& requirements) {
  std::string text;
  for (const Requirement& requirement : requirements)
    text += fmt::format("{}{}", text.empty() ? "" : " and ", spelled(requirement));
  return text;
}

bool same_in_any_order(const std::vector<Requirement>& some,
                       const std::vector<Requirement>& others) {
  const auto sorted = [](const std::vector<Requirement>& requirements) {
    std::vector<std::vector<Factor>> all;
    all.reserve(requirements.size());
    for (const Requirement& requirement : requirements)
      std::ranges::sort(all.emplace_back(requirement.any_of));
    std::ranges::sort(all);
    return all;
  };
  return sorted(some) == sorted(others);
}

std::string outcome_words(Decision::Kind kind, Decision::Kind would,
                          const std::vector<Requirement>& missing) {
  if (kind == Decision::Kind::observed)
    return "observed: " + outcome_words(would, Decision::Kind::denied, missing);
  if (kind == Decision::Kind::ask) return "ask " + requirement_words(missing);
  return std::string(name_of(kind));
}

std::string request_words(std::string_view user, std::string_view service, std::string_view from) {
  return fmt::format("{} through {}, {}{}", user, service, from.empty() ? "local" : "from ", from);
}

Json spellings_of(const std::vector<Requirement>& requirements) {
  Json list = Json::array();
  for (const Requirement& requirement : requirements) list.push_back(spelled(requirement));
  return list;
}

Json json_of(const Decision& decision) {
  Json json{{"decision", name_of(decision.kind)}};
  if (decision.kind == Decision::Kind::observed) json["would"] = name_of(decision.would);
  json["missing"] = spellings_of(decision.missing);
  json["rule"] = decision.rule == nullptr ? "" : decision.rule->name;
  json["at"] = place_of_rule(decision.rule);
  json["reason"] = decision.reason;
  return json;
}

Table table_of(const std::vector<RuleTrace>& traces) {
  Table table({"", "", "", ""});
  for (const RuleTrace& trace : traces)
    table.add({{.text = std::string(name_of(trace.match)), .style = style_of_match(trace.match)},
               {.text = trace.rule->name},
               {.text = place_of_rule(trace.rule), .style = Style::quiet},
               {.text = trace.why}});
  return table;
}

Json json_of(const std::vector<RuleTrace>& traces) {
  Json list = Json::array();
  for (const RuleTrace& trace : traces)
    list.push_back({{"rule", trace.rule->name},
                    {"at", place_of_rule(trace.rule)},
                    {"match", usher::name_of(trace.match)},
                    {"why", trace.why}});
  return list;
}

}  // namespace usher::ctl
