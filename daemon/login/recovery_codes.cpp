// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/recovery_codes.h"

#include <utility>

#include "daemon/factors/lookup_secret.h"
#include "daemon/factors/secret_text.h"

namespace usher {
namespace {

constexpr std::size_t kRecoveryCodes = 10;

/// The codes are the prompt itself: what is sent as information alone, some programs hold back
/// until they ask.
SecretText page_of(const std::vector<NewLookupSecret>& codes) {
  SecretText page;
  page.append(
      "Recovery codes, for when your device is lost. Each is good once. Keep them apart from "
      "it:\n");
  for (const NewLookupSecret& code : codes)
    page.append("  ").append(code.text.expose()).append('\n');
  page.append("They are not shown again. Press Enter once you have them: ");
  return page;
}

}  // namespace

std::expected<Result<AddLookupSecrets>, DialogueEnd> hand_out_recovery_codes(
    Hearing& hearing, const std::string& user) {
  const auto codes = new_lookup_secrets(LookupKind::recovery, user, kRecoveryCodes);
  if (!codes) return Result<AddLookupSecrets>(failure(codes.error().message));
  const SecretText page = page_of(*codes);
  if (!page.is_whole())
    return Result<AddLookupSecrets>(failure("the recovery codes do not fit into a prompt"));
  const auto taken =
      hearing.dialogue.ask(PromptStyle::visible, PromptPurpose::other, page.expose());
  if (!taken) return std::unexpected(taken.error());

  AddLookupSecrets added{.user = user,
                         .hashes = {},
                         .alike = {.kind = LookupKind::recovery, .uses_left = 1},
                         .replace = true};
  for (const NewLookupSecret& code : *codes) added.hashes.push_back(code.hash);
  return added;
}

}  // namespace usher
