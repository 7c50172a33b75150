// SPDX-License-Identifier: Apache-2.0
// usherd: reads its configuration, serves until it is told to stop.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <expected>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>

#include "daemon/before_init.h"
#include "daemon/config/config.h"
#include "daemon/process.h"
#include "daemon/reloader.h"
#include "daemon/serving/notify.h"
#include "daemon/serving/signals.h"
#include "daemon/serving/trouble.h"
#include "daemon/store/upgrade.h"
#include "daemon/usherd.h"
#include "usher/deadline.h"

namespace {

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kUninitialised = 69;  // EX_UNAVAILABLE of sysexits.h
constexpr int kConfiguration = 78;  // EX_CONFIG

constexpr auto kFooter = R"(Signals: SIGHUP reads the rules again; SIGTERM and SIGINT stop usherd.
Exit codes:
  0   stopped as told, or what was to be checked is right
  1   something failed; standard error says what, where, and what to do
  2   the command line is wrong
  69  there is neither store nor key yet: `usherctl init` makes them
  78  the configuration is wrong)";

struct Options {
  std::filesystem::path configuration = "/etc/usher/usher.toml";
  bool check_only = false;
  bool check_upgrade = false;
};

/// What the command line asks for, or the code to exit with.
std::expected<Options, int> parse(int argc, char** argv) {
  Options options;
  CLI::App app("usherd - decides who may log in to this machine", "usherd");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("usherd " USHER_VERSION));
  app.add_option("--config", options.configuration, "Configuration to run with")
      ->type_name("FILE")
      ->capture_default_str();
  auto* const check_only =
      app.add_flag("--check-config", options.check_only,
                   "Read the configuration, say what is wrong with it, and leave");
  app.add_flag("--check-upgrade", options.check_upgrade,
               "Say whether this usherd could take over from the one that runs: the configuration "
               "is right, key and store open, and a copy of the store in memory can be brought to "
               "this version's schema. Changes nothing; as root, becomes the user of usherd for it")
      ->excludes(check_only);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == kOk ? kOk : kUsage);
  }
  // A reload must find it whatever becomes of the working directory.
  options.configuration = std::filesystem::absolute(options.configuration);
  return options;
}

int complain(const std::string& message) {
  usher::report_trouble(message);
  return kFailed;
}

/// Not a failure that starting again would mend; a service manager is to wait for the next caller.
int leave_uninitialised(const usher::Settings& settings) {
  usher::report_trouble(
      fmt::format("there is no store at {} yet, nor a key at {}: run `usherctl init`, once",
                  settings.store, settings.master_key));
  return usher::turn_away_who_waits() ? kUninitialised : kFailed;
}

/// Until it is told to stop. Where a watchdog waits, it hears from usherd only while the sockets
/// are served: one that nobody can reach is to be started anew.
void serve(usher::Usherd& usherd) {
  const auto pause = usher::watchdog_pause();
  for (;;) {
    const usher::DaemonSignal signal = usher::wait_for_signal(pause);
    if (signal == usher::DaemonSignal::stop) return;
    if (signal == usher::DaemonSignal::reload) {
      usher::notify_reloading();
      usherd.reload();
      usher::notify_ready();
    }
    if (!pause) continue;
    // As much as is left until then, but for a margin.
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(*pause * 3 / 4);
    if (usherd.is_serving(usher::Deadline::after(patience.count())))
      usher::notify_alive();
    else
      usher::report_trouble("a socket is not served, which the watchdog is left to see");
  }
}

/// The configuration, or the code to exit with once its mistakes are told.
std::expected<usher::Configuration, int> load(const std::filesystem::path& file) {
  auto configuration = usher::load_configuration(file);
  if (configuration) return std::move(*configuration);
  std::cerr << usher::render_all(configuration.error()) << '\n';
  return std::unexpected(kConfiguration);
}

std::string described(const usher::UpgradeCheck& found) {
  return found.schema == found.wanted
             ? fmt::format("schema {}, which stays", found.schema)
             : fmt::format("schema {}; a copy could be brought to {}", found.schema, found.wanted);
}

/// Tries what a start would do. A package's script asks this as root, while everything in the
/// folder of the store is for user usher to choose, symbolic links included: so root is given up
/// before any of it is touched. Whom for, says the configuration, and what root has read of that
/// was root's own; now it is read with the eyes of usherd.
int check_upgrade(const std::filesystem::path& file, const usher::Settings& as_root) {
  if (const auto became = usher::become_user(as_root.keeper_user); !became)
    return complain(became.error().message);
  if (const auto forbidden = usher::forbid_dumps(); !forbidden)
    return complain(forbidden.error().message);
  const auto configuration = load(file);
  if (!configuration) return configuration.error();
  const usher::Settings& settings = configuration->settings;
  const auto checked = usher::check_upgrade(settings.store, settings.master_key);
  if (!checked) return complain(checked.error().message);
  std::cout << fmt::format("usherd {} can take over; rules: {}; store {}: {}\n", USHER_VERSION,
                           configuration->rules.rules.size(), settings.store, described(*checked));
  return kOk;
}

int run(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) return options.error();

  auto configuration = load(options->configuration);
  if (!configuration) return configuration.error();
  if (options->check_only) {
    std::cout << fmt::format("{} is right; rules: {}\n", options->configuration.string(),
                             configuration->rules.rules.size());
    return kOk;
  }
  if (options->check_upgrade) return check_upgrade(options->configuration, configuration->settings);

  if (const auto prepared = usher::prepare_process(configuration->settings); !prepared)
    return complain(prepared.error().message);
  if (usher::was_never_initialised(configuration->settings))
    return leave_uninitialised(configuration->settings);
  const auto usherd = usher::Usherd::start(options->configuration, std::move(*configuration));
  if (!usherd) return complain(usherd.error().message);

  usher::notify_ready();
  serve(**usherd);
  usher::notify_stopping();
  // What still runs uses what returning would destroy. Its requests stay unanswered: denials.
  if (!(*usherd)->stop()) std::_Exit(kOk);
  return kOk;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}
