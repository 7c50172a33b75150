// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/change.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ranges>
#include <set>
#include <system_error>
#include <utility>

#include "daemon/review/pam_stack.h"
#include "daemon/review/plain_file.h"
#include "pam_stacks/change_files.h"
#include "pam_stacks/stacks.h"
#include "pam_stacks/whole_file.h"

namespace usher::pam_stacks {
namespace {

namespace fs = std::filesystem;

constexpr auto kWaiting = "waiting";
constexpr auto kUnfinished = "unfinished";
constexpr std::string_view kConfirmed = "confirmed.";
constexpr std::string_view kUndone = "undone.";
constexpr std::size_t kMostKept = 10;  // of either

std::int64_t seconds_on(clockid_t clock) {
  timespec now{};
  static_cast<void>(::clock_gettime(clock, &now));
  return now.tv_sec;
}

std::string boot_id() {
  auto text = review::read_plain_file("/proc/sys/kernel/random/boot_id");
  if (!text) return {};
  while (text->ends_with('\n')) text->pop_back();
  return *text;
}

/// The number behind `prefix`; 0 where the name is another.
unsigned number_in(std::string_view name, std::string_view prefix) {
  unsigned number = 0;
  if (!name.starts_with(prefix)) return 0;
  name.remove_prefix(prefix.size());
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? number : 0;
}

std::set<unsigned> numbers_in(const fs::path& folder, std::string_view prefix) {
  std::set<unsigned> numbers;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (const unsigned number = number_in(entry->path().filename().string(), prefix); number > 0)
      numbers.insert(number);
  return numbers;
}

fs::path numbered(const fs::path& folder, std::string_view prefix, unsigned number) {
  return folder / fmt::format("{}{}", prefix, number);
}

/// Moves a change's folder to the next free name, and forgets the oldest.
Result<void> file_away(const fs::path& change, const fs::path& folder, std::string_view prefix) {
  std::set<unsigned> numbers = numbers_in(folder, prefix);
  const unsigned next = numbers.empty() ? 1 : *numbers.rbegin() + 1;
  const fs::path kept = numbered(folder, prefix, next);
  if (::rename(change.c_str(), kept.c_str()) != 0)
    return failure(fmt::format("{} can't become {}: {}", change.string(), kept.string(),
                               std::strerror(errno)));
  std::error_code ignored;
  while (numbers.size() >= kMostKept) {
    fs::remove_all(numbered(folder, prefix, *numbers.begin()), ignored);
    numbers.erase(numbers.begin());
  }
  return sync_folder(folder);
}

std::optional<std::string> content_of(const fs::path& file) {
  auto text = review::read_plain_file(file);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

/// Puts a file into the state `wanted`, whole; where it can, without needing room on the disk.
Result<void> put_back(const fs::path& file, const std::optional<std::string>& wanted) {
  if (!wanted) return remove_file(file);
  if (content_of(aside_name(file)) == wanted) return bring_back(file);
  if (content_of(file) == wanted) return {};
  return write_whole_file(file, *wanted);
}

Result<void> sync_folders_of(const Change& change) {
  std::set<fs::path> folders;
  for (const FileChange& file : change.files) folders.insert(file.file.parent_path());
  for (const fs::path& folder : folders)
    if (auto synced = sync_folder(folder); !synced) return synced;
  return {};
}

/// Whether another file of the folder includes this one: a stack whose part is missing lets nobody
/// in.
bool others_include(const fs::path& file) {
  const auto stacks = read_stacks(file.parent_path());
  if (!stacks) return false;
  const std::string self = file.filename().string();
  for (const auto& [name, text] : *stacks)
    for (const review::PamLine& line : review::parse_pam_stack(text))
      if (name != self && review::names_stack(line, self)) return true;
  return false;
}

void remove_beside(const Change& change, fs::path (*name)(const fs::path&)) {
  std::error_code ignored;
  for (const FileChange& file : change.files) fs::remove(name(file.file), ignored);
}

/// Everything that takes room on the disk, before the first file is replaced.
Result<void> prepare(const FileChange& file) {
  if (content_of(file.file) != file.before)
    return failure(fmt::format("{} was changed by somebody else meanwhile", file.file.string()));
  if (file.before)
    if (auto kept = set_aside(file.file); !kept) return kept;
  return file.after ? write_unfinished(file.file, *file.after) : Result<void>();
}

}  // namespace

RollbackTime rollback_in(std::int64_t seconds) {
  return {.boot = boot_id(),
          .boot_seconds = seconds_on(CLOCK_BOOTTIME) + seconds,
          .wall_seconds = seconds_on(CLOCK_REALTIME) + seconds};
}

std::optional<std::int64_t> Change::seconds_left() const {
  if (!in_place || undoing) return 0;
  if (!rollback) return std::nullopt;
  if (rollback->boot == boot_id())
    return std::max<std::int64_t>(0, rollback->boot_seconds - seconds_on(CLOCK_BOOTTIME));
  // The machine was started again. A clock that shows a time before the change can't be gone by.
  const std::int64_t now = seconds_on(CLOCK_REALTIME);
  if (now < made_microseconds / 1'000'000) return 0;
  return std::max<std::int64_t>(0, rollback->wall_seconds - now);
}

bool Change::due() const { return seconds_left() == 0; }

std::expected<Changes, Changes::Refusal> Changes::open(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return std::unexpected(Refusal{
        .message = fmt::format("{} can't be made: {}", folder.string(), std::strerror(errno))});
  const fs::path file = folder / "lock";
  UniqueFd lock(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock.valid())
    return std::unexpected(Refusal{
        .message = fmt::format("{} can't be opened: {}", file.string(), std::strerror(errno))});
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return std::unexpected(
        Refusal{.busy = true, .message = "another usherctl is changing the stacks just now"});
  return Changes(folder, std::move(lock));
}

Result<std::optional<Change>> Changes::waiting_in(const fs::path& folder) {
  return read_change(folder / kWaiting);
}

Result<std::optional<Change>> Changes::newest_confirmed_in(const fs::path& folder) {
  const std::set<unsigned> numbers = numbers_in(folder, kConfirmed);
  if (numbers.empty()) return std::nullopt;
  return read_change(numbered(folder, kConfirmed, *numbers.rbegin()));
}

Result<Change> Changes::begin(const Plan& plan, std::string made_by,
                              std::optional<RollbackTime> rollback) {
  std::error_code error;
  if (fs::exists(folder_ / kWaiting, error))
    return failure("a change waits for being confirmed or taken back");
  Change change{.folder = folder_ / kWaiting,
                .made_microseconds = seconds_on(CLOCK_REALTIME) * 1'000'000,
                .made_by = std::move(made_by),
                .services = plan.services,
                .when_down = plan.when_down,
                .rollback = std::move(rollback),
                .files = plan.changes};
  const fs::path unfinished = folder_ / kUnfinished;
  fs::remove_all(unfinished, error);
  if (auto written = write_change(change, unfinished); !written) {
    fs::remove_all(unfinished, error);
    return std::unexpected(std::move(written.error()));
  }
  if (::rename(unfinished.c_str(), change.folder.c_str()) != 0)
    return failure(
        fmt::format("{} can't be put in place: {}", change.folder.string(), std::strerror(errno)));
  if (auto synced = sync_folder(folder_); !synced)
    return std::unexpected(std::move(synced.error()));
  return change;
}

Result<void> Changes::put_in_place(const Change& change) {
  for (const FileChange& file : change.files)
    if (auto prepared = prepare(file); !prepared) return prepared;
  for (const FileChange& file : change.files) {
    auto done = file.after ? finish(file.file) : remove_file(file.file);
    if (!done) return done;
  }
  if (auto synced = sync_folders_of(change); !synced) return synced;
  return mark(change.folder, kInPlaceMark);
}

Result<void> Changes::confirm(const Change& change) {
  remove_beside(change, aside_name);
  return file_away(change.folder, folder_, kConfirmed);
}

Result<void> Changes::confirm_for_good(const Change& change) {
  remove_beside(change, aside_name);
  for (const unsigned number : numbers_in(folder_, kConfirmed))
    if (auto past = file_away(numbered(folder_, kConfirmed, number), folder_, kUndone); !past)
      return past;
  return file_away(change.folder, folder_, kUndone);
}

std::vector<std::string> Change::changed_since() const {
  std::vector<std::string> changed;
  for (const FileChange& file : files)
    if (const auto now = content_of(file.file); now != file.after && now != file.before)
      changed.push_back(file.file.string());
  return changed;
}

Result<std::vector<std::string>> Changes::undo(const Change& change) {
  fs::path folder = change.folder;
  if (folder != folder_ / kWaiting) {
    // From here on it is what a killed process left, and taken back by whoever comes next.
    if (::rename(folder.c_str(), (folder_ / kWaiting).c_str()) != 0)
      return failure(
          fmt::format("{} can't be taken up again: {}", folder.string(), std::strerror(errno)));
    folder = folder_ / kWaiting;
  }
  // Where even this does not fit on the disk, the old files still do.
  static_cast<void>(mark(folder, kUndoingMark));
  remove_beside(change, unfinished_name);
  std::vector<std::string> found;
  for (std::size_t i = change.files.size(); i-- > 0;) {
    const FileChange& file = change.files[i];
    const auto now = content_of(file.file);
    if (now && now != file.after && now != file.before) {
      const fs::path copy = folder / fmt::format("found.{}", i);
      static_cast<void>(write_whole_file(copy, *now, 0600));
      found.push_back(file.file.string());
    }
    if (!file.before && others_include(file.file)) {
      found.push_back(file.file.string());
      continue;
    }
    if (auto done = put_back(file.file, file.before); !done)
      return std::unexpected(std::move(done.error()));
  }
  remove_beside(change, aside_name);
  if (auto synced = sync_folders_of(change); !synced)
    return std::unexpected(std::move(synced.error()));
  if (auto kept = file_away(folder, folder_, kUndone); !kept)
    return std::unexpected(std::move(kept.error()));
  return found;
}

}  // namespace usher::pam_stacks
