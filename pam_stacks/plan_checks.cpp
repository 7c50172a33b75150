// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/plan_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/config/lists.h"
#include "pam_stacks/stack_edit.h"

namespace usher::pam_stacks {
namespace {

namespace fs = std::filesystem;

/// Asked twice, usherd denies: a success serves one login.
Result<void> check_once(const Stacks& stacks, const std::string& service) {
  for (const char* type : {"auth", "account", "session"}) {
    std::vector<std::string> places;
    for (const FlatLine& line : flatten(stacks, service, type))
      if (review::names_module(line.what, "pam_usher.so")) places.push_back(line.place());
    if (places.size() > 1)
      return failure(
          fmt::format("{}: its {} lines ask Usher more than once ({}): take out those "
                      "that were written by hand",
                      service, type, fmt::join(places, ", ")));
  }
  return {};
}

/// What the new stacks of a service would let a person forge: an Error where it counts, else
/// remarks.
Result<void> check_environment(const Plan& plan, const std::string& service, bool believes,
                               std::vector<std::string>& remarks) {
  std::vector<std::string> bad = forgeable(plan.after, service, "auth");
  for (std::string& late : forgeable(plan.after, service, "session")) {
    if (believes)
      bad.push_back(std::move(late));
    else
      remarks.push_back(late + ": harmless here");
  }
  if (bad.empty()) return {};
  return failure(fmt::format(
      "{}. pam_env reads a file of the person's own, who could say there by what key they came "
      "(SSH_AUTH_INFO_0): move Usher's line before it",
      fmt::join(bad, "; ")));
}

Result<void> look_at(const Plan& plan, const std::string& service, bool believes,
                     std::vector<std::string>& remarks) {
  if (auto checked = check_environment(plan, service, believes, remarks); !checked) return checked;
  if (auto checked = check_once(plan.after, service); !checked) return checked;
  if (auto checked = check_types(plan.after, service, believes); !checked) {
    if (believes) return checked;
    remarks.push_back(std::move(checked.error().message));
  }
  for (const std::string& way : ways_before_usher(plan.after, service))
    remarks.push_back(
        fmt::format("{}: {} may let somebody in before Usher is asked", service, way));
  if (text_in(plan.before, service) == text_in(plan.after, service)) return {};
  for (const std::string& module : replaced_modules(plan.before, service))
    remarks.push_back(fmt::format("{}: {} only runs where a rule observes", service, module));
  return {};
}

}  // namespace

Result<void> check_links(const std::vector<FileChange>& changes) {
  for (const FileChange& change : changes) {
    std::error_code ignored;
    if (!fs::is_symlink(change.file, ignored)) continue;
    return failure(fmt::format(
        "{} is a link to {}: another program takes care of it, and would undo the change",
        change.file.string(), fs::read_symlink(change.file, ignored).string()));
  }
  return {};
}

Result<void> check_types(const Stacks& stacks, const std::string& service, bool believes) {
  for (const char* type : {"account", "session"}) {
    const bool there = !flatten(stacks, service, type).empty();
    if ((!there && !believes) || asks_usher(stacks, service, type)) continue;
    return failure(
        fmt::format("{}: its {} lines come from where they can't be edited. Write `{} "
                    "substack usher` before them by hand, and run this again",
                    service, type, type));
  }
  return {};
}

Result<std::vector<std::string>> remarks_on(const Plan& plan,
                                            const std::vector<std::string>& self_verifying) {
  std::vector<std::string> remarks;
  for (const std::string& service : plan.services)
    if (auto looked = look_at(plan, service, config::contains(self_verifying, service), remarks);
        !looked)
      return std::unexpected(std::move(looked.error()));
  return remarks;
}

}  // namespace usher::pam_stacks
