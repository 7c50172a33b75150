// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <expected>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "ctl/complaint.h"
#include "ctl/contents_text.h"
#include "ctl/output.h"
#include "ctl/passphrase.h"
#include "ctl/plain_text.h"
#include "ctl/restore_text.h"
#include "ctl/store_work.h"
#include "daemon/store/backup.h"
#include "daemon/store/key_ring.h"
#include "daemon/store/restore.h"
#include "usher/unique_fd.h"

namespace usher::ctl {
namespace {

struct RestoreWish {
  std::string file;
  std::string master_key;  // empty: as the configuration says
  bool dry_run = false;
  PassphraseWish passphrase;
};

/// What the command line names, open: opened by whoever runs this.
struct Inputs {
  UniqueFd file;
  PassphraseSource passphrase;
  std::optional<KeyRing> key;
};

std::unexpected<ExitCode> refuse(const std::string& what, std::string next = {}) {
  return std::unexpected(complain({.code = ExitCode::no, .what = what, .next = std::move(next)}));
}

std::expected<Inputs, ExitCode> open_inputs(const RestoreWish& wish) {
  UniqueFd file(::open(wish.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return refuse(fmt::format("{}: {}", wish.file, ::strerrordesc_np(errno)));
  if (const auto begins = expect_backup_file(file.get()); !begins)
    return refuse(fmt::format("{}: {}", wish.file, begins.error().message));
  auto passphrase = PassphraseSource::open(wish.passphrase);
  if (!passphrase) return std::unexpected(passphrase.error());
  Inputs inputs{.file = std::move(file), .passphrase = *std::move(passphrase), .key = {}};
  if (wish.master_key.empty()) return inputs;
  auto key = KeyRing::read(wish.master_key);
  if (!key) return refuse(key.error().message);
  inputs.key = *std::move(key);
  return inputs;
}

ChangeRecord record_of(const RestoreWish& wish, const RestoreReport& report) {
  return {.person = {},
          .label = {},
          .reason = fmt::format("the store is as in the backup {} of {}; removed, as they may "
                                "have been used since: {}",
                                wish.file, moment_of(report.made), removals_in(report))};
}

/// Puts it in place, and sees that the log tells of it if and only if it came about.
Result<RestoreReport> restore_on_record(const StoreWork& work, const RestoreWish& wish,
                                        const Inputs& inputs, Snapshot backup) {
  std::optional<ChangeRecord> recorded;
  auto restored = restore_store({.store = work.settings().store,
                                 .key_file = work.settings().master_key,
                                 .key = inputs.key ? &*inputs.key : nullptr,
                                 .dry_run = wish.dry_run,
                                 .record = [&](const RestoreReport& made) -> Result<void> {
                                   ChangeRecord record = record_of(wish, made);
                                   auto written = work.record(record);
                                   if (written) recorded = std::move(record);
                                   return written;
                                 }},
                                std::move(backup));
  if (recorded && !restored) work.record_failure(*recorded);
  return restored;
}

ExitCode restore(const Globals& globals, const RestoreWish& wish) {
  auto work = StoreWork::begin(globals, "store.restore");
  if (!work) return work.error();
  const auto inputs = open_inputs(wish);
  if (!inputs) return inputs.error();
  const auto became = wish.dry_run ? work->give_up_root() : work->become_owner();
  if (!became) return became.error();
  const std::string& store = work->settings().store;
  if (!wish.dry_run)
    if (const auto unused = expect_unused(store); !unused)
      return refuse(unused.error().message, "Nothing was changed.").error();
  const auto passphrase = inputs->passphrase.ask();
  if (!passphrase) return passphrase.error();
  auto backup = read_backup(inputs->file.get(), *passphrase);
  if (!backup)
    return refuse(fmt::format("{}: {}", wish.file, backup.error().message), "Nothing was changed.")
        .error();
  const auto restored = restore_on_record(*work, wish, *inputs, *std::move(backup));
  if (!restored) return refuse(restored.error().message, "The store in place counts.").error();
  if (globals.json)
    print_json(json_of(*restored, store, wish.dry_run));
  else
    print_report(globals, *restored, store, wish.dry_run);
  return ExitCode::ok;
}

Run setup_restore(CLI::App& app) {
  const auto wish = std::make_shared<RestoreWish>();
  app.add_option("FILE", wish->file, "What usherctl backup wrote")->required()->type_name("");
  app.add_flag("--dry-run", wish->dry_run, "Verify it, and say what would change; usherd may run");
  app.add_option("--master-key", wish->master_key,
                 "The key to seal with, where it is a credential that only usherd is shown")
      ->type_name("PATH");
  add_passphrase_options(app, wish->passphrase);
  return [wish](const Globals& globals) { return restore(globals, *wish); };
}

}  // namespace

const Command kRestore{
    .name = "restore",
    .summary = "Put the store back as it was at a backup, with nothing spent since good again",
    .lesson =
        R"(For root, with usherd stopped, its sockets too. Everything is checked before anything is
touched; the store that was in place is kept beside the new one. A one-time code that may
have been used before the restore does not count; what can't be told from the store in place
(recovery codes, codes that a counter makes) is removed, and listed with what to do. The key in
place stays; where there is none, the backup's is put there.

Examples:
  usherctl restore --dry-run /root/usher.backup
  usherctl restore /root/usher.backup)",
    .setup = setup_restore};

}  // namespace usher::ctl
