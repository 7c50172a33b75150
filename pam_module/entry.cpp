// SPDX-License-Identifier: Apache-2.0
// The six entry points of pam_usher.so, for pam(8) stacks. Each carries one dialogue to usherd,
// which alone decides. Everything lives on the caller's stack or in wiped pages of its own.
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>

#include "pam_module/conversation.h"
#include "pam_module/options.h"
#include "pam_module/request_items.h"
#include "usher/relay.h"

namespace usher {
namespace {

/// None, with a line in the log, where the stack's arguments can't be used. A misspelt option must
/// not leave a stack that works, but not as its author meant.
std::optional<Options> options_of(pam_handle_t* handle, int count, const char** arguments) {
  const std::span<const char* const> given(arguments, static_cast<std::size_t>(count));
  const auto options = read_options(given, ::geteuid() == 0);
  if (options) return *options;
  ::pam_syslog(handle, LOG_ERR, "option \"%s\" refused: %s", options.error().given,
               options.error().accepted);
  return std::nullopt;
}

/// What an administrator has to know beyond the daemon's own audit log. The conversation has logged
/// its own failures; a denial is the daemon's to record.
void log_trouble(pam_handle_t* handle, RelayEnd end, const Options& options) {
  const int length = static_cast<int>(options.socket_path.size());
  const char* const path = options.socket_path.data();
  switch (end) {
    case RelayEnd::unavailable:
      ::pam_syslog(
          handle, LOG_ERR,
          "no answer in time from usherd at %.*s: is usherd running, and may it be reached?",
          length, path);
      return;
    case RelayEnd::hung_up:
      ::pam_syslog(handle, LOG_ERR,
                   "usherd at %.*s hung up: its audit log says whether it turned this caller away",
                   length, path);
      return;
    case RelayEnd::untrusted_daemon:
      ::pam_syslog(handle, LOG_ERR,
                   "%.*s is served by neither root nor uid %u (server_uid=); refused", length, path,
                   options.server_uid);
      return;
    case RelayEnd::protocol_violation:
      ::pam_syslog(handle, LOG_ERR,
                   "what answers at %.*s breaks the protocol: are usherd and pam_usher.so of one "
                   "version?",
                   length, path);
      return;
    case RelayEnd::no_resources:
      ::pam_syslog(handle, LOG_ERR,
                   "the limits of the calling program allow no socket or no memory; refused");
      return;
    case RelayEnd::bad_request:
      ::pam_syslog(handle, LOG_ERR, "the request does not fit the protocol; refused");
      return;
    case RelayEnd::cancelled:
    case RelayEnd::denied:
    case RelayEnd::ignored:
    case RelayEnd::accepted:
      return;
  }
}

/// Asks usherd; where it refused what try_first_pass offered, asks the person.
RelayResult relay(pam_handle_t* handle, const Begin& begin, const Options& options,
                  FirstPass first_pass) {
  const RelaySettings settings{.socket_path = options.socket_path,
                               .server_uid = options.server_uid,
                               .budget_milliseconds = options.budget_milliseconds};
  PamConversation conversation(handle, begin.pam_flags, first_pass);
  Relay<PamConversation> relay(settings, conversation);
  if (options.debug)
    ::pam_syslog(handle, LOG_DEBUG, "phase %d: asking usherd at %.*s",
                 static_cast<int>(begin.phase), static_cast<int>(options.socket_path.size()),
                 options.socket_path.data());
  RelayResult result = relay.run(begin);
  if (result.end == RelayEnd::denied && result.pam_code == PAM_AUTH_ERR &&
      conversation.may_ask_again()) {
    if (options.debug) ::pam_syslog(handle, LOG_DEBUG, "PAM_AUTHTOK was refused: asking anew");
    conversation.forget_first_pass();
    result = relay.run(begin);
  }
  log_trouble(handle, result.end, options);
  if (options.debug)
    ::pam_syslog(handle, LOG_DEBUG, "phase %d: ended with \"%s\"", static_cast<int>(begin.phase),
                 ::pam_strerror(handle, result.pam_code));
  return result;
}

/// The conversation is the program's: it must not be able to have one user verified for another.
bool is_about_same_user(pam_handle_t* handle, const RequestItems& items) {
  if (items.same_user(handle)) return true;
  ::pam_syslog(handle, LOG_ERR, "PAM_USER changed while its user was verified; refused");
  return false;
}

/// Leaves the password, and nothing that was typed behind it, to the modules that follow.
bool hand_on_password(pam_handle_t* handle, const Secret& password) {
  if (password.empty()) return true;
  std::array<char, kMaxSecret + 1> token{};
  const std::string_view bytes = password.expose();
  std::memcpy(token.data(), bytes.data(), bytes.size());
  const bool set = ::pam_set_item(handle, PAM_AUTHTOK, token.data()) == PAM_SUCCESS;
  ::explicit_bzero(token.data(), token.size());
  return set;
}

/// The name of the module that verified the password, where the stack's author says that one did.
/// A module that verifies a password leaves it in PAM_AUTHTOK: without one, none was asked for.
std::string_view password_proven_by(pam_handle_t* handle, const Options& options) {
  if (options.password_proven_by.empty()) return {};
  const void* token = nullptr;
  if (::pam_get_item(handle, PAM_AUTHTOK, &token) == PAM_SUCCESS && token != nullptr &&
      *static_cast<const char*>(token) != '\0')
    return options.password_proven_by;
  ::pam_syslog(handle, LOG_WARNING,
               "proven=password, but no earlier module of this stack asked for a password; the "
               "option is ignored");
  return {};
}

/// Notes on the transaction that usherd was not there when the `auth` lines ran.
constexpr char kWasUnavailable[] = "usher_was_unavailable";

void note_unavailable(pam_handle_t* handle) {
  // Any address does; nothing is freed.
  static_cast<void>(::pam_set_data(handle, kWasUnavailable, handle, nullptr));
}

/// What pam_unix asks for too: long enough to slow a person's guessing, too short to annoy.
constexpr unsigned kFailDelayMicroseconds = 2'000'000;

int authenticate(pam_handle_t* handle, int flags, const Options& options) {
  // libpam lets the time pass, and only where the stack as a whole refuses.
  if (options.fail_delay) ::pam_fail_delay(handle, kFailDelayMicroseconds);
  const char* user = nullptr;
  if (::pam_get_user(handle, &user, nullptr) != PAM_SUCCESS) {
    ::pam_syslog(handle, LOG_NOTICE, "the conversation gave no user name; refused");
    return PAM_AUTH_ERR;
  }
  RequestItems items;
  if (!items.read(handle)) return PAM_AUTH_ERR;
  Begin begin = items.begin(Phase::authenticate, flags);
  begin.password_proven_by = password_proven_by(handle, options);
  const RelayResult result = relay(handle, begin, options, options.first_pass);
  if (result.pam_code == PAM_AUTHINFO_UNAVAIL) note_unavailable(handle);
  if (result.pam_code != PAM_SUCCESS) return result.pam_code;
  if (!is_about_same_user(handle, items)) return PAM_AUTH_ERR;
  if (!hand_on_password(handle, result.password)) return PAM_SYSTEM_ERR;
  return PAM_SUCCESS;
}

/// PAM_AUTHINFO_UNAVAIL may open a way in past Usher, for people who have just been asked for a
/// password in its place. sshd alone sets SSH_AUTH_INFO_0, and skips `auth` for whom it let in by a
/// key: then nobody has been asked, and there is no such way.
bool may_say_unavailable(Phase phase, pam_handle_t* handle, const RequestItems& items) {
  if (!items.come_from_sshd()) return true;
  // By then sshd says what let them in. The note says less: one transaction serves a connection,
  // and a wrong password may have come before the key.
  if (phase != Phase::account) return items.name_method_of_pam();
  const void* note = nullptr;
  return ::pam_get_data(handle, kWasUnavailable, &note) == PAM_SUCCESS && note != nullptr;
}

/// Every phase but authentication: ask, and return what usherd says.
int consult(Phase phase, pam_handle_t* handle, int flags, int argc, const char** argv) {
  const auto options = options_of(handle, argc, argv);
  if (!options) return PAM_SERVICE_ERR;
  // Whoever changes a password proves the old one, which can be guessed at.
  if (phase == Phase::password && options->fail_delay)
    ::pam_fail_delay(handle, kFailDelayMicroseconds);
  RequestItems items;
  if (!items.read(handle)) return PAM_AUTH_ERR;
  const RelayResult result = relay(handle, items.begin(phase, flags), *options, FirstPass::ignore);
  if (result.pam_code == PAM_AUTHINFO_UNAVAIL && !may_say_unavailable(phase, handle, items))
    return PAM_SYSTEM_ERR;
  if (result.end != RelayEnd::accepted) return result.pam_code;
  return is_about_same_user(handle, items) ? result.pam_code : PAM_AUTH_ERR;
}

}  // namespace
}  // namespace usher

