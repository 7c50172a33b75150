// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "ctl/complaint.h"
#include "ctl/key_text.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/progress.h"
#include "ctl/store_work.h"
#include "daemon/store/rotation.h"

namespace usher::ctl {
namespace {

ChangeRecord record_of(const Rotation& rotation) {
  return {
      .person = {},
      .label = {},
      .reason = fmt::format("master key {} is in force in place of {}; seeds sealed with it: {}",
                            text_of(rotation.to), text_of(rotation.from), rotation.seeds)};
}

/// Makes the rotation, and sees that the log tells of it if and only if it came about.
Result<Rotation> rotate_on_record(const Globals& globals, const StoreWork& work) {
  Progress progress(globals, "sealing seeds anew");
  std::optional<ChangeRecord> recorded;
  bool committed = false;
  auto rotation =
      rotate_key(work.settings().store, work.settings().master_key,
                 {.progress = [&](std::size_t done, std::size_t of) { progress.show(done, of); },
                  .record = [&](const Rotation& made) -> Result<void> {
                    const ChangeRecord record = record_of(made);
                    auto written = work.record(record);
                    if (written) recorded = record;
                    return written;
                  },
                  .committed = [&] { committed = true; }});
  if (recorded && !committed) work.record_failure(*recorded);
  return rotation;
}

void report(const Globals& globals, const Rotation& rotation) {
  if (globals.json)
    return print_json({{"key", text_of(rotation.to)},
                       {"key_before", text_of(rotation.from)},
                       {"seeds", rotation.seeds},
                       {"was_under_way", rotation.was_under_way},
                       {"old_key_left", rotation.old_key_left}});
  if (rotation.seeds == 0 && rotation.was_under_way)
    fmt::print("The key {} was in force already.\n", text_of(rotation.to));
  else
    fmt::print("The key {} is in force; {} sealed with it.\n", text_of(rotation.to),
               counted(rotation.seeds, "seed is", "seeds are"));
  if (rotation.old_key_left)
    fmt::print(
        "The old one, {}, can go now: take its line, the first, out of the credential, and restart "
        "usherd.\n",
        text_of(rotation.from));
  fmt::print(
      "Copies of the key file that you keep are of the old key: replace them. What usherctl backup "
      "wrote holds the key it needs.\n");
}

ExitCode rotate(const Globals& globals) {
  auto work = StoreWork::begin(globals, "key.rotate");
  if (!work) return work.error();
  if (const auto became = work->become_owner(); !became) return became.error();
  const auto rotation = rotate_on_record(globals, *work);
  if (!rotation)
    return complain(
        {.code = ExitCode::no,
         .what = rotation.error().message,
         .next = "`usherctl key status` says how the key stands; run again, this goes on."});
  report(globals, *rotation);
  return ExitCode::ok;
}

Run setup_key_rotate(CLI::App&) {
  return [](const Globals& globals) { return rotate(globals); };
}

}  // namespace

const Command kKeyRotate{
    .name = "key rotate",
    .summary = "Put a new master key in force",
    .lesson =
        R"(For root. Makes a new key and seals every seed of a one-time code with it. usherd may run: it
goes on, and nobody is refused. Interrupted or killed, nothing is lost: run it again, and it
finishes. Where the key file already holds a second key, that one is put in force; this is the
way where the key is a credential of systemd's.

Examples:
  usherctl key rotate
  usherctl key status)",
    .setup = setup_key_rotate};

}  // namespace usher::ctl
