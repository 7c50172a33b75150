// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/hand_out_secret.h"

#include "daemon/audit/event_json.h"
#include "daemon/factors/secret_text.h"

namespace usher {

std::expected<Result<LookupHash>, DialogueEnd> hand_out_secret(Hearing& hearing, LookupKind kind,
                                                               const std::string& user,
                                                               std::string_view about) {
  const auto made = new_lookup_secrets(kind, user, 1);
  if (!made) return Result<LookupHash>(failure(made.error().message));
  // It is the prompt itself: what is sent as information alone, some programs hold back until they
  // ask.
  SecretText page;
  page.append(about)
      .append("\n  ")
      .append(made->front().text.expose())
      .append("\nIt is not shown again. Press Enter once you have it: ");
  if (!page.is_whole()) return Result<LookupHash>(failure("the secret does not fit into a prompt"));
  const auto taken =
      hearing.dialogue.ask(PromptStyle::visible, PromptPurpose::other, page.expose());
  if (!taken) return std::unexpected(taken.error());
  return Result<LookupHash>(made->front().hash);
}

std::string utc_minute(std::int64_t seconds_since_1970) {
  std::string text = rfc3339(seconds_since_1970 * kMicrosecondsPerSecond);
  constexpr std::size_t kMinutes = 16;  // "2026-03-01T13:05"
  if (text.size() < kMinutes) return text;
  text.resize(kMinutes);
  text[10] = ' ';
  return text + " UTC";
}

}  // namespace usher
