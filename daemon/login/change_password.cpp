// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/change_password.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/login/commit_change.h"

namespace usher {
namespace {

constexpr std::size_t kLeastPasswordBytes =
    8;  // NIST SP 800-63B-4 section 3.1.1.2, with another factor

}  // namespace

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
    return refused_change(
        fmt::format("a password has at least {} characters", kLeastPasswordBytes));
  if (!fresh->equals(again->expose())) return refused_change("the two passwords differ");
  auto hash = hearing.ports.password.hash(*fresh, hearing.dialogue.deadline());
  if (!hash) return internal_failure("not hashed: " + hash.error().message);
  return commit_change(hearing,
                       SetPassword{.user = user,
                                   .hash = std::move(*hash),
                                   .expected = SetPassword::Expected{std::move(*before)}},
                       "password set for " + user,
                       "the password, or what proves that it is you, was changed meanwhile");
}

}  // namespace usher
