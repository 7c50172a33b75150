// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/trial_login.h"

#include <security/pam_appl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace usher::pam_stacks {
namespace {

/// The conversation of pam_conv(3): the caller frees what it gets.
int answer(int count, const pam_message** messages, pam_response** responses, void* data) {
  if (count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
  auto* list = static_cast<pam_response*>(
      std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (list == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i)
    if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
      list[i].resp = ::strdup(static_cast<const char*>(data));
  *responses = list;
  return PAM_SUCCESS;
}

void no_delay(int /*code*/, unsigned /*microseconds*/, void* /*data*/) {}

int prepare(pam_handle_t* pam, const Caller& caller) {
  const auto set = [pam](int item, const std::string& value) {
    return value.empty() ? PAM_SUCCESS : ::pam_set_item(pam, item, value.c_str());
  };
  int code = set(PAM_TTY, caller.tty);
  if (code == PAM_SUCCESS) code = set(PAM_RUSER, caller.ruser);
  if (code == PAM_SUCCESS)
    code = ::pam_set_item(pam, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&no_delay));
  return code;
}

LoginEnd go_through(pam_handle_t* pam, const Caller& caller) {
  LoginEnd end{.step = Step::begin, .code = prepare(pam, caller)};
  const auto go_on = [&end](bool wanted, Step step, auto&& call) {
    if (end.code != PAM_SUCCESS || !wanted) return;
    end.step = step;
    end.code = call();
  };
  go_on(caller.authenticates, Step::authenticate, [pam] { return ::pam_authenticate(pam, 0); });
  go_on(caller.authenticates, Step::credentials,
        [pam] { return ::pam_setcred(pam, PAM_ESTABLISH_CRED); });
  go_on(caller.checks_account, Step::account, [pam] { return ::pam_acct_mgmt(pam, 0); });
  go_on(caller.opens_session, Step::open, [pam] { return ::pam_open_session(pam, 0); });
  go_on(caller.opens_session, Step::close, [pam] { return ::pam_close_session(pam, 0); });
  if (end.code == PAM_SUCCESS) end.step = Step::done;
  return end;
}

}  // namespace

std::string_view word_for(Step step) noexcept {
  switch (step) {
    case Step::begin:
      return "begin";
    case Step::authenticate:
      return "authenticate";
    case Step::credentials:
      return "set credentials";
    case Step::account:
      return "account";
    case Step::open:
      return "open session";
    case Step::close:
      return "close session";
    case Step::done:
      return "done";
  }
  return "";
}

LoginEnd try_login(const Caller& caller, const std::string& password) {
  // The saved uid stays root's where the effective one is, as in a set-uid program.
  if (::setresuid(caller.real_uid, caller.effective_uid, caller.effective_uid) != 0)
    return {.step = Step::begin, .code = PAM_SYSTEM_ERR};
  std::string typed = password;
  const pam_conv talk{.conv = answer, .appdata_ptr = typed.data()};
  pam_handle_t* pam = nullptr;
  const int started = ::pam_start(caller.service.c_str(), caller.user.c_str(), &talk, &pam);
  if (started != PAM_SUCCESS) return {.step = Step::begin, .code = started};
  const LoginEnd end = go_through(pam, caller);
  static_cast<void>(::pam_end(pam, end.code));
  return end;
}

}  // namespace usher::pam_stacks
