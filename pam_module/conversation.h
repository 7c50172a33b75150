// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/pam_modules.h>

#include <cstdint>
#include <string_view>

#include "pam_module/options.h"
#include "usher/message.h"
#include "usher/secret.h"

namespace usher {

/// The person, by way of the calling program's pam_conv(3) function; what Relay talks to. Every
/// response is wiped and freed. What goes wrong is logged here, once, and ends the dialogue.
class PamConversation {
 public:
  PamConversation(pam_handle_t* handle, std::uint32_t pam_flags, FirstPass first_pass) noexcept
      : handle_(handle), silent_((pam_flags & PAM_SILENT) != 0), first_pass_(first_pass) {}

  /// Asks, or answers from PAM_AUTHTOK where the options say so. `prompt` is shown as it is; info
  /// and error texts leave `answer` empty and are not shown under PAM_SILENT.
  [[nodiscard]] bool ask(const Prompt& prompt, Secret& answer) noexcept;
  /// Shows a text; that it could not be shown changes nothing.
  void tell(PromptStyle style, std::string_view text) noexcept;

  /// Whether an answer came from PAM_AUTHTOK and the person may still be asked instead.
  [[nodiscard]] bool may_ask_again() const noexcept {
    return token_used_ && first_pass_ == FirstPass::attempt;
  }
  /// From now on the person is asked for everything.
  void forget_first_pass() noexcept { first_pass_ = FirstPass::ignore; }

 private:
  enum class TokenUse : std::uint8_t { answered, absent, refused };
  TokenUse answer_from_token(Secret& answer) noexcept;
  bool converse(PromptStyle style, std::string_view text, Secret* answer) noexcept;

  pam_handle_t* handle_;
  bool silent_;
  FirstPass first_pass_;
  bool token_used_ = false;
};

}  // namespace usher
