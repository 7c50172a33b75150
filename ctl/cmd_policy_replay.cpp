// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/log_lines.h"
#include "ctl/mistakes.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/policy_words.h"
#include "ctl/replay.h"
#include "ctl/since.h"
#include "daemon/audit/event_json.h"
#include "daemon/config/config.h"
#include "daemon/config/text.h"

namespace usher::ctl {
namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;

struct ReplayWish {
  std::filesystem::path own_rules;  // empty: those of the configuration
  std::string since;                // empty: all there is
  std::vector<std::string> logs;    // empty: the one of the configuration
};

/// How far it is, on a terminal, for files that take a while.
class ProgressLine {
 public:
  explicit ProgressLine(const std::string& file)
      : file_(plain_line(file)), shown_(::isatty(STDERR_FILENO) == 1) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() {
    if (next_ > kStep) fmt::print(stderr, "\r\x1b[K");
  }
  void show(std::uint64_t read, std::uint64_t size) {
    if (!shown_ || read < next_) return;
    next_ = read + kStep;
    if (size == 0)
      fmt::print(stderr, "\r{} MiB of {}", read >> 20, file_);
    else
      fmt::print(stderr, "\r{:3} % of {}", std::min(read, size) * 100 / size, file_);
    static_cast<void>(std::fflush(stderr));
  }

