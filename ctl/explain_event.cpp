// SPDX-License-Identifier: Apache-2.0
#include "ctl/explain_event.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/session_text.h"

namespace usher::ctl {
namespace {

/// The member as people read it; empty where there is none.
std::string text_of(const Json& event, const char* member) {
  const auto found = event.find(member);
  if (found == event.end()) return {};
  if (const auto* text = found->get_ptr<const std::string*>()) return *text;
  std::vector<std::string> parts;
  if (found->is_array()) {
    for (const Json& part : *found)
      if (const auto* text = part.get_ptr<const std::string*>()) parts.push_back(*text);
  } else if (found->is_object()) {
    for (const auto& [name, value] : found->items()) parts.push_back(name);
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string factors_given(const Json& facts) {
  std::vector<std::string> parts;
  const auto given = facts.find("given");
  if (given != facts.end() && given->is_array())
    for (const Json& proof : *given)
      parts.push_back(fmt::format("{} (by {})", text_of(proof, "factor"), text_of(proof, "by")));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// How long before the event the session's proof of that factor was made; empty where it is not
/// told.
std::string age_of_given(const Json& event, const std::string& factor) {
  const auto facts = event.find("facts");
  if (facts == event.end() || !facts->is_object()) return {};
  const auto given = facts->find("given");
  if (given == facts->end() || !given->is_array()) return {};
  for (const Json& proof : *given) {
    if (text_of(proof, "factor") != factor || text_of(proof, "by") != "session") continue;
    const auto age = proof.find("age");
    if (age != proof.end() && age->is_number_integer()) return rough_span(age->get<std::int64_t>());
  }
  return {};
}

/// What counted although it was proven before, in the session.
std::vector<std::string> reused_proofs(const Json& event) {
  std::vector<std::string> reused;
  const auto before = event.find("before");
  if (before == event.end() || !before->is_array()) return reused;
  for (const Json& proof : *before) {
    if (!proof.is_object() || text_of(proof, "by") != "session") continue;
    std::string words = text_of(proof, "factor");
    if (const std::string age = age_of_given(event, words); !age.empty())
      words += fmt::format(", proven {} before", age);
    reused.push_back(std::move(words));
  }
  return reused;
}

Table story_of(const Json& event) {
  Table table({"", ""});
  const auto row = [&](const char* name, std::string value) {
    if (value.empty()) return;
    table.add({{.text = name, .style = Style::strong}, {.text = std::move(value)}});
  };
  row("time", text_of(event, "time"));
  row("event", text_of(event, "kind"));
  row("phase", text_of(event, "phase"));
  row("service", text_of(event, "service"));
  row("user", text_of(event, "user"));
  row("account", text_of(event, "person"));
  row("from", text_of(event, "rhost"));
  row("tty", text_of(event, "tty"));
  row("session", text_of(event, "session"));
  const std::string rule = text_of(event, "rule");
  row("rule", rule.empty() ? "none" : fmt::format("{}, {}", rule, text_of(event, "at")));
  row("decision", text_of(event, "decision"));
  row("would be", text_of(event, "would"));
  row("missing", text_of(event, "missing"));
  row("lacks", text_of(event, "lacks"));
  row("asked", text_of(event, "asked"));
  row("held", text_of(event, "held"));
  for (std::string& reused : reused_proofs(event)) row("reused", std::move(reused));
  if (const auto facts = event.find("facts"); facts != event.end() && facts->is_object()) {
    row("given", factors_given(*facts));
    row("groups", text_of(*facts, "groups"));
    row("not found", text_of(*facts, "unresolved"));
  }
  return table;
}

bool is_plain_word(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '@';
  });
}

std::string why_no_traces(const Json& event) {
  if (!event.contains("decision")) return "No rule was asked.\n";
  const std::string user = text_of(event, "user");
  const std::string service = text_of(event, "service");
  std::string text = fmt::format(
      "The rules have changed since (it was version {}), so each one's part can't be shown.\n",
      plain_line(text_of(event, "rules_version")));
  // Whoever types a name chooses what an administrator might copy into a shell.
  if (is_plain_word(user) && is_plain_word(service))
    text += fmt::format("`usherctl explain {} --service {}` says what those in force make of it.\n",
                        user, service);
  return text;
}

bool was_kept_out(std::string_view outcome) {
  return outcome == "denied" || outcome == "refused" || outcome == "aborted";
}

ExitCode show_event(const Globals& globals, const Json& reply) {
  const Json event = Json::parse(reply.at("event").get<std::string>(), nullptr, false);
  if (!event.is_object())
    return complain({.what = "usherd answered with an event that can't be read", .next = {}});
  const std::string outcome = text_of(event, "outcome");
  const ExitCode code = was_kept_out(outcome) ? ExitCode::no : ExitCode::ok;
  const Json& traces = reply.at("traces");
  const Table rules = rules_tried(traces);
  if (globals.json) {
    print_json(Json{{"event", event}, {"current", reply.at("current")}, {"traces", traces}});
    return code;
  }
  const Palette palette = palette_for(globals);
  fmt::print("{}: {}\n",
             palette.paint(plain_line(outcome), code == ExitCode::ok ? Style::good : Style::bad),
             plain_line(text_of(event, "reason")));
  fmt::print("{}", story_of(event).text(palette, "  "));
  if (traces.empty())
    fmt::print("{}", why_no_traces(event));
  else
    fmt::print("Did it match? Rules in their order, up to the one that decided:\n{}",
               rules.text(palette, "  "));
  return code;
}

}  // namespace

ExitCode explain_event(const Globals& globals, const std::string& id) {
  return ask_control(globals, "ExplainEvent", Json{{"id", id}},
                     [&](const Json& reply) { return show_event(globals, reply); });
}

Table rules_tried(const Json& traces) {
  Table table({"", "", "", ""});
  for (const Json& trace : traces) {
    const auto match = trace.at("match").get<std::string>();
    const Style style = match == "yes" ? Style::good : Style::quiet;
    table.add({{.text = match, .style = match == "unknown" ? Style::bad : style},
               {.text = trace.at("rule").get<std::string>()},
               {.text = trace.at("at").get<std::string>(), .style = Style::quiet},
               {.text = trace.at("why").get<std::string>()}});
  }
  return table;
}

}  // namespace usher::ctl
