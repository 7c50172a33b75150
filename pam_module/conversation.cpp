// SPDX-License-Identifier: Apache-2.0
#include "pam_module/conversation.h"

#include <security/pam_ext.h>
#include <syslog.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace usher {
namespace {

int message_style(PromptStyle style) noexcept {
  switch (style) {
    case PromptStyle::hidden:
      return PAM_PROMPT_ECHO_OFF;
    case PromptStyle::visible:
      return PAM_PROMPT_ECHO_ON;
    case PromptStyle::error:
      return PAM_ERROR_MSG;
    case PromptStyle::info:
      break;
  }
  return PAM_TEXT_INFO;
}

bool wants_answer(PromptStyle style) noexcept {
  return style == PromptStyle::hidden || style == PromptStyle::visible;
}

/// Takes over what a conversation function allocated.
class OwnedResponse {
 public:
  OwnedResponse() noexcept = default;
  OwnedResponse(const OwnedResponse&) = delete;
  OwnedResponse& operator=(const OwnedResponse&) = delete;
  ~OwnedResponse() {
    if (response_ == nullptr) return;
    if (response_->resp != nullptr) {
      ::explicit_bzero(response_->resp, std::strlen(response_->resp));
      std::free(response_->resp);
    }
    std::free(response_);
  }
  [[nodiscard]] pam_response** receive() noexcept { return &response_; }
  /// Null where nothing was answered.
  [[nodiscard]] const char* text() const noexcept {
    return response_ == nullptr ? nullptr : response_->resp;
  }

 private:
  pam_response* response_ = nullptr;
};

}  // namespace

bool PamConversation::ask(const Prompt& prompt, Secret& answer) noexcept {
  if (!wants_answer(prompt.style)) {
    tell(prompt.style, prompt.text);
    return true;
  }
  if (prompt.purpose == PromptPurpose::password && first_pass_ != FirstPass::ignore) {
    const TokenUse use = answer_from_token(answer);
    if (use != TokenUse::absent) return use == TokenUse::answered;
    if (first_pass_ == FirstPass::only) {
      ::pam_syslog(handle_, LOG_NOTICE,
                   "use_first_pass, but no earlier module asked for a password; refused");
      return false;
    }
  }
  return converse(prompt.style, prompt.text, &answer);
}

void PamConversation::tell(PromptStyle style, std::string_view text) noexcept {
  if (!silent_) static_cast<void>(converse(style, text, nullptr));
}

PamConversation::TokenUse PamConversation::answer_from_token(Secret& answer) noexcept {
  const void* token = nullptr;
  if (::pam_get_item(handle_, PAM_AUTHTOK, &token) != PAM_SUCCESS || token == nullptr)
    return TokenUse::absent;
  if (!answer.assign(static_cast<const char*>(token))) {
    ::pam_syslog(handle_, LOG_NOTICE, "PAM_AUTHTOK is over %zu bytes; refused", kMaxSecret);
    return TokenUse::refused;
  }
  token_used_ = true;
  return TokenUse::answered;
}

/// One message to the program's function. `answer` is null where none is wanted.
bool PamConversation::converse(PromptStyle style, std::string_view text, Secret* answer) noexcept {
  const void* item = nullptr;
  if (::pam_get_item(handle_, PAM_CONV, &item) != PAM_SUCCESS) item = nullptr;
  const auto* const conversation = static_cast<const pam_conv*>(item);
  if (conversation == nullptr || conversation->conv == nullptr) {
    ::pam_syslog(handle_, LOG_ERR, "the calling program has no conversation function; refused");
    return false;
  }

  // The wire's texts end without a NUL; the codec has held this one to its limit.
  std::array<char, kMaxText + 1> terminated{};
  const std::size_t length = text.size() < kMaxText ? text.size() : kMaxText;
  std::memcpy(terminated.data(), text.data(), length);
  const pam_message message{.msg_style = message_style(style), .msg = terminated.data()};
  const pam_message* messages = &message;
  OwnedResponse response;
  const int code = conversation->conv(1, &messages, response.receive(), conversation->appdata_ptr);
  ::explicit_bzero(terminated.data(), length);  // an enrolment's text holds the seed
  if (code != PAM_SUCCESS) {
    ::pam_syslog(handle_, LOG_NOTICE, "the conversation ended with \"%s\"; refused",
                 ::pam_strerror(handle_, code));
    return false;
  }
  if (answer == nullptr) return true;
  if (response.text() == nullptr) {
    ::pam_syslog(handle_, LOG_NOTICE, "the conversation gave no answer to a prompt; refused");
    return false;
  }
  if (!answer->assign(response.text())) {
    ::pam_syslog(handle_, LOG_NOTICE, "an answer is over %zu bytes; refused", kMaxSecret);
    return false;
  }
  return true;
}

}  // namespace usher