 private:
  static constexpr std::uint64_t kStep = std::uint64_t{8} * 1024 * 1024;
  std::string file_;
  bool shown_;
  std::uint64_t next_ = kStep;
};

struct Replayed {
  const RuleSet& rules;
  const Replay& replay;
  std::size_t damaged;  // lines
};

std::string words_of_change(const ChangedRequests& change) {
  std::string text = fmt::format(
      "{} → {}", outcome_words(change.before.kind, change.before.would, change.before.missing),
      outcome_words(change.after.kind, change.after.would, change.after.missing));
  // What is denied may be so for several reasons.
  if (change.after.kind == Decision::Kind::denied) text += ": " + change.reason;
  return text;
}

/// Red for who would be kept out.
Style style_of_replayed(const ChangedRequests& change) {
  return change.after.kind == Decision::Kind::denied ? Style::bad : Style::warning;
}

std::string words_of_rule(const ReplayedOutcome& outcome) {
  return outcome.rule.empty() ? "none" : fmt::format("{}, {}", outcome.rule, outcome.at);
}

void print_replayed(const Globals& globals, const Replayed& replayed) {
  const Replay& replay = replayed.replay;
  Table table({"USER", "SERVICE", "FROM", "REQUESTS", "LAST", "OUTCOME", "RULE"});
  for (const ChangedRequests& change : replay.changes())
    table.add({{.text = change.user.empty() ? "(no account)" : change.user},
               {.text = change.service},
               {.text = change.from.empty() ? "local" : change.from},
               {.text = fmt::format("{}", change.requests)},
               {.text = moment_of(change.last_microseconds / kMicroseconds), .style = Style::quiet},
               {.text = words_of_change(change), .style = style_of_replayed(change)},
               {.text = words_of_rule(change.after), .style = Style::quiet}});
  if (replay.changed() > 0) print_table(table, globals);
  if (replay.untold() > 0)
    fmt::print("... and {} of more kinds than these.\n",
               counted(replay.untold(), "request", "requests"));
  fmt::print("{} of {} would end differently", replay.changed(),
             counted(replay.requests(), "request", "requests"));
  if (replay.by_other_rule() > 0)
    fmt::print(", {} the same by another rule", replay.by_other_rule());
  fmt::print(".\n");
  if (replayed.damaged > 0) {
    static_cast<void>(std::fflush(stdout));
    fmt::print(stderr, "usherctl: {} of the log left out\n",
               counted(replayed.damaged, "damaged line", "damaged lines"));
  }
}

Json json_of_outcome(const ReplayedOutcome& outcome) {
  Json json{{"decision", name_of(outcome.kind)}};
  if (outcome.kind == Decision::Kind::observed) json["would"] = name_of(outcome.would);
  json["missing"] = spellings_of(outcome.missing);
  json["rule"] = outcome.rule;
  json["at"] = outcome.at;
  return json;
}

void print_replayed_json(const Replayed& replayed) {
  Json changes = Json::array();
  for (const ChangedRequests& change : replayed.replay.changes()) {
    Json after = json_of_outcome(change.after);
    after["reason"] = change.reason;
    changes.push_back({{"user", change.user},
                       {"service", change.service},
                       {"from", change.from},
                       {"requests", change.requests},
                       {"last", rfc3339(change.last_microseconds)},
                       {"before", json_of_outcome(change.before)},
                       {"after", std::move(after)}});
  }
  print_json({{"rules_version", replayed.rules.version},
              {"requests", replayed.replay.requests()},
              {"changed", replayed.replay.changed()},
              {"other_rule", replayed.replay.by_other_rule()},
              {"damaged_lines", replayed.damaged},
              {"untold", replayed.replay.untold()},
              {"changes", std::move(changes)}});
}

ExitCode complain_of_no_log() {
  return complain({.code = ExitCode::configuration,
                   .what = "the configuration names no audit file: [audit] file is empty",
                   .next = "Name one by --log, such as what `journalctl -o cat "
                           "--output-fields=USHER_EVENT USHER_ID` wrote."});
}

ExitCode replay_policy(const Globals& globals, const ReplayWish& wish) {
  auto since_then = std::optional(std::numeric_limits<std::int64_t>::min());
  if (!wish.since.empty()) {
    since_then = since(wish.since, std::time(nullptr));
    if (!since_then)
      return complain({.code = ExitCode::usage,
                       .what = fmt::format("{} is no time", config::ticked(wish.since)),
                       .next = "write it like 90m, 24h, 7d or 2026-03-01"});
    *since_then *= kMicroseconds;
  }
  const auto loaded = load_configuration(globals.config, wish.own_rules);
  if (!loaded) return show_mistakes(globals, loaded.error());
  std::vector<std::string> logs = wish.logs;
  if (logs.empty()) {
    if (loaded->settings.audit_file.empty()) return complain_of_no_log();
    logs.push_back(loaded->settings.audit_file);
  }
  Replay replay(loaded->rules, *since_then);
  std::size_t left_out = 0;
  for (const std::string& log : logs) {
    ProgressLine line(log);
    const auto read = read_log(
        log, [&](std::string_view text) { replay.take(text); },
        [&](std::uint64_t done, std::uint64_t size) { line.show(done, size); });
    if (!read)
      return complain({.what = read.error().message,
                       .next = "The audit log is for root; rotated files may be elsewhere."});
    left_out += *read;
  }
  const Replayed replayed{loaded->rules, replay, replay.damaged() + left_out};
  if (globals.json)
    print_replayed_json(replayed);
  else
    print_replayed(globals, replayed);
  return replay.changed() == 0 ? ExitCode::ok : ExitCode::no;
}

Run setup_policy_replay(CLI::App& app) {
  const auto wish = std::make_shared<ReplayWish>();
  app.add_option("--with", wish->own_rules, "A directory in place of the last one of [rules]")
      ->type_name("DIR");
  app.add_option("--since", wish->since, "How far back: 90m, 24h, 7d, or a date like 2026-03-01")
      ->type_name("TIME");
  app.add_option("--log", wish->logs, "Read this file; without it the one of [audit]; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  return [wish](const Globals& globals) { return replay_policy(globals, *wish); };
}

}  // namespace

const Command kPolicyReplay{
    .name = "policy replay",
    .summary = "Judge the requests of the audit log again, by other rules",
    .lesson =
        R"(For root, who may read the log. Judges each request that the log holds by the rules in
the files, DIR in place of the administrator's directory, with all that was known of it
then: the groups, the terminal, what had been proven, the time. Shows which would end
otherwise and how, and the rule that would decide. A login is more than one request:
programs ask again for the account and the session.

What a person then answered is not tried again, nor what `prompt` and `account` do. Of
a group that no rule named before, an event tells by the account's own groups. Exits
with 1 where something would end otherwise, with 4 where a file has mistakes.

Examples:
  usherctl policy replay --with ~/policy/rules.d --since 7d
  usherctl policy replay --since 24h      the files as they are, before a reload
  zcat audit.jsonl.2.gz | usherctl policy replay --with ./rules.d --log /dev/stdin)",
    .setup = setup_policy_replay};

}  // namespace usher::ctl
