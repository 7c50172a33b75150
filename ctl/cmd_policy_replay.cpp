// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <ios>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/mistakes.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/replay.h"
#include "ctl/times.h"
#include "daemon/audit/event_json.h"
#include "daemon/config/config.h"
#include "daemon/config/text.h"
#include "daemon/policy/rules_in_force.h"

namespace usher::ctl {
namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr std::uint64_t kLinesPerWord = 100'000;

struct ReplayWish {
  std::filesystem::path own_rules;
  std::vector<std::filesystem::path> logs;
  std::string since = "7d";
};

/// Feeds each line to `replay`, with a word on a terminal now and then. False where the file can't
/// be read.
bool read_log(const std::filesystem::path& file, Replay& replay) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return false;
  const bool watched = ::isatty(STDERR_FILENO) != 0;
  std::vector<char> line(kMaxEventLine + 1);
  for (std::uint64_t count = 1; in.getline(line.data(), std::ssize(line)) || in.gcount() > 0;
       ++count) {
    if (in.fail() && !in.eof()) {
      // Longer than any event.
      in.clear();
      in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
      replay.damaged_line();
    } else {
      replay.line(line.data());
    }
    if (watched && count % kLinesPerWord == 0)
      fmt::print(stderr, "\r{}: {} lines", plain_line(file.string()), count);
  }
  if (watched) fmt::print(stderr, "\r\x1b[K");
  return in.eof();
}

std::string day_of(std::int64_t microseconds) {
  return moment_of(microseconds / kMicrosecondsPerSecond);
}

Json tally_json(const ReplayTally& tally) {
  Json changes = Json::array();
  for (const auto& [change, seen] : tally.changes)
    changes.push_back({{"user", change.user},
                       {"service", change.service},
                       {"from", change.from},
                       {"was", change.was},
                       {"becomes", change.becomes},
                       {"rule", change.rule},
                       {"at", change.at},
                       {"times", seen.times},
                       {"last", rfc3339(seen.last)}});
  return {{"replayed", tally.replayed},     {"changed", tally.changed},
          {"other_rule", tally.other_rule}, {"unknowable", tally.unknowable},
          {"damaged", tally.damaged},       {"cut", tally.cut},
          {"changes", std::move(changes)}};
}

void print_tally(const Globals& globals, const ReplayTally& tally) {
  Table table({"TIMES", "LAST", "USER", "SERVICE", "FROM", "WAS", "BECOMES", "RULE"});
  for (const auto& [change, seen] : tally.changes)
    table.add({{.text = fmt::format("{}", seen.times)},
               {.text = day_of(seen.last), .style = Style::quiet},
               {.text = change.user.empty() ? "(no account)" : change.user},
               {.text = change.service},
               {.text = change.from.empty() ? "local" : change.from},
               {.text = change.was},
               {.text = change.becomes, .style = Style::strong},
               {.text = change.rule.empty() ? "none" : change.rule + " @ " + change.at,
                .style = Style::quiet}});
  if (!tally.changes.empty()) print_table(table, globals);
  fmt::print("{} replayed: {} would end otherwise, {} the same by another rule.\n",
             counted(tally.replayed, "request", "requests"), tally.changed, tally.other_rule);
  if (tally.cut) fmt::print("Not all that would end otherwise are listed.\n");
  if (tally.unknowable > 0)
    fmt::print("{} could not be replayed: the event had no room for all groups.\n",
               counted(tally.unknowable, "request", "requests"));
  if (tally.damaged > 0)
    fmt::print("{} of the log left out.\n",
               counted(tally.damaged, "damaged line", "damaged lines"));
}

ExitCode complain_of_no_log() {
  return complain({.code = ExitCode::configuration,
                   .what = "there is no audit file: `file` under [audit] is empty",
                   .next = "name one by --log, such as what this wrote: journalctl -o cat "
                           "--output-fields=USHER_EVENT USHER_ID"});
}

ExitCode replay_policy(const Globals& globals, const ReplayWish& wish) {
  const auto moment = since(wish.since, std::time(nullptr));
  if (!moment)
    return complain({.code = ExitCode::usage,
                     .what = fmt::format("{} is no time", config::ticked(wish.since)),
                     .next = "write it like 90m, 24h, 7d or 2026-03-01"});
  auto loaded = load_configuration(globals.config, wish.own_rules);
  if (!loaded) return show_mistakes(globals, loaded.error());
  std::vector<std::filesystem::path> logs = wish.logs;
  if (logs.empty()) {
    if (loaded->settings.audit_file.empty()) return complain_of_no_log();
    logs.emplace_back(loaded->settings.audit_file);
  }
  const LoadedRules rules(std::move(loaded->rules));
  Replay replay(rules, *moment);
  for (const std::filesystem::path& log : logs)
    if (!read_log(log, replay))
      return complain({.code = ExitCode::internal,
                       .what = fmt::format("{} can't be read", config::ticked(log.string())),
                       .next = "the audit log is root's; --log names another file"});
  const ReplayTally& tally = replay.tally();
  if (globals.json)
    print_json(tally_json(tally));
  else
    print_tally(globals, tally);
  return tally.changed == 0 ? ExitCode::ok : ExitCode::no;
}

Run setup_policy_replay(CLI::App& app) {
  const auto wish = std::make_shared<ReplayWish>();
  app.add_option("--with", wish->own_rules, "A directory in place of the last one of [rules]")
      ->type_name("DIR");
  app.add_option("--since", wish->since, "How far back: 90m, 24h, 7d, or a date like 2026-03-01")
      ->type_name("TIME")
      ->capture_default_str();
  app.add_option("--log", wish->logs,
                 "A file of the audit log, as often as there are; else the one of the settings")
      ->type_name("FILE")
      ->allow_extra_args(false);
  return [wish](const Globals& globals) { return replay_policy(globals, *wish); };
}

}  // namespace

const Command kPolicyReplay{
    .name = "policy replay",
    .summary = "Judge the logins of the past by other rules",
    .lesson =
        R"(For root, who may read the audit log. Judges each recorded request anew, in this
process, by the rules in the files: with what was known then (groups, what had been
proven, the terminal, the time). Lists those that would end otherwise, and how. Answers
that were right or wrong are not replayed: it is about who is asked, for what.

Without --with it is the rules as they are in the files now. Exits with 1 where a request
would end otherwise, with 4 where the rules have mistakes.

Examples:
  usherctl policy replay --with ~/policy/rules.d
  usherctl policy replay --with draft --since 30d --log /var/log/usher/audit.jsonl.1
  usherctl policy replay --with draft --json | jq -r '.changes[] | .user' | sort -u)",
    .setup = setup_policy_replay};

}  // namespace usher::ctl
