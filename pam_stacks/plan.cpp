// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "daemon/config/lists.h"
#include "daemon/review/pam_services.h"
#include "pam_stacks/profile.h"
#include "pam_stacks/scratch.h"
#include "pam_stacks/stack_edit.h"

namespace usher::pam_stacks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUsher = "usher";  // the stack that all others ask
/// Debian's common-auth as it is without Usher's profile, for where that is on.
constexpr std::string_view kUsherMachine = "usher-machine";

struct Machine {
  Stacks stacks;  // as libpam finds them
  Stacks own;     // those in /etc/pam.d
  Stacks state;   // of pam-auth-update
};

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

std::optional<std::string> text_in(const Stacks& stacks, const std::string& name) {
  const auto found = stacks.find(name);
  return found == stacks.end() ? std::nullopt : std::optional(found->second);
}

/// What turns `before` into `after`, in a folder that holds `own` now.
void add_changes(std::vector<FileChange>& changes, const fs::path& folder, const Stacks& before,
                 const Stacks& after, const Stacks& own) {
  for (const auto& [name, text] : after)
    if (text_in(before, name) != text)
      changes.push_back({.file = folder / name, .before = text_in(own, name), .after = text});
  for (const auto& [name, text] : own)
    if (!after.contains(name))
      changes.push_back({.file = folder / name, .before = text, .after = std::nullopt});
}

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

Result<void> edit_services(Stacks& stacks, std::vector<std::string> services) {
  // Some have their lines from others that are named too: those first.
  for (bool progress = true; progress && !services.empty();) {
    progress = false;
    std::vector<std::string> rest;
    for (const std::string& service : services) {
      auto text = with_usher(stacks, service);
      if (!text) {
        rest.push_back(service);
        continue;
      }
      stacks[service] = std::move(*text);
      progress = true;
    }
    services = std::move(rest);
  }
  if (services.empty()) return {};
  return std::unexpected(with_usher(stacks, services.front()).error());
}

/// Services whose auth lines are the machine's common ones.
std::vector<std::string> all_that_ask(const Stacks& stacks) {
  std::vector<std::string> services;
  for (const auto& [name, text] : stacks)
    if (!review::is_stack_fragment(name) && !asks_usher(stacks, name, "auth") &&
        with_usher(stacks, name).value_or(text) != text)
      services.push_back(name);
  return services;
}

Result<void> apply_profile(Machine& machine, bool enabled) {
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

/// What asks for a password as without Usher. Where common-auth itself asks Usher, that is a copy
/// of what it would be: it can't include itself.
Result<std::string> common_without_usher(const Machine& before, Machine& after) {
  if (!profile_is_on(after.stacks)) {
    for (const char* name : {"common-auth", "password-auth", "system-auth"})
      if (after.stacks.contains(name) && !asks_usher(after.stacks, name, "auth")) return name;
    return std::string();
  }
  Machine plain = before;
  if (profile_is_on(before.stacks))
    if (auto applied = apply_profile(plain, false); !applied)
      return std::unexpected(std::move(applied.error()));
  after.stacks[std::string(kUsherMachine)] = plain.stacks["common-auth"];
  return std::string(kUsherMachine);
}

bool asks_less(const Stacks& before, const Stacks& after, const std::string& service) {
  for (const char* type : {"auth", "account", "session"})
    if (asks_usher(before, service, type) && !asks_usher(after, service, type)) return true;
  return false;
}

/// Services that were made to ask by themselves have it from the common stacks now, as far as they
/// include those.
void leave_it_to_common(Stacks& stacks) {
  const std::string common = common_auth_line(stacks);
  std::vector<std::string> names;
  for (const auto& [name, text] : stacks)
    if (!review::is_stack_fragment(name)) names.push_back(name);
  for (const std::string& name : names) {
    Cleared cleared = without_usher(name, stacks[name], common);
    Stacks without = stacks;
    without[name] = std::move(cleared.text);
    if (cleared.left.empty() && !asks_less(stacks, without, name)) stacks = std::move(without);
  }
}

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

/// With one type alone asking, what another checks would be passed over.
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

Result<WhenDownChoice> settled_choice(const Wish& wish, const Stacks& before) {
  if (wish.when_down) return *wish.when_down;
  const auto usher = before.find(kUsher);
  if (usher == before.end())
    return failure("say who gets in while usherd is not there: --when-down, or --observe at first");
  if (const auto choice = choice_in(usher->second)) return *choice;
  return failure("/etc/pam.d/usher is somebody's own: say --when-down to have it replaced");
}

/// What the new stacks would let a person forge; what matters is an Error.
Result<std::vector<std::string>> check_environment(const Wish& wish, const Plan& plan) {
  std::vector<std::string> remarks;
  for (const std::string& service : plan.services) {
    std::vector<std::string> bad = forgeable(plan.after, service, "auth");
    const std::vector<std::string> late = forgeable(plan.after, service, "session");
    const bool believes = config::contains(wish.self_verifying, service);
    std::vector<std::string>& list = believes ? bad : remarks;
    for (const std::string& one : late) list.push_back(one + (believes ? "" : ": harmless here"));
    if (bad.empty()) continue;
    return failure(fmt::format(
        "{}. pam_env reads a file of the person's own, who could say there by what key they came "
        "(SSH_AUTH_INFO_0): move Usher's line before it",
        fmt::join(bad, "; ")));
  }
  return remarks;
}

/// `before` is the machine as it is, `after` as it is to be.
Result<Plan> planned(const Machine& before, const Machine& after, const Folders& folders) {
  Plan plan;
  add_changes(plan.changes, folders.stacks, before.stacks, after.stacks, before.own);
  add_changes(plan.changes, folders.profile_state, before.state, after.state, before.state);
  std::ranges::stable_sort(plan.changes, {}, [&](const FileChange& change) {
    return change.file.parent_path() == folders.stacks ? rank_of(change.file) : 1000;
  });
  if (auto checked = check_links(plan.changes); !checked)
    return std::unexpected(std::move(checked.error()));
  plan.services = changed_services(before.stacks, after.stacks);
  plan.before = before.stacks;
  plan.after = after.stacks;
  return plan;
}

}  // namespace

