// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "daemon/review/pam_services.h"
#include "pam_stacks/change.h"
#include "pam_stacks/plan.h"

namespace usher::ctl {
namespace {

namespace ps = pam_stacks;

struct Asking {
  std::string service;
  std::vector<std::string> types;  // that come to pam_usher.so
};

std::vector<Asking> asking_in(const ps::Stacks& stacks) {
  std::vector<Asking> list;
  for (const auto& [name, text] : stacks) {
    if (review::is_stack_fragment(name)) continue;
    Asking asking{.service = name, .types = {}};
    for (const char* type : {"auth", "account", "session"})
      if (ps::asks_usher(stacks, name, type)) asking.types.emplace_back(type);
    list.push_back(std::move(asking));
  }
  return list;
}

/// "none", "group:sudo"; "not by usherctl" for a file of somebody's own; empty where there is none.
std::string when_down_in(const ps::Stacks& stacks) {
  const auto usher = stacks.find("usher");
  if (usher == stacks.end()) return {};
  const auto choice = ps::choice_in(usher->second);
  if (choice) return ps::text_of(*choice);
  return usher->second.contains("(of the package)") ? "observe, until `usherctl pam apply`"
                                                    : "not by usherctl";
}

Json json_about(const ps::Change& change) {
  const auto left = change.seconds_left();
  return {{"services", change.services},
          {"made", change.made_microseconds / 1'000'000},
          {"made_by", change.made_by},
          {"in_place", change.in_place && !change.undoing},
          {"seconds_left", left ? Json(*left) : Json()}};
}

std::string sentence_about(const ps::Change& change) {
  const std::string what =
      fmt::format("The change of {} by {} ({})", plain_line(sentence_of(change.services)),
                  plain_line(change.made_by), moment_of(change.made_microseconds / 1'000'000));
  if (!change.in_place || change.undoing)
    return what + " was interrupted: `usherctl pam rollback` puts the old stacks back.";
  const auto left = change.seconds_left();
  if (!left) return what + " waits for `usherctl pam confirm` or `usherctl pam rollback`.";
  return fmt::format(
      "{} is taken back in {}, unless `usherctl pam confirm` comes from a new login.", what,
      minutes_of(*left));
}

void print_services(const Globals& globals, const std::vector<Asking>& services) {
  Table table({"SERVICE", "AUTH", "ACCOUNT", "SESSION"});
  for (const Asking& each : services) {
    std::vector<Cell> row{{.text = each.service}};
    for (const char* type : {"auth", "account", "session"}) {
      const bool asks = std::ranges::find(each.types, type) != each.types.end();
      row.push_back({.text = asks ? "usher" : "-", .style = asks ? Style::good : Style::quiet});
    }
    table.add(std::move(row));
  }
  print_table(table, globals);
}

ExitCode show_pam_status(const Globals& globals) {
  const auto stacks = ps::stacks_in({});
  if (!stacks)
    return complain({.code = ExitCode::internal, .what = stacks.error().message, .next = {}});
  const std::vector<Asking> services = asking_in(*stacks);
  const std::string when_down = when_down_in(*stacks);
  const auto change = ps::Changes::waiting_in(ps::kChangesFolder);
  if (globals.json) {
    Json list = Json::array();
    for (const Asking& each : services)
      list.push_back({{"service", each.service}, {"asks_usher_for", each.types}});
    print_json({{"services", list},
                {"when_down", when_down.empty() ? Json() : Json(when_down)},
                {"change", change && *change ? json_about(**change) : Json()}});
  } else {
    print_services(globals, services);
    fmt::print("\nWhile usherd is gone: {}\n",
               when_down.empty() ? "no stack asks for it (there is no /etc/pam.d/usher)"
                                 : plain_line(when_down));
    if (change && *change) fmt::print("{}\n", sentence_about(**change));
  }
  if (!change)
    return complain({.code = ExitCode::internal, .what = change.error().message, .next = {}});
  return ExitCode::ok;
}

Run setup_pam_status(CLI::App& /*app*/) {
  return [](const Globals& globals) { return show_pam_status(globals); };
}

}  // namespace

const Command kPamStatus{
    .name = "pam status",
    .summary = "Show which services ask Usher, and whether a change waits",
    .lesson =
        R"(Each service of /etc/pam.d, and which of its lines come to pam_usher.so, whatever they
include; who gets in while usherd is gone; and, for root, the change that waits for being
confirmed. Usherd need not run.

Examples:
  usherctl pam status
  usherctl pam status --json | jq -r '.services[] | select(.asks_usher_for == []) | .service')",
    .setup = setup_pam_status};

}  // namespace usher::ctl
