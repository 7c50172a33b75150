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
  0   stopped as told, or the configuration is right
  1   something failed; standard error says what, where, and what to do
  2   the command line is wrong
  69  there is neither store nor key yet: `usherctl init` makes them
  78  the configuration is wrong)";

struct Options {
  std::filesystem::path configuration = "/etc/usher/usher.toml";
  bool check_only = false;
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
  app.add_flag("--check-config", options.check_only,
               "Read the configuration, say what is wrong with it, and leave");
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

int run(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) return options.error();

  auto configuration = usher::load_configuration(options->configuration);
  if (!configuration) {
    std::cerr << usher::render_all(configuration.error()) << '\n';
    return kConfiguration;
  }
  if (options->check_only) {
    std::cout << fmt::format("{} is right; rules: {}\n", options->configuration.string(),
                             configuration->rules.rules.size());
    return kOk;
  }

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
