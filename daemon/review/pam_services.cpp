// SPDX-License-Identifier: Apache-2.0
#include "daemon/review/pam_services.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "daemon/config/lists.h"
#include "daemon/review/pam_stack.h"
#include "daemon/review/plain_file.h"

namespace usher::review {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostStacks = 1024;  // files; machines have some fifty

/// Stacks that distributions, and Usher itself, have for other stacks to include; `other` is for
/// programs without a file.
constexpr std::array<std::string_view, 16> kFragments = {"other",
                                                         "usher",
                                                         "system-auth",
                                                         "system-auth-ac",
                                                         "password-auth",
                                                         "password-auth-ac",
                                                         "postlogin",
                                                         "postlogin-ac",
                                                         "fingerprint-auth",
                                                         "fingerprint-auth-ac",
                                                         "smartcard-auth",
                                                         "smartcard-auth-ac",
                                                         "system-login",
                                                         "system-local-login",
                                                         "system-remote-login",
                                                         "system-services"};

constexpr std::array<std::string_view, 9> kLeftoverEndings = {
    ".rpmnew", ".rpmsave", ".rpmorig", ".pacnew", ".pacsave", ".bak", ".orig", ".swp", "~"};

}  // namespace

bool is_leftover_stack(std::string_view name) {
  return name.starts_with('.') || name.starts_with('#') || name.contains(".dpkg-") ||
         name.contains(".ucf-") ||
         std::ranges::any_of(kLeftoverEndings, [&](auto ending) { return name.ends_with(ending); });
}

bool is_stack_fragment(std::string_view name) {
  return name.starts_with("common-") || config::contains(kFragments, name);
}

PamServices::PamServices(std::span<const fs::path> directories) {
  for (const fs::path& directory : directories) list(directory);
}

void PamServices::list(const fs::path& directory) {
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  if (error) return;
  known_ = true;
  for (; entry != fs::directory_iterator() && files_.size() < kMostStacks; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (is_leftover_stack(name) || files_.contains(name) || !entry->is_regular_file(ignored))
      continue;
    auto text = read_plain_file(entry->path());
    if (!is_stack_fragment(name)) services_.insert(name);
    files_.emplace(std::move(name),
                   Stack{.path = entry->path(), .text = text ? std::move(*text) : std::string()});
  }
}

std::optional<UsherLine> PamServices::usher_line(std::string_view service) const {
  std::set<std::string> seen;
  return find_in(service, seen);
}

/// `seen` keeps stacks that include each other from being read forever.
std::optional<UsherLine> PamServices::find_in(std::string_view name,
                                              std::set<std::string>& seen) const {
  const auto found = files_.find(name);
  if (found == files_.end() || !seen.emplace(name).second) return std::nullopt;
  const Stack& stack = found->second;
  for (const PamLine& line : parse_pam_stack(stack.text)) {
    if (!line.includes && !names_module(line, "pam_usher.so")) continue;
    config::Place place = place_in(stack.path, stack.text, line.offset);
    if (!line.includes) return UsherLine{.place = place, .module = place.at};
    // libpam takes an absolute path too; those of these directories are known by their names.
    const auto below = find_in(fs::path(line.target).filename().string(), seen);
    if (below) return UsherLine{.place = std::move(place), .module = below->module};
  }
  return std::nullopt;
}

}  // namespace usher::review
