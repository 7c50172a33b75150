// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/machine.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "pam_stacks/profile.h"
#include "pam_stacks/scratch.h"

namespace usher::pam_stacks {
namespace {

namespace fs = std::filesystem;

/// First what others refer to; then what asks people, before what opens their sessions, before what
/// checks their accounts: a login between two of these is refused by none for what another let
/// pass.
int rank_of(const fs::path& file) {
  static constexpr std::array<std::string_view, 6> kOrder = {
      "usher-machine", "usher", "common-auth", "common-session", "common-session-noninteractive",
      "common-account"};
  const auto* found = std::ranges::find(kOrder, file.filename().string());
  return static_cast<int>(found - kOrder.begin());
}

/// In a folder that holds `own` now.
void add_changes(std::vector<FileChange>& changes, const fs::path& folder, const Stacks& before,
                 const Stacks& after, const Stacks& own) {
  for (const auto& [name, text] : after)
    if (text_in(before, name) != text)
      changes.push_back({.file = folder / name, .before = text_in(own, name), .after = text});
  for (const auto& [name, text] : own)
    if (!after.contains(name))
      changes.push_back({.file = folder / name, .before = text, .after = std::nullopt});
}

}  // namespace

Result<Machine> read_machine(const Folders& folders) {
  Machine machine;
  auto stacks = read_stacks(folders.stacks);
  if (!stacks) return std::unexpected(std::move(stacks.error()));
  machine.own = std::move(*stacks);
  machine.stacks = machine.own;
  std::error_code ignored;
  if (fs::is_directory(folders.vendor, ignored)) {
    auto vendor = read_stacks(folders.vendor);
    if (!vendor) return std::unexpected(std::move(vendor.error()));
    machine.stacks.merge(*vendor);
  }
  if (!fs::is_directory(folders.profile_state, ignored)) return machine;
  auto state = read_stacks(folders.profile_state);
  if (!state) return std::unexpected(std::move(state.error()));
  machine.state = std::move(*state);
  return machine;
}

Result<Stacks> stacks_in(const Folders& folders) {
  auto machine = read_machine(folders);
  if (!machine) return std::unexpected(std::move(machine.error()));
  return std::move(machine->stacks);
}

std::vector<FileChange> changes_between(const Machine& before, const Machine& after,
                                        const Folders& folders) {
  std::vector<FileChange> changes;
  add_changes(changes, folders.stacks, before.stacks, after.stacks, before.own);
  add_changes(changes, folders.profile_state, before.state, after.state, before.state);
  std::ranges::stable_sort(changes, {}, [&](const FileChange& change) {
    return change.file.parent_path() == folders.stacks ? rank_of(change.file) : 1000;
  });
  return changes;
}

Result<void> switch_profile(Machine& machine, bool enabled) {
  const auto scratch = Scratch::make();
  if (!scratch) return std::unexpected(scratch.error());
  auto made =
      with_profile({.stacks = machine.stacks, .state = machine.state}, enabled, scratch->folder());
  if (!made) return std::unexpected(std::move(made.error()));
  machine.stacks = std::move(made->stacks);
  machine.state = std::move(made->state);
  return {};
}

bool profile_is_on(const Stacks& stacks) {
  return asks_usher(stacks, "common-auth", "auth") ||
         asks_usher(stacks, "common-account", "account");
}

std::optional<std::string> text_in(const Stacks& stacks, const std::string& name) {
  const auto found = stacks.find(name);
  return found == stacks.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace usher::pam_stacks
