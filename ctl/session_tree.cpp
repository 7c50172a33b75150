// SPDX-License-Identifier: Apache-2.0
#include "ctl/session_tree.h"

#include <nlohmann/json.hpp>
#include <ranges>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ctl/session_text.h"

namespace usher::ctl {
namespace {

/// Whoever nests deeper must not widen the column for everybody: it is shown at this level.
constexpr std::size_t kDeepest = 16;

/// Of each session, by its place in the list, the places of those right below it.
struct Kinship {
  std::vector<std::size_t> outermost;
  std::vector<std::vector<std::size_t>> below;
};

Kinship kinship_in(const Json& sessions) {
  Kinship kinship{.outermost = {}, .below = std::vector<std::vector<std::size_t>>(sessions.size())};
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t place = 0; place < sessions.size(); ++place) {
    const Json& session = sessions[place];
    // Only among those before it, so that whatever the list holds goes round in no circle.
    const auto parent = places.find(session.at("parent").get_ref<const std::string&>());
    (parent == places.end() ? kinship.outermost : kinship.below[parent->second]).push_back(place);
    places.emplace(session.at("id").get_ref<const std::string&>(), place);
  }
  return kinship;
}

/// A session that is to be shown.
struct Branch {
  std::size_t place = 0;
  std::size_t depth = 0;
  std::string left;  // what stands left of its own mark
  std::string_view mark;
};

/// From the last to the first, as a stack wants them.
void push_below(std::vector<Branch>& stack, const Branch& parent,
                const std::vector<std::size_t>& places) {
  std::string left = parent.left;
  if (parent.depth > 0 && parent.depth < kDeepest) left += parent.mark == "└ " ? "  " : "│ ";
  std::string_view mark = "└ ";
  for (const std::size_t place : std::views::reverse(places))
    stack.push_back({.place = place,
                     .depth = parent.depth + 1,
                     .left = left,
                     .mark = std::exchange(mark, "├ ")});
}

std::string rule_of(const Json& session) {
  std::string rule = dash_for_none(session.at("rule").get<std::string>());
  if (session.at("observed").get<bool>()) rule += " (observed)";
  return rule;
}

std::vector<Cell> branch_row(const Json& session, const Branch& branch, std::int64_t now) {
  std::string user = branch.left;
  user.append(branch.mark).append(session.at("user").get<std::string>());
  return {{.text = short_id(session), .style = Style::quiet},
          {.text = std::move(user), .style = Style::strong},
          {.text = session.at("service").get<std::string>()},
          {.text = origin_of(session)},
          {.text = dash_for_none(session.at("tty").get<std::string>())},
          {.text = moment_of(session.at("opened").get<std::int64_t>()), .style = Style::quiet},
          {.text = factors_of(session)},
          {.text = rule_of(session)},
          {.text = reusable_in(session, now)}};
}

}  // namespace

Table session_tree(const Json& sessions, std::int64_t now) {
  Table table(
      {"ID", "USER", "SERVICE", "FROM", "TTY", "SINCE", "FACTORS", "RULE", "REUSABLE UNTIL"});
  const Kinship kinship = kinship_in(sessions);
  std::vector<Branch> stack;
  for (const std::size_t place : std::views::reverse(kinship.outermost))
    stack.push_back({.place = place, .depth = 0, .left = {}, .mark = {}});
  while (!stack.empty()) {
    const Branch branch = std::move(stack.back());
    stack.pop_back();
    table.add(branch_row(sessions[branch.place], branch, now));
    push_below(stack, branch, kinship.below[branch.place]);
  }
  return table;
}

}  // namespace usher::ctl
