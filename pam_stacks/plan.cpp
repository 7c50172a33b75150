// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/config/lists.h"
#include "daemon/review/pam_services.h"
#include "pam_stacks/plan_checks.h"
#include "pam_stacks/profile.h"
#include "pam_stacks/stack_edit.h"

namespace usher::pam_stacks {
namespace {

constexpr std::string_view kUsher = "usher";  // the stack that all others ask
/// Debian's common-auth as it is without Usher's profile, for where that is on.
constexpr std::string_view kUsherMachine = "usher-machine";

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
    if (auto applied = switch_profile(plain, false); !applied)
      return std::unexpected(std::move(applied.error()));
  after.stacks[std::string(kUsherMachine)] = plain.stacks["common-auth"];
  return std::string(kUsherMachine);
}

/// What changes the password of /etc/shadow as without Usher.
std::string common_password(const Stacks& stacks) {
  for (const char* name : {"common-password", "password-auth", "system-auth"})
    if (stacks.contains(name) && !asks_usher(stacks, name, "password")) return name;
  return {};
}

bool asks_less(const Stacks& before, const Stacks& after, const std::string& service) {
  for (const char* type : {"auth", "account", "password", "session"})
    if (asks_usher(before, service, type) && !asks_usher(after, service, type)) return true;
  return false;
}

/// Services that were made to ask by themselves have it from the common stacks now, as far as they
/// include those; what changes passwords they keep, since no common stack asks Usher for that.
void leave_it_to_common(Stacks& stacks) {
  const std::string common = common_auth_line(stacks);
  std::vector<std::string> names;
  for (const auto& [name, text] : stacks)
    if (!review::is_stack_fragment(name)) names.push_back(name);
  for (const std::string& name : names) {
    Cleared cleared = without_usher(name, stacks[name], common, "password");
    Stacks without = stacks;
    without[name] = std::move(cleared.text);
    if (cleared.left.empty() && !asks_less(stacks, without, name)) stacks = std::move(without);
  }
}

Result<WhenDownChoice> settled_choice(const Wish& wish, const Stacks& before) {
  if (wish.when_down) return *wish.when_down;
  const auto usher = before.find(kUsher);
  if (usher == before.end())
    return failure("say who gets in while usherd is not there: --when-down, or --observe at first");
  if (const auto choice = choice_in(usher->second)) return *choice;
  return failure("/etc/pam.d/usher is somebody's own: say --when-down to have it replaced");
}

/// `before` is the machine as it is, `after` as it is to be.
Result<Plan> planned(const Machine& before, const Machine& after, const Folders& folders) {
  Plan plan;
  plan.changes = changes_between(before, after, folders);
  if (auto checked = check_links(plan.changes); !checked)
    return std::unexpected(std::move(checked.error()));
  plan.services = changed_services(before.stacks, after.stacks);
  plan.before = before.stacks;
  plan.after = after.stacks;
  return plan;
}

}  // namespace

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
    if (auto applied = switch_profile(after, true); !applied)
      return std::unexpected(std::move(applied.error()));
    leave_it_to_common(after.stacks);
  } else if (wish.everywhere) {
    services = all_that_ask(after.stacks);
  }
  if (auto edited = edit_services(after.stacks, services); !edited)
    return std::unexpected(std::move(edited.error()));
  for (const std::string& service : services) {
    if (!asks_usher(after.stacks, service, "auth") &&
        !asks_usher(after.stacks, service, "account") &&
        !asks_usher(after.stacks, service, "password"))
      return failure(
          fmt::format("{}: this stack neither asks anybody, nor checks an account, nor changes a "
                      "password, so there is nothing that Usher could decide",
                      service));
    const bool believes = config::contains(wish.self_verifying, service);
    if (auto checked = check_types(after.stacks, service, believes); !checked)
      return std::unexpected(std::move(checked.error()));
  }
  auto common = common_without_usher(*before, after);
  if (!common) return std::unexpected(std::move(common.error()));
  ModuleCall call = wish.call;
  call.common = std::move(*common);
  call.common_password = common_password(after.stacks);
  after.stacks[std::string(kUsher)] = usher_stack(*choice, call);

  auto plan = planned(*before, after, folders);
  if (!plan) return plan;
  plan->when_down = *choice;
  if (plan->services.empty() && !plan->changes.empty())
    return failure("no service asks Usher yet: say which are to, by --service or --everywhere");
  auto remarks = remarks_on(*plan, wish.self_verifying);
  if (!remarks) return std::unexpected(std::move(remarks.error()));
  plan->remarks = std::move(*remarks);
  return plan;
}

Result<Removal> make_removal(const Folders& folders) {
  auto before = read_machine(folders);
  if (!before) return std::unexpected(std::move(before.error()));
  Machine after = *before;
  // Where somebody edited common-*, pam-auth-update leaves them alone; our own lines go all the
  // same.
  if (profile_is_on(before->stacks) && !switch_profile(after, false))
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