#define USHER_ENTRY extern "C" __attribute__((visibility("default")))

USHER_ENTRY int pam_sm_authenticate(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  const auto options = usher::options_of(pamh, argc, argv);
  if (!options) return PAM_SERVICE_ERR;
  return usher::authenticate(pamh, flags, *options);
}

/// Usher gives the process no credentials (no tickets, no groups, no keys), so there is nothing to
/// set and nothing that could fail. Nor is anybody let in by it: libpam asks only after the other
/// phases, and a stack in which Usher is alone needs a module that does not fail here.
USHER_ENTRY int pam_sm_setcred(pam_handle_t* pamh, int /*flags*/, int argc, const char** argv) {
  return usher::options_of(pamh, argc, argv) ? PAM_SUCCESS : PAM_SERVICE_ERR;
}

USHER_ENTRY int pam_sm_acct_mgmt(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  return usher::consult(usher::Phase::account, pamh, flags, argc, argv);
}

USHER_ENTRY int pam_sm_open_session(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  return usher::consult(usher::Phase::open_session, pamh, flags, argc, argv);
}

USHER_ENTRY int pam_sm_close_session(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  return usher::consult(usher::Phase::close_session, pamh, flags, argc, argv);
}

/// libpam calls this twice, first with PAM_PRELIM_CHECK, then with PAM_UPDATE_AUTHTOK. usherd is
/// asked both times: it sees the flags, and what each step may do is its decision.
USHER_ENTRY int pam_sm_chauthtok(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  return usher::consult(usher::Phase::password, pamh, flags, argc, argv);
}
