// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/change_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "daemon/review/plain_file.h"
#include "pam_stacks/whole_file.h"

namespace usher::pam_stacks {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kFormat = 1;
constexpr auto kDescription = "change.json";
constexpr mode_t kPrivate = 0600;

json described(const Change& change) {
  json files = json::array();
  for (std::size_t i = 0; i < change.files.size(); ++i)
    files.push_back(
        {{"file", change.files[i].file.string()},
         {"before", change.files[i].before ? json(fmt::format("before.{}", i)) : json()},
         {"after", change.files[i].after ? json(fmt::format("after.{}", i)) : json()}});
  json rollback;
  if (change.rollback)
    rollback = {{"boot", change.rollback->boot},
                {"boot_seconds", change.rollback->boot_seconds},
                {"wall_seconds", change.rollback->wall_seconds}};
  return {{"format", kFormat},
          {"made_microseconds", change.made_microseconds},
          {"made_by", change.made_by},
          {"services", change.services},
          {"when_down", text_of(change.when_down)},
          {"rollback", rollback},
          {"files", files}};
}

Result<std::optional<std::string>> text_named(const fs::path& folder, const json& name) {
  if (name.is_null()) return std::nullopt;
  // No path: only what stands in the folder.
  const fs::path file = folder / fs::path(name.get<std::string>()).filename();
  auto text = review::read_plain_file(file);
  if (!text)
    return failure(fmt::format("{} can't be read: {}", file.string(), text.error().message()));
  return std::optional(std::move(*text));
}

Result<std::optional<Change>> understood(const fs::path& folder, const json& read) {
  if (read.at("format").get<int>() != kFormat)
    return failure(fmt::format("{} is another version's: put the stacks back with that usherctl",
                               (folder / kDescription).string()));
  Change change;
  change.folder = folder;
  change.made_microseconds = read.at("made_microseconds").get<std::int64_t>();
  change.made_by = read.at("made_by").get<std::string>();
  change.services = read.at("services").get<std::vector<std::string>>();
  if (auto choice = parse_when_down(read.at("when_down").get<std::string>()))
    change.when_down = std::move(*choice);
  if (const json& rollback = read.at("rollback"); !rollback.is_null())
    change.rollback = RollbackTime{.boot = rollback.at("boot").get<std::string>(),
                                   .boot_seconds = rollback.at("boot_seconds").get<std::int64_t>(),
                                   .wall_seconds = rollback.at("wall_seconds").get<std::int64_t>()};
  for (const json& file : read.at("files")) {
    auto before = text_named(folder, file.at("before"));
    if (!before) return std::unexpected(std::move(before.error()));
    auto after = text_named(folder, file.at("after"));
    if (!after) return std::unexpected(std::move(after.error()));
    change.files.push_back({.file = file.at("file").get<std::string>(),
                            .before = std::move(*before),
                            .after = std::move(*after)});
  }
  std::error_code ignored;
  change.in_place = fs::exists(folder / kInPlaceMark, ignored);
  change.undoing = fs::exists(folder / kUndoingMark, ignored);
  return change;
}

}  // namespace

Result<void> write_change(const Change& change, const fs::path& folder) {
  std::error_code error;
  if (!fs::create_directory(folder, error))
    return failure(fmt::format("{} can't be made: {}", folder.string(), error.message()));
  for (std::size_t i = 0; i < change.files.size(); ++i) {
    const FileChange& file = change.files[i];
    for (const auto& [text, name] : {std::pair(&file.before, "before"), {&file.after, "after"}}) {
      if (!*text) continue;
      auto written = write_whole_file(folder / fmt::format("{}.{}", name, i), **text, kPrivate);
      if (!written) return written;
    }
  }
  auto written =
      write_whole_file(folder / kDescription, described(change).dump(2) + "\n", kPrivate);
  if (!written) return written;
  return sync_folder(folder);
}

Result<std::optional<Change>> read_change(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) return std::nullopt;
  const fs::path file = folder / kDescription;
  const auto text = review::read_plain_file(file);
  if (!text)
    return failure(fmt::format("{} can't be read: {}", file.string(), text.error().message()));
  try {
    return understood(folder, json::parse(*text));
  } catch (const json::exception& error) {
    return failure(fmt::format("{} is damaged: {}", file.string(), error.what()));
  }
}

Result<void> mark(const fs::path& folder, const char* name) {
  if (auto written = write_whole_file(folder / name, "", kPrivate); !written) return written;
  return sync_folder(folder);
}

}  // namespace usher::pam_stacks
