// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <expected>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "ctl/complaint.h"
#include "ctl/endpoints.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "daemon/store/init.h"

namespace usher::ctl {
namespace {

namespace fs = std::filesystem;

struct Places {
  std::string store;
  std::string master_key;
};

/// What the command line leaves open, the configuration fills in.
std::expected<Places, Complaint> settled(const Globals& globals, Places places) {
  if (!places.store.empty() && !places.master_key.empty()) return places;
  const auto settings = read_settings_of(globals);
  if (!settings) {
    std::string what = "the configuration has mistakes, and it says where store and key belong:";
    for (const Finding& finding : settings.error()) what += "\n" + render(finding);
    while (what.ends_with('\n')) what.pop_back();
    return std::unexpected(Complaint{.code = ExitCode::configuration,
                                     .what = what,
                                     .next = "Mend it, or say where by --store and --master-key."});
  }
  if (places.store.empty()) places.store = settings->store;
  if (places.master_key.empty()) places.master_key = settings->master_key;
  return places;
}

void report(const Globals& globals, const Places& places) {
  if (globals.json) return print_json({{"store", places.store}, {"master_key", places.master_key}});
  Table made({"", ""});
  made.add({{.text = "store", .style = Style::strong}, {.text = places.store}});
  made.add({{.text = "master key", .style = Style::strong}, {.text = places.master_key}});
  fmt::print("Made, and empty so far:\n{}", made.text(palette_for(globals), "  "));
  fmt::print(R"(Next:
  Keep a copy of the key, apart from any copy of the store: neither is of use without the other.
  usherctl check                 see that the rules are what you want
  usherd                         let usherd serve, as the user whom these files belong to
  usherctl password set USER     give people passwords, and codes:
  usherctl otp add USER
)");
}

ExitCode init(const Globals& globals, const Places& wanted) {
  const auto places = settled(globals, wanted);
  if (!places) return complain(places.error());
  if (const auto made = initialise_store(places->store, places->master_key); !made)
    return complain(
        {.code = ExitCode::no, .what = "nothing was made: " + made.error().message, .next = {}});
  report(globals, *places);
  return ExitCode::ok;
}

Run setup_init(CLI::App& app) {
  const auto places = std::make_shared<Places>();
  app.add_option("--store", places->store, "Make the store here, not where the configuration says")
      ->type_name("PATH");
  app.add_option("--master-key", places->master_key, "And the key that seals what is in it here")
      ->type_name("PATH");
  return [places](const Globals& globals) { return init(globals, *places); };
}

}  // namespace

const Command kInit{
    .name = "init",
    .summary = "Make an empty store and its master key, once",
    .lesson =
        R"(Never overwrites what is there. Run as root, each file comes to belong to the owner of
its folder, which should be the user that usherd runs as. usherd need not run.

Examples:
  usherctl init
  usherctl init --store /srv/usher/store.db --master-key /srv/usher-key/master.key)",
    .setup = setup_init};

}  // namespace usher::ctl
