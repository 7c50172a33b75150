// SPDX-License-Identifier: Apache-2.0
// usherctl: the person's side. Finds the command that was meant, and runs it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/command.h"
#include "ctl/complaint.h"
#include "ctl/plain_text.h"
#include "daemon/config/text.h"

namespace {

using usher::ctl::ColourWish;
using usher::ctl::Command;
using usher::ctl::ExitCode;
using usher::ctl::Globals;
using usher::ctl::Run;

// In the order in which a new administrator meets them.
const std::array kCommands = {
    &usher::ctl::kInit,           &usher::ctl::kCheck,          &usher::ctl::kPamPlan,
    &usher::ctl::kPamApply,       &usher::ctl::kPamConfirm,     &usher::ctl::kPamRollback,
    &usher::ctl::kPamStatus,      &usher::ctl::kPamRemove,      &usher::ctl::kPolicyTest,
    &usher::ctl::kPolicyDiff,     &usher::ctl::kPolicyReplay,   &usher::ctl::kPasswordSet,
    &usher::ctl::kPasswordChange, &usher::ctl::kPasswordExpire, &usher::ctl::kOtpAdd,
    &usher::ctl::kOtpList,        &usher::ctl::kOtpRename,      &usher::ctl::kOtpRemove,
    &usher::ctl::kImport,         &usher::ctl::kRecoveryNew,    &usher::ctl::kEnrolReopen,
    &usher::ctl::kBypassIssue,    &usher::ctl::kBypassList,     &usher::ctl::kBypassRevoke,
    &usher::ctl::kBreakglassSeal, &usher::ctl::kBreakglassList, &usher::ctl::kBreakglassRevoke,
    &usher::ctl::kBreakglassTest, &usher::ctl::kStatus,         &usher::ctl::kReload,
    &usher::ctl::kExplain,        &usher::ctl::kReadiness,      &usher::ctl::kLog,
    &usher::ctl::kSessions,       &usher::ctl::kSessionShow,    &usher::ctl::kSessionEnd,
    &usher::ctl::kHistory,        &usher::ctl::kWhoami,         &usher::ctl::kKeyStatus,
    &usher::ctl::kKeyRotate,      &usher::ctl::kKeyNew,         &usher::ctl::kBackup,
    &usher::ctl::kRestore,
};

// Commands of two words have a first one in common.
struct Family {
  std::string_view name;
  const char* summary;
};
constexpr std::array kFamilies = {
    Family{"pam", "PAM stacks: let services ask Usher, and back"},
    Family{"policy", "Rules kept in files: try them out before they count"},
    Family{"password", "Passwords for Usher"},
    Family{"otp", "One-time codes"},
    Family{"recovery", "Recovery codes, for a device that was lost"},
    Family{"enrol", "Codes that people add at a login"},
    Family{"bypass", "The help desk: in without a code, for an hour"},
    Family{"breakglass", "Accounts for emergencies"},
    Family{"session", "One session: look at it, end it"},
    Family{"key", "The master key, which seals what is in the store"},
};

constexpr auto kAbout = "usherctl - enrol, look, explain: the person's side of Usher";
constexpr auto kLesson =
    R"(Each command has a help of its own, with examples: usherctl otp add --help

Exit codes:
  0  done, or the answer is yes
  1  refused, broken off, or the answer is no
  2  the command line is wrong
  3  usherd does not answer
  4  the configuration has mistakes
  5  usherd or usherctl failed)";

ColourWish colour_wish(std::string_view when) {
  if (when == "always") return ColourWish::always;
  return when == "never" ? ColourWish::never : ColourWish::automatic;
}

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("--config", globals.config, "Settings, to find the sockets by")
      ->type_name("FILE")
      ->each([&globals](const std::string&) { globals.config_given = true; })
      ->capture_default_str();
  app.add_option("--socket", globals.login_socket, "Socket to change credentials through")
      ->type_name("PATH");
  app.add_option("--control", globals.control_socket, "Socket to ask everything else through")
      ->type_name("PATH");
  app.add_flag("--json", globals.json, "Print JSON, for programs");
  app.add_option_function<std::string>(
         "--color", [&globals](const std::string& when) { globals.colour = colour_wish(when); },
         "Colours: auto, always or never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}).description(""));
  app.set_version_flag("--version", std::string("usherctl " USHER_VERSION));
}

