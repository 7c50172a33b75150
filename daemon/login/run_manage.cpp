// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "daemon/login/enrol_otp.h"
#include "daemon/login/hearing.h"
#include "daemon/login/questions.h"

namespace usher {
namespace {

constexpr std::size_t kLeastPasswordBytes =
    8;  // NIST SP 800-63B-4 section 3.1.1.2, with another factor

VerdictResult refused(std::string reason) {
  std::string text = reason;
  return VerdictResult::deny(PAM_AUTHTOK_ERR, std::move(reason), std::move(text));
}

VerdictResult commit_one(Hearing& hearing, Effect effect, std::string done, std::string conflict) {
  std::vector<Effect> effects;
  effects.push_back(std::move(effect));
  const auto committed = hearing.ports.store.commit(effects);
  if (!committed) return internal_failure("not committed: " + committed.error().message);
  if (*committed != CommitOutcome::committed) return refused(std::move(conflict));
  return VerdictResult::accept(std::move(done));
}

Outcome set_password(Hearing& hearing, const std::string& user) {
  // Taken before the person types, compared at the commit: a reset by an administrator in between
  // must not be undone by a prompt that was left open.
  auto before = hearing.ports.store.password_hash(user);
  if (!before) return internal_failure(before.error().message);
  const auto fresh = hearing.dialogue.ask(PromptStyle::hidden, PromptPurpose::other,
                                          fmt::format("New Usher password for {}: ", user));
  if (!fresh) return std::unexpected(fresh.error());
  const auto again =
      hearing.dialogue.ask(PromptStyle::hidden, PromptPurpose::other, "The same again: ");
  if (!again) return std::unexpected(again.error());

  if (fresh->size() < kLeastPasswordBytes)
    return refused(fmt::format("a password has at least {} characters", kLeastPasswordBytes));
  if (!fresh->equals(again->expose())) return refused("the two passwords differ");
  auto hash = hearing.ports.password.hash(*fresh, hearing.dialogue.deadline());
  if (!hash) return internal_failure("not hashed: " + hash.error().message);
  return commit_one(hearing,
                    SetPassword{.user = user,
                                .hash = std::move(*hash),
                                .expected = SetPassword::Expected{std::move(*before)}},
                    "password set for " + user, "the password was changed meanwhile");
}

Outcome remove_otp(Hearing& hearing, const std::string& user) {
  const std::string& label = hearing.request.manage.label;
  return commit_one(
      hearing, RemoveOtp{.user = user, .label = label},
      fmt::format("code \"{}\" of {} removed", label, user),
      fmt::format("{} has no code named \"{}\": `usherctl otp list` shows the names", user, label));
}

struct Operation {
  std::string_view name;
  Outcome (*run)(Hearing&, const std::string& user);
};
constexpr std::array kOperations = {
    Operation{"password.set", set_password},
    Operation{"otp.add", enrol_otp},
    Operation{"otp.remove", remove_otp},
};

/// The strongest set of factors the person has: a password if set, a code if enrolled.
Result<std::vector<Requirement>> strongest_set(Store& store, const std::string& user) {
  std::vector<Requirement> wanted;
  const auto hash = store.password_hash(user);
  if (!hash) return std::unexpected(hash.error());
  if (*hash) wanted.push_back({.any_of = {Factor::password}});
  const auto codes = store.list_otp(user);
  if (!codes) return std::unexpected(codes.error());
  if (!codes->empty()) wanted.push_back({.any_of = {Factor::otp}});
  return wanted;
}

/// Whoever changes their own credentials proves all they have first, freshly: a stolen password, or
/// a terminal left open, must not be enough. What this spends is committed here, whatever follows.
Outcome prove_oneself(Hearing& hearing, const std::string& user) {
  const auto wanted = strongest_set(hearing.ports.store, user);
  if (!wanted) return internal_failure(wanted.error().message);
  if (wanted->empty())
    return refused(
        "there is nothing yet that you could prove yourself with: ask an administrator "
        "to set your password");
  for (const Requirement& requirement : *wanted)
    hearing.event.asked.push_back(requirement.any_of.front());
  const auto answers = ask_for_all(*wanted, hearing.dialogue, hearing.ports);
  if (!answers) return std::unexpected(answers.error());
  auto findings = check_all(*answers, user, hearing.dialogue.deadline(), hearing.ports);
  if (!findings) return internal_failure(findings.error().message);
  hearing.event.held = findings->held;
  if (!findings->all_held)
    return VerdictResult::deny(PAM_AUTH_ERR, std::move(findings->reason),
                               "That did not prove that it is you.");
  const auto committed = hearing.ports.store.commit(findings->effects);
  if (!committed) return internal_failure("not committed: " + committed.error().message);
  if (*committed != CommitOutcome::committed)
    return VerdictResult::deny(PAM_AUTH_ERR, "the code was spent at the same moment",
                               "That did not prove that it is you.");
  return VerdictResult::accept(std::move(findings->reason));
}

}  // namespace

Outcome run_manage(Hearing& hearing) {
  const auto found = hearing.ports.host.find_user(hearing.request.user);
  if (!found)
    return internal_failure("the account could not be looked up: " + found.error().message);
  if (!*found)
    return refused(fmt::format("there is no account \"{}\" on this machine", hearing.request.user));
  const std::string& user = (*found)->name;
  hearing.event.person = user;

  for (const Operation& operation : kOperations) {
    if (operation.name != hearing.request.manage.operation) continue;
    if (!hearing.request.caller.trusted) {
      Outcome proven = prove_oneself(hearing, user);
      if (!proven || !proven->accepted) return proven;
    }
    return operation.run(hearing, user);
  }
  return refused(
      fmt::format("\"{}\" is no operation of this version", hearing.request.manage.operation));
}

}  // namespace usher
