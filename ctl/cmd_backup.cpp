// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/mman.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "ctl/complaint.h"
#include "ctl/contents_text.h"
#include "ctl/output.h"
#include "ctl/passphrase.h"
#include "ctl/plain_text.h"
#include "ctl/store_work.h"
#include "ctl/whole_file.h"
#include "daemon/config/text.h"
#include "daemon/config/units.h"
#include "daemon/store/backup.h"

namespace usher::ctl {
namespace {

struct BackupWish {
  std::string file;
  std::string memory;  // empty: as much as this machine can bear
  bool force = false;
  PassphraseWish passphrase;
};

constexpr std::uint64_t kLeastMemory = std::uint64_t{64} << 20U;

/// Or the complaint.
std::expected<PassphraseCost, ExitCode> cost_of(const BackupWish& wish) {
  if (wish.memory.empty()) return PassphraseCost::bearable();
  const auto memory = config::parse_size(wish.memory);
  if (memory && *memory >= kLeastMemory && *memory <= PassphraseCost::kMostMemory)
    return PassphraseCost::of_memory(*memory);
  return std::unexpected(complain(
      {.code = ExitCode::usage,
       .what = fmt::format("{} is no memory for --memory", config::ticked(plain_line(wish.memory))),
       .next = "Write it like 256 MiB or 1 GiB; from 64 MiB to 4 GiB."}));
}

/// What the process that makes the backup tells the one that reports it.
class SharedContents {
 public:
  SharedContents()
      : pages_(::mmap(nullptr, sizeof(StoreContents), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
  SharedContents(const SharedContents&) = delete;
  SharedContents& operator=(const SharedContents&) = delete;
  SharedContents(SharedContents&&) = delete;
  SharedContents& operator=(SharedContents&&) = delete;
  ~SharedContents() {
    if (valid()) ::munmap(pages_, sizeof(StoreContents));
  }
  [[nodiscard]] bool valid() const noexcept { return pages_ != MAP_FAILED; }
  [[nodiscard]] StoreContents& get() const noexcept { return *static_cast<StoreContents*>(pages_); }

 private:
  void* pages_;
};

/// In a process that is root's no more when it meets the store.
ExitCode fill(StoreWork& work, const BackupWish& wish, const PassphraseCost& cost,
              const PassphraseSource& source, int out, StoreContents& contents) {
  if (const auto became = work.become_owner(); !became) return became.error();
  const auto passphrase = source.ask_for_new();
  if (!passphrase) return passphrase.error();
  const auto snapshot = take_snapshot(work.settings().store, work.settings().master_key);
  if (!snapshot) return complain_of(snapshot.error().message);
  if (const auto written = write_backup(out, *snapshot, *passphrase, cost); !written)
    return complain_of(fmt::format("{}: {}", wish.file, written.error().message));
  const ChangeRecord record{.person = {},
                            .label = {},
                            .reason = fmt::format("a copy of the store and its key, encrypted, "
                                                  "goes to {}",
                                                  wish.file)};
  if (const auto recorded = work.record(record); !recorded)
    return complain_of(recorded.error().message);
  contents = snapshot->contents;
  return ExitCode::ok;
}

void report(const Globals& globals, const BackupWish& wish, const StoreContents& contents) {
  if (globals.json) return print_json({{"file", wish.file}, {"contents", json_of(contents)}});
  fmt::print("{} holds {}, and the key that they are sealed with.\n", plain_line(wish.file),
             text_of(contents));
  fmt::print("Nothing opens it without its passphrase: keep that, and keep it elsewhere.\n");
}

ExitCode backup(const Globals& globals, const BackupWish& wish) {
  const auto cost = cost_of(wish);
  if (!cost) return cost.error();
  auto work = StoreWork::begin(globals, "store.backup");
  if (!work) return work.error();
  const auto source = PassphraseSource::open(wish.passphrase);
  if (!source) return source.error();
  const SharedContents contents;
  if (!contents.valid()) return complain({.what = "there is no memory left", .next = {}});
  const ExitCode code = write_whole_file(wish.file, wish.force, [&](int out) {
    return fill(*work, wish, *cost, *source, out, contents.get());
  });
  if (code == ExitCode::ok) report(globals, wish, contents.get());
  return code;
}

Run setup_backup(CLI::App& app) {
  const auto wish = std::make_shared<BackupWish>();
  app.add_option("FILE", wish->file, "Where to write it")->required()->type_name("");
  app.add_flag("--force", wish->force, "Replace a file of that name");
  app.add_option(
         "--memory", wish->memory,
         "What each guess at the passphrase takes of it: 1 GiB without this, where there is "
         "enough")
      ->type_name("SIZE");
  add_passphrase_options(app, wish->passphrase);
  return [wish](const Globals& globals) { return backup(globals, *wish); };
}

}  // namespace

const Command kBackup{
    .name = "backup",
    .summary = "Write an encrypted copy of the store and its key",
    .lesson =
        R"(For root; usherd may run. The file holds everybody's credentials and the key, encrypted under a
passphrase, which is asked for twice: whoever has both has everything. Sessions are not in it. The
copy is made in memory, seen to be sound, and nowhere on a disk but in this file.

Examples:
  usherctl backup /root/usher.backup
  usherctl backup /mnt/backup/usher.backup --force --passphrase-file /root/backup-passphrase)",
    .setup = setup_backup};

}  // namespace usher::ctl