const char* summary_of(std::string_view family) {
  for (const Family& row : kFamilies)
    if (row.name == family) return row.summary;
  return "";
}

CLI::App& family_of(CLI::App& app, const std::string& name) {
  const auto known = app.get_subcommands([&](CLI::App* each) { return each->get_name() == name; });
  if (!known.empty()) return *known.front();
  CLI::App* made = app.add_subcommand(name, summary_of(name));
  made->require_subcommand(1)->footer("Each has a help of its own, with examples.");
  return *made;
}

/// `run` becomes that of the command which is found on the command line.
void add_command(CLI::App& app, const Command& command, Run& run) {
  const std::string_view name = command.name;
  const std::size_t blank = name.find(' ');
  CLI::App& parent =
      blank == std::string_view::npos ? app : family_of(app, std::string(name.substr(0, blank)));
  const std::string last(blank == std::string_view::npos ? name : name.substr(blank + 1));
  CLI::App* parser = parent.add_subcommand(last, command.summary);
  parser->footer(std::string(command.lesson) + "\n\nOptions of all commands: usherctl --help");
  parser->callback([&run, mine = command.setup(*parser)] { run = mine; });
}

/// The parser that got furthest along the command line.
const CLI::App& innermost(const CLI::App& app) {
  const auto below = app.get_subcommands();
  return below.empty() ? app : innermost(*below.front());
}

/// The words of the command line that lead to `app`.
std::string path_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : path_of(*app.get_parent()) + " " + app.get_name();
}

/// Where a command was to be named: what is wrong with the name, or that there is none.
ExitCode complain_about_command(const CLI::App& app) {
  const CLI::App& at = innermost(app);
  std::vector<std::string> names;
  for (const CLI::App* each : at.get_subcommands({})) names.push_back(each->get_name());
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::vector<std::string> words = app.remaining(true);
  if (words.empty())
    return usher::ctl::complain(
        {.code = ExitCode::usage,
         .what = fmt::format("say what to do: {}", usher::config::listed(known)),
         .next = fmt::format("Help: `{} --help`", path_of(at))});
  std::string next = usher::config::did_you_mean(words.front(), known);
  if (next.empty()) next = fmt::format("it may be {}", usher::config::listed(known));
  return usher::ctl::complain(
      {.code = ExitCode::usage,
       .what = fmt::format("there is no command {}", usher::config::ticked(words.front())),
       .next = next});
}

ExitCode usherctl(int argc, char** argv) {
  Globals globals;
  Run run;
  CLI::App app(kAbout, "usherctl");
  app.footer(kLesson)->require_subcommand(1)->fallthrough();
  app.get_formatter()->column_width(28);
  app.failure_message([](const CLI::App* at, const CLI::Error& error) {
    return usher::ctl::plain(
        fmt::format("usherctl: {}\n  Help: `{} --help`\n", error.what(), path_of(innermost(*at))));
  });
  add_globals(app, globals);
  for (const Command* command : kCommands) add_command(app, *command, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& stop) {
    if (!innermost(app).get_subcommands({}).empty()) return complain_about_command(app);
    app.exit(stop);
    return ExitCode::usage;
  } catch (const CLI::ParseError& stop) {
    return app.exit(stop) == 0 ? ExitCode::ok : ExitCode::usage;
  }
  return run(globals);
}

}  // namespace

int main(int argc, char** argv) {
  ExitCode code = ExitCode::internal;
  try {
    code = usherctl(argc, argv);
  } catch (const std::exception& error) {
    code = usher::ctl::complain({.what = fmt::format("something failed: {}", error.what())});
  }
  // A result that did not reach its reader is no result.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    static_cast<void>(usher::ctl::complain({.what = "standard output can't be written to"}));
    code = ExitCode::internal;
  }
  return static_cast<int>(code);
}
