// SPDX-License-Identifier: Apache-2.0
#include "ctl/pam_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "ctl/complaint.h"
#include "ctl/mistakes.h"
#include "ctl/plain_text.h"
#include "daemon/config/config.h"
#include "daemon/config/text.h"
#include "pam_stacks/difference.h"

namespace usher::ctl {
namespace {

namespace ps = pam_stacks;

std::unexpected<ExitCode> refused(ExitCode code, std::string what, std::string next) {
  return std::unexpected(
      complain({.code = code, .what = std::move(what), .next = std::move(next)}));
}

std::expected<std::optional<ps::WhenDownChoice>, ExitCode> choice_of(const PamOptions& options) {
  if (options.observe && !options.when_down.empty() && options.when_down != "observe")
    return refused(ExitCode::usage, "--observe and --when-down contradict each other",
                   "While Usher only observes, everybody gets in as before, usherd or not.");
  if (options.observe) return ps::WhenDownChoice{.kind = ps::WhenDown::observe, .groups = {}};
  if (options.when_down.empty()) return std::nullopt;
  auto choice = ps::parse_when_down(options.when_down);
  if (!choice)
    return refused(ExitCode::usage,
                   fmt::format("{} is no choice for --when-down",
                               config::ticked(plain_line(options.when_down))),
                   choice.error().message);
  return std::move(*choice);
}

Style style_of_line(std::string_view line) {
  if (line.starts_with("+++") || line.starts_with("---")) return Style::strong;
  if (line.starts_with('+')) return Style::good;
  if (line.starts_with('-')) return Style::bad;
  return line.starts_with("@@") ? Style::quiet : Style::plain;
}

void print_difference(const Palette& palette, const ps::FileChange& change) {
  const auto text = ps::difference(change);
  if (!text) {
    fmt::print("{}: {}\n", plain_line(change.file.string()), plain_line(text.error().message));
    return;
  }
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string line(rest.substr(0, end));
    std::ranges::replace(line, '\t', ' ');
    fmt::print("{}\n", palette.paint(plain_line(line), style_of_line(line)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

bool is_state(const ps::FileChange& change) {
  return change.file.parent_path() == ps::Folders().profile_state;
}

}  // namespace

void add_pam_options(CLI::App& app, PamOptions& options) {
  auto* services =
      app.add_option("--service", options.services, "Services that are to ask Usher: sshd,sudo")
          ->delimiter(',')
          ->type_name("LIST");
  app.add_flag("--everywhere", options.everywhere, "All services that ask for a password")
      ->excludes(services);
  app.add_flag("--observe", options.observe,
               "Let everything go on as before, whatever Usher says: for the first days");
  app.add_option("--when-down", options.when_down,
                 "Who gets in while usherd is gone: none, console or group:NAME")
      ->type_name("WHO");
  app.add_option("--module", options.module, "pam_usher.so, where libpam does not find it by name")
      ->type_name("PATH");
}

std::expected<PamPlan, ExitCode> plan_for(const Globals& globals, const PamOptions& options) {
  auto choice = choice_of(options);
  if (!choice) return std::unexpected(choice.error());
  if (options.services.empty() && !options.everywhere && !*choice)
    return refused(ExitCode::usage, "say what is to change",
                   "--service sshd,sudo or --everywhere, and --observe or --when-down.");
  if (options.module.find_first_of(" \t\n#[]\\") != std::string::npos)
    return refused(ExitCode::usage, "--module takes a path without blanks", {});
  auto configuration = load_configuration(globals.config);
  if (!configuration) return std::unexpected(show_mistakes(globals, configuration.error()));
  const Settings& settings = configuration->settings;
  const passwd* usherd = ::getpwnam(settings.keeper_user.c_str());
  if (usherd == nullptr)
    return refused(ExitCode::no,
                   fmt::format("there is no user {} for usherd to run as",
                               config::ticked(settings.keeper_user)),
                   "Install Usher's packages, or make the user, and run this again.");
  PamPlan made{.plan = {},
               .socket = settings.root_socket == Settings().root_socket ? std::string()
                                                                        : settings.root_socket,
               .screen_lockers = configuration->rules.services.screen_lockers,
               .audit_file = settings.audit_file};
  auto plan = ps::make_plan(
      {.services = options.services,
       .everywhere = options.everywhere,
       .when_down = *choice,
       .call = {.module = options.module, .usherd_uid = usherd->pw_uid, .socket = made.socket},
       .self_verifying = configuration->rules.services.self_verifying},
      {});
  if (!plan) return refused(ExitCode::no, plan.error().message, "Nothing was changed.");
  made.plan = std::move(*plan);
  return made;
}

std::string who_gets_in(const ps::WhenDownChoice& choice) {
  switch (choice.kind) {
    case ps::WhenDown::none:
      return "nobody gets in";
    case ps::WhenDown::console:
      return "whoever is at a console gets in with the machine's password, and nobody else";
    case ps::WhenDown::group:
      return fmt::format("members of {} get in with the machine's password, and nobody else",
                         choice.groups);
    case ps::WhenDown::observe:
      return "everybody gets in as without Usher";
  }
  return {};
}

void print_plan(const Globals& globals, const ps::Plan& plan) {
  const Palette palette = palette_for(globals);
  for (const ps::FileChange& change : plan.changes)
    if (!is_state(change)) print_difference(palette, change);
  if (!plan.changes.empty()) fmt::print("\n");
  for (const std::string& remark : plan.remarks)
    fmt::print("{} {}\n", palette.paint("note:", Style::warning), plain_line(remark));
  fmt::print("Changes: the logins of {}.\n", plain_line(sentence_of(plan.services)));
  fmt::print("While usherd is gone, {}.\n", plain_line(who_gets_in(plan.when_down)));
}

Json json_of(const ps::Plan& plan) {
  Json files = Json::array();
  for (const ps::FileChange& change : plan.changes)
    files.push_back({{"file", change.file.string()},
                     {"before", change.before ? Json(*change.before) : Json()},
                     {"after", change.after ? Json(*change.after) : Json()}});
  return {{"services", plan.services},
          {"when_down", ps::text_of(plan.when_down)},
          {"files", files},
          {"remarks", plan.remarks}};
}

}  // namespace usher::ctl
