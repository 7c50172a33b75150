// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <utility>

#include "daemon/review/pam_services.h"
#include "daemon/review/plain_file.h"

namespace usher::pam_stacks {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 16;  // PAM_SUBSTACK_MAX_LEVEL of libpam
constexpr std::array<std::string_view, 4> kTypes = {"auth", "account", "password", "session"};

unsigned line_at(std::string_view text, std::size_t offset) {
  return static_cast<unsigned>(std::ranges::count(text.substr(0, offset), '\n')) + 1;
}

void flatten_into(std::vector<FlatLine>& flat, const Stacks& stacks, std::string_view name,
                  std::string_view type, int depth) {
  const auto found = stacks.find(fs::path(name).filename().string());
  if (found == stacks.end() || depth > kDeepest) return;
  for (review::PamLine& line : review::parse_pam_stack(found->second)) {
    if (!line.type.empty() && line.type != type) continue;
    if (line.includes) {
      flatten_into(flat, stacks, line.target, type, depth + 1);
      continue;
    }
    const unsigned at = line_at(found->second, line.offset);
    flat.push_back({.file = found->first, .line = at, .what = std::move(line)});
  }
}

/// All that decides what a service's lines do, in one text.
std::string meaning_of(const Stacks& stacks, std::string_view service) {
  std::string meaning;
  for (const std::string_view type : kTypes)
    for (const FlatLine& line : flatten(stacks, service, type)) {
      meaning += fmt::format("{} {} {} {}", type, line.what.may_be_missing, line.what.control,
                             line.what.target);
      for (const std::string& argument : line.what.arguments) meaning += " " + argument;
      meaning += "\n";
    }
  return meaning;
}

}  // namespace

Result<Stacks> read_stacks(const fs::path& folder) {
  Stacks stacks;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error) return failure(fmt::format("{} can't be read: {}", folder.string(), error.message()));
  for (; entry != fs::directory_iterator(); entry.increment(error)) {
    if (error)
      return failure(fmt::format("{} can't be read: {}", folder.string(), error.message()));
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (review::is_leftover_stack(name) || !entry->is_regular_file(ignored)) continue;
    auto text = review::read_plain_file(entry->path());
    if (!text)
      return failure(
          fmt::format("{} can't be read: {}", entry->path().string(), text.error().message()));
    stacks.emplace(name, std::move(*text));
  }
  return stacks;
}

std::vector<FlatLine> flatten(const Stacks& stacks, std::string_view service,
                              std::string_view type) {
  std::vector<FlatLine> flat;
  flatten_into(flat, stacks, service, type, 0);
  return flat;
}

bool asks_usher(const Stacks& stacks, std::string_view service, std::string_view type) {
  const std::vector<FlatLine> lines = flatten(stacks, service, type);
  return std::ranges::any_of(
      lines, [](const FlatLine& line) { return review::names_module(line.what, "pam_usher.so"); });
}

std::vector<std::string> changed_services(const Stacks& before, const Stacks& after) {
  std::set<std::string> names;
  for (const Stacks* stacks : {&before, &after})
    for (const auto& [name, text] : *stacks)
      if (!review::is_stack_fragment(name)) names.insert(name);
  std::vector<std::string> changed;
  for (const std::string& name : names)
    if (meaning_of(before, name) != meaning_of(after, name)) changed.push_back(name);
  return changed;
}

std::vector<std::string> forgeable(const Stacks& stacks, std::string_view service,
                                   std::string_view type) {
  std::vector<std::string> found;
  std::string environment;
  for (const FlatLine& line : flatten(stacks, service, type)) {
    if (review::names_module(line.what, "pam_env.so") && environment.empty())
      environment = line.place();
    if (!review::names_module(line.what, "pam_usher.so") || environment.empty()) continue;
    found.push_back(fmt::format("{}: the {} line of pam_usher.so ({}) stands behind pam_env ({})",
                                service, type, line.place(), environment));
    break;
  }
  return found;
}

}  // namespace usher::pam_stacks
