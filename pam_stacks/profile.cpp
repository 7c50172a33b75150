// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/profile.h"

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "pam_stacks/program.h"
#include "pam_stacks/whole_file.h"

namespace usher::pam_stacks {
namespace {

namespace fs = std::filesystem;

constexpr auto kProfiles = "/usr/share/pam-configs";
constexpr auto kProfile = "/usr/share/pam-configs/usher";

Result<void> write_folder(const fs::path& folder, const Stacks& files) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return failure(fmt::format("{} can't be made: {}", folder.string(), error.message()));
  for (const auto& [name, text] : files) {
    std::ofstream file(folder / name, std::ios::binary);
    file << text;
    file.close();
    if (!file) return failure(fmt::format("{} can't be written", (folder / name).string()));
  }
  return {};
}

/// pam-auth-update notes in debconf's database which profiles are on; what is only tried is not to
/// be found there. So it gets a copy (debconf(7), debconf.conf(5)).
Result<std::string> debconf_of_its_own(const fs::path& scratch) {
  std::error_code error;
  std::string text = "Config: config\nTemplates: templates\n";
  for (const char* name : {"config", "templates"}) {
    const fs::path copy = scratch / fmt::format("{}.dat", name);
    fs::copy_file(fmt::format("/var/cache/debconf/{}.dat", name), copy, error);
    if (error)
      return failure(fmt::format("debconf's {} can't be copied: {}", name, error.message()));
    text += fmt::format("\nName: {}\nDriver: File\nMode: 600\nFilename: {}\n", name, copy.string());
  }
  const fs::path file = scratch / "debconf.conf";
  if (auto written = write_whole_file(file, text); !written)
    return std::unexpected(std::move(written.error()));
  return fmt::format("DEBCONF_SYSTEMRC={}", file.string());
}

}  // namespace

bool has_profile() {
  std::error_code ignored;
  return has_program("pam-auth-update") && fs::exists(kProfile, ignored);
}

Result<ProfileFiles> with_profile(const ProfileFiles& now, bool enabled, const fs::path& scratch) {
  const fs::path root = scratch / "root";
  const fs::path stacks = root / "etc/pam.d";
  const fs::path state = root / "var/lib/pam";
  if (auto written = write_folder(stacks, now.stacks); !written)
    return std::unexpected(std::move(written.error()));
  if (auto written = write_folder(state, now.state); !written)
    return std::unexpected(std::move(written.error()));
  const fs::path profiles = root / "usr/share/pam-configs";
  std::error_code error;
  fs::create_directories(profiles.parent_path(), error);
  if (!error) fs::copy(kProfiles, profiles, error);
  if (error) return failure(fmt::format("{} can't be copied: {}", kProfiles, error.message()));

  const auto answers = debconf_of_its_own(scratch);
  if (!answers) return std::unexpected(answers.error());
  const auto end = run_program({"pam-auth-update", "--root", root.string(), "--package",
                                enabled ? "--enable" : "--disable", "usher"},
                               {*answers});
  if (!end) return std::unexpected(end.error());
  if (end->status != 0)
    return failure(fmt::format("pam-auth-update failed ({}): {}", end->status, end->output));
  auto made = read_stacks(stacks);
  if (!made) return std::unexpected(std::move(made.error()));
  auto kept = read_stacks(state);
  if (!kept) return std::unexpected(std::move(kept.error()));
  const bool asks = asks_usher(*made, "common-auth", "auth");
  if (asks != enabled)
    return failure(
        fmt::format("pam-auth-update leaves common-auth alone, as it does where somebody edited "
                    "it: {}",
                    end->output.empty() ? "it says nothing" : end->output));
  return ProfileFiles{.stacks = std::move(*made), .state = std::move(*kept)};
}

}  // namespace usher::pam_stacks
