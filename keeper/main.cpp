// SPDX-License-Identifier: Apache-2.0
// usher-keeper: compares passwords with the hashes of /etc/shadow, and says yes or no.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <expected>
#include <filesystem>
#include <iostream>
#include <string>

#include "daemon/config/config.h"
#include "daemon/serving/notify.h"
#include "daemon/serving/signals.h"
#include "daemon/serving/trouble.h"
#include "keeper/keeper_server.h"
#include "keeper/privileges.h"
#include "keeper/syscall_filter.h"

namespace {

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kConfiguration = 78;  // EX_CONFIG of sysexits.h

constexpr auto kFooter = R"(It answers usherd's user and root alone, and needs root only to start.
Signals: SIGTERM and SIGINT stop it.
Exit codes:
  0   stopped as told
  1   something failed; standard error says what, where, and what to do
  2   the command line is wrong
  78  the configuration is wrong)";

/// The configuration that the command line names, or the code to exit with.
std::expected<std::filesystem::path, int> parse(int argc, char** argv) {
  std::filesystem::path configuration = "/etc/usher/usher.toml";
  CLI::App app("usher-keeper - compares passwords with /etc/shadow, for usherd", "usher-keeper");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("usher-keeper " USHER_VERSION));
  app.add_option("--config", configuration, "Configuration to run with")
      ->type_name("FILE")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == kOk ? kOk : kUsage);
  }
  return configuration;
}

int complain(const std::string& message) {
  usher::report_trouble(message);
  return kFailed;
}

int run(int argc, char** argv) {
  const auto configuration = parse(argc, argv);
  if (!configuration) return configuration.error();
  const auto settings = usher::load_settings(*configuration);
  if (!settings) {
    std::cerr << usher::render_all(settings.error()) << '\n';
    return kConfiguration;
  }

  // By default each of many threads tends to get an arena of its own.
  ::mallopt(M_ARENA_MAX, 2);
  if (const auto taken = usher::take_over_signals(); !taken) return complain(taken.error().message);
  const auto keeper = usher::KeeperServer::open(*settings);
  if (!keeper) return complain(keeper.error().message);
  if (const auto closed = usher::close_ways_back(); !closed)
    return complain(closed.error().message);
  // Its socket takes connections already; after the filter there is no way to tell systemd.
  usher::notify_ready();
  if (const auto filtered = usher::filter_system_calls(); !filtered)
    return complain(filtered.error().message);
  if (const auto started = (*keeper)->start(); !started) return complain(started.error().message);

  while (usher::wait_for_signal() == usher::DaemonSignal::reload) {
    // Nothing to read again: the file of hashes is read for every question.
  }
  // What still runs uses what returning would destroy.
  if (!(*keeper)->stop()) std::_Exit(kOk);
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