Result<Stacks> stacks_in(const Folders& folders) {
  auto machine = read_machine(folders);
  if (!machine) return std::unexpected(std::move(machine.error()));
  return std::move(machine->stacks);
}

Result<Plan> make_plan(const Wish& wish, const Folders& folders) {
  auto before = read_machine(folders);
  if (!before) return std::unexpected(std::move(before.error()));
  const auto choice = settled_choice(wish, before->own);
  if (!choice) return std::unexpected(choice.error());
  Machine after = *before;
  // Who asks already is told by it; what it includes is known once the others are edited.
  after.stacks[std::string(kUsher)] = usher_stack(*choice, wish.call);
  std::vector<std::string> services = wish.services;
  if (wish.everywhere && has_profile()) {
    if (auto applied = apply_profile(after, true); !applied)
      return std::unexpected(std::move(applied.error()));
    leave_it_to_common(after.stacks);
  } else if (wish.everywhere) {
    services = all_that_ask(after.stacks);
  }
  if (auto edited = edit_services(after.stacks, services); !edited)
    return std::unexpected(std::move(edited.error()));
  for (const std::string& service : services) {
    if (!asks_usher(after.stacks, service, "auth") && !asks_usher(after.stacks, service, "account"))
      return failure(
          fmt::format("{}: this stack neither asks anybody nor checks an account, so "
                      "there is nothing that Usher could decide",
                      service));
    const bool believes = config::contains(wish.self_verifying, service);
    if (auto checked = check_types(after.stacks, service, believes); !checked)
      return std::unexpected(std::move(checked.error()));
  }
  auto common = common_without_usher(*before, after);
  if (!common) return std::unexpected(std::move(common.error()));
  ModuleCall call = wish.call;
  call.common = std::move(*common);
  after.stacks[std::string(kUsher)] = usher_stack(*choice, call);

  auto plan = planned(*before, after, folders);
  if (!plan) return plan;
  plan->when_down = *choice;
  auto remarks = check_environment(wish, *plan);
  if (!remarks) return std::unexpected(std::move(remarks.error()));
  plan->remarks = std::move(*remarks);
  if (plan->services.empty() && !plan->changes.empty())
    return failure("no service asks Usher yet: say which are to, by --service or --everywhere");
  for (const std::string& service : plan->services) {
    if (auto checked = check_once(plan->after, service); !checked)
      return std::unexpected(std::move(checked.error()));
    const bool believes = config::contains(wish.self_verifying, service);
    if (auto checked = check_types(plan->after, service, believes); !checked) {
      if (believes) return std::unexpected(std::move(checked.error()));
      plan->remarks.push_back(std::move(checked.error().message));
    }
    for (const std::string& way : ways_before_usher(plan->after, service))
      plan->remarks.push_back(
          fmt::format("{}: {} may let somebody in before Usher is asked", service, way));
    if (text_in(before->stacks, service) == text_in(after.stacks, service)) continue;
    for (const std::string& module : replaced_modules(plan->before, service))
      plan->remarks.push_back(
          fmt::format("{}: {} only runs where a rule observes", service, module));
  }
  return plan;
}

Result<Removal> make_removal(const Folders& folders) {
  auto before = read_machine(folders);
  if (!before) return std::unexpected(std::move(before.error()));
  Machine after = *before;
  // Where somebody edited common-*, pam-auth-update leaves them alone; our own lines go all the
  // same.
  if (profile_is_on(before->stacks) && !apply_profile(after, false))
    for (auto& [name, text] : after.stacks)
      if (name.starts_with("common-")) text = without_profile(text);
  Removal removal;
  const std::string common = common_auth_line(before->stacks);
  after.stacks.erase(std::string(kUsher));
  after.stacks.erase(std::string(kUsherMachine));
  for (auto& [name, text] : after.stacks) {
    Cleared cleared = without_usher(name, text, common);
    text = std::move(cleared.text);
    for (std::string& place : cleared.left) removal.left.push_back(std::move(place));
  }
  auto plan = planned(*before, after, folders);
  if (!plan) return std::unexpected(std::move(plan.error()));
  removal.plan = std::move(*plan);
  // Backwards: what others refer to goes last.
  std::ranges::reverse(removal.plan.changes);
  return removal;
}

}  // namespace usher::pam_stacks
