// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "ctl/complaint.h"
#include "ctl/key_text.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/store_work.h"
#include "daemon/store/rotation.h"

namespace usher::ctl {
namespace {

/// What there is to do about it; empty where all is well.
std::string advice_on(const KeyState& state) {
  if (std::ranges::find(state.in_file, state.in_force) == state.in_file.end())
    return "The store was sealed with another key: put that back, or restore a backup.";
  if (state.in_file.size() == 1) return {};
  if (state.in_force == state.in_file.front())
    return "A rotation is half-way: `usherctl key rotate` puts the second key in force.";
  return state.file_is_writable
             ? "A rotation is half-way: `usherctl key rotate` removes the old key."
             : "The old key can go: take its line, the first, out of the credential, and restart "
               "usherd.";
}

void report(const Globals& globals, const std::string& file, const KeyState& state,
            const std::string& advice) {
  if (globals.json) {
    Json ids = Json::array();
    for (const KeyId& id : state.in_file) ids.push_back(text_of(id));
    return print_json({{"file", file}, {"in_force", text_of(state.in_force)}, {"in_file", ids}});
  }
  Table table({"", ""});
  table.add({{.text = "key file", .style = Style::strong}, {.text = file}});
  table.add({{.text = "in force", .style = Style::strong}, {.text = text_of(state.in_force)}});
  for (const KeyId& id : state.in_file)
    table.add({{.text = "in the file", .style = Style::strong}, {.text = text_of(id)}});
  fmt::print("{}", table.text(palette_for(globals), ""));
  if (!advice.empty()) fmt::print("{}\n", advice);
}

ExitCode show(const Globals& globals) {
  const auto work = StoreWork::begin(globals, {});
  if (!work) return work.error();
  if (const auto given_up = work->give_up_root(); !given_up) return given_up.error();
  const auto state = key_state(work->settings().store, work->settings().master_key);
  if (!state) return complain({.code = ExitCode::no, .what = state.error().message, .next = {}});
  const std::string advice = advice_on(*state);
  report(globals, work->settings().master_key, *state, advice);
  return advice.empty() ? ExitCode::ok : ExitCode::no;
}

Run setup_key_status(CLI::App&) {
  return [](const Globals& globals) { return show(globals); };
}

}  // namespace

const Command kKeyStatus{
    .name = "key status",
    .summary = "Say which master key is in force, and where it is",
    .lesson =
        R"(For root. Names keys by their ids, which tell nothing of the keys themselves. Exits with 1
where there is something to do: a rotation is half-way, or the key is not the store's.

Examples:
  usherctl key status
  usherctl key status --json | jq -r .in_force)",
    .setup = setup_key_status};

}  // namespace usher::ctl
