// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <compare>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <ios>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/mistakes.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/policy_words.h"
#include "ctl/since.h"
#include "daemon/audit/event_json.h"
#include "daemon/audit/recorded_request.h"
#include "daemon/config/config.h"
#include "daemon/config/text.h"
#include "daemon/policy/recorded_facts.h"
#include "daemon/policy/rules_in_force.h"

namespace usher::ctl {
namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr std::size_t kMostKinds = 10'000;
constexpr std::uint64_t kLinesPerWord = 100'000;

struct ReplayWish {
  std::filesystem::path own_rules;
  std::vector<std::filesystem::path> logs;
  std::string since = "7d";
};

/// Requests that would end otherwise, in the same way.
struct Change {
  std::string user;  // empty: of no account
  std::string service;
  std::string from;
  std::string was;
  std::string becomes;
  std::string rule;  // the proposed one
  std::string at;
  auto operator<=>(const Change&) const = default;
};
struct Seen {
  std::uint64_t times = 0;
  std::int64_t last = 0;  // microseconds since 1970
};

struct Tally {
  std::uint64_t replayed = 0;
  std::uint64_t changed = 0;
  std::uint64_t other_rule = 0;  // that ends the same
  std::uint64_t unknowable = 0;  // the event had no room for all groups
  std::uint64_t damaged = 0;     // lines
  bool cut = false;              // there were more kinds of changes than are kept
  std::map<Change, Seen> changes;
};

std::vector<std::vector<Factor>> without_order(const std::vector<Requirement>& requirements) {
  std::vector<std::vector<Factor>> sorted;
  for (const Requirement& requirement : requirements)
    std::ranges::sort(sorted.emplace_back(requirement.any_of));
  std::ranges::sort(sorted);
  return sorted;
}

bool ends_the_same(const Judged& was, const Decision& becomes) {
  return was.kind == becomes.kind &&
         (was.kind != Decision::Kind::observed || was.would == becomes.would) &&
         without_order(was.missing) == without_order(becomes.missing);
}

/// Names that strangers make up are one user, empty. Of an account that could not be looked up
/// there is only what was typed.
std::string user_of(const RecordedRequest& recorded) {
  if (recorded.person) return recorded.person->name;
  return recorded.judged.person_known ? std::string() : recorded.user;
}

/// sshd and its like have said nothing yet in the account phase: what was judged there is a guess.
bool is_a_guess(const RecordedRequest& recorded, const RuleSet& rules) {
  return recorded.phase == "account" && lists(rules.services.self_verifying, recorded.service);
}

/// The groups that the rules name by number.
std::vector<Group> numbered_groups(const RuleSet& rules) {
  std::vector<Group> groups;
  for (const Rule& rule : rules.rules)
    for (const std::string& name : rule.groups) {
      gid_t gid = 0;
      const char* end = name.data() + name.size();
      const auto [stop, error] = std::from_chars(name.data(), end, gid);
      if (error == std::errc{} && stop == end) groups.push_back({.name = name, .gid = gid});
    }
  return groups;
}

class Replay {
 public:
  Replay(const LoadedRules& rules, std::int64_t since)
      : rules_(rules), since_(since), numbered_(numbered_groups(rules.set)) {}

  void line(std::string_view line) {
    if (line.empty()) return;
    if (line.front() != '{' || line.back() != '}') {
      ++tally_.damaged;
      return;
    }
    auto recorded = read_recorded_request(line);
    if (!recorded || recorded->time_microseconds / kMicrosecondsPerSecond < since_ ||
        is_a_guess(*recorded, rules_.set))
      return;
    if (recorded->groups_cut)
      ++tally_.unknowable;
    else
      again(std::move(*recorded));
  }
  void damaged_line() { ++tally_.damaged; }
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  /// An event tells a group's number under its name; rules know it by what they call it.
  void add_numbered_groups(Person& person) const {
    std::vector<Group> found;
    for (const Group& group : numbered_)
      if (std::ranges::find(person.groups, group.gid, &Group::gid) != person.groups.end())
        found.push_back(group);
    person.groups.insert(person.groups.end(), found.begin(), found.end());
  }

  void again(RecordedRequest recorded) {
    ++tally_.replayed;
    if (recorded.person) add_numbered_groups(*recorded.person);
    const Decision decision = judge(rules_.index, facts_of(recorded));
    const std::string rule = decision.rule == nullptr ? std::string() : decision.rule->name;
    if (ends_the_same(recorded.judged, decision)) {
      if (rule != recorded.rule) ++tally_.other_rule;
      return;
    }
    ++tally_.changed;
    const Judged& was = recorded.judged;
    note({.user = user_of(recorded),
          .service = recorded.service,
          .from = recorded.rhost,
          .was = outcome_words(was.kind, was.would, was.missing),
          .becomes = outcome_words(decision.kind, decision.would, decision.missing),
          .rule = rule,
          .at = place_of_rule(decision.rule)},
         recorded.time_microseconds);
  }

  void note(Change change, std::int64_t time) {
    auto found = tally_.changes.find(change);
    if (found == tally_.changes.end()) {
      tally_.cut = tally_.cut || tally_.changes.size() >= kMostKinds;
      if (tally_.changes.size() >= kMostKinds) return;
      found = tally_.changes.emplace(std::move(change), Seen{}).first;
    }
    ++found->second.times;
    found->second.last = std::max(found->second.last, time);
  }

  const LoadedRules& rules_;
  std::int64_t since_;
  std::vector<Group> numbered_;
  Tally tally_;
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

Json tally_json(const Tally& tally) {
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

void print_tally(const Globals& globals, const Tally& tally) {
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
  const Tally& tally = replay.tally();
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
