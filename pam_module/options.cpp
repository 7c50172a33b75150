// SPDX-License-Identifier: Apache-2.0
#include "pam_module/options.h"

#include <sys/un.h>

#include <cstring>

#include "usher/message.h"

namespace usher {
namespace {

constexpr std::string_view kRootSocket = "/run/usher/root.sock";
constexpr std::string_view kSelfSocket = "/run/usher/self.sock";
constexpr std::uint64_t kMaxTimeoutSeconds = 300;
// (uid_t)-1 means "no user" to every system call.
constexpr std::uint64_t kMaxUid = 0xfffffffe;

/// A decimal number from `least` to `most`, without sign or space.
bool read_number(std::string_view digits, std::uint64_t least, std::uint64_t most,
                 std::uint64_t& number) noexcept {
  if (digits.empty() || digits.size() > 10) return false;
  std::uint64_t read = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return false;
    read = read * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  if (read < least || read > most) return false;
  number = read;
  return true;
}

bool read_socket(std::string_view path, Options& options) noexcept {
  if (!path.starts_with('/') || path.size() >= sizeof(sockaddr_un::sun_path)) return false;
  options.socket_path = path;
  return true;
}

bool read_server_uid(std::string_view value, Options& options) noexcept {
  std::uint64_t uid = 0;
  if (!read_number(value, 0, kMaxUid, uid)) return false;
  options.server_uid = static_cast<std::uint32_t>(uid);
  return true;
}

bool read_timeout(std::string_view value, Options& options) noexcept {
  std::uint64_t seconds = 0;
  if (!read_number(value, 1, kMaxTimeoutSeconds, seconds)) return false;
  options.budget_milliseconds = static_cast<std::int64_t>(seconds) * 1000;
  return true;
}

/// Whether `argument` is `name` followed by a value, which is then all that is left of it.
bool take_name(std::string_view& argument, std::string_view name) noexcept {
  if (argument.size() < name.size() || std::memcmp(argument.data(), name.data(), name.size()) != 0)
    return false;
  argument.remove_prefix(name.size());
  return true;
}

/// "password", or "password:NAME" where NAME tells which module verified it.
bool read_proven(std::string_view value, Options& options) noexcept {
  constexpr std::string_view kFactor = "password";
  if (!take_name(value, kFactor)) return false;
  if (value.empty()) {
    options.password_proven_by = "the stack";
    return true;
  }
  if (value[0] != ':' || value.size() == 1 || value.size() > kMaxLabel + 1) return false;
  value.remove_prefix(1);
  for (const char c : value) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.';
    if (!plain) return false;
  }
  options.password_proven_by = value;
  return true;
}

/// Takes one argument; where it is refused, says what would have been accepted.
const char* read_option(std::string_view argument, Options& options) noexcept {
  if (take_name(argument, "socket="))
    return read_socket(argument, options) ? nullptr
                                          : "socket= takes an absolute path of at most 107 bytes";
  if (take_name(argument, "server_uid="))
    return read_server_uid(argument, options) ? nullptr
                                              : "server_uid= takes a uid, 0 to 4294967294";
  if (take_name(argument, "timeout="))
    return read_timeout(argument, options) ? nullptr : "timeout= takes 1 to 300 seconds";
  if (take_name(argument, "proven="))
    return read_proven(argument, options) ? nullptr : "proven= takes password, or password:MODULE";
  if (argument == "debug")
    options.debug = true;
  else if (argument == "nodelay")
    options.fail_delay = false;
  else if (argument == "use_first_pass")
    options.first_pass = FirstPass::only;
  else if (argument == "try_first_pass")
    options.first_pass = FirstPass::attempt;
  else
    return "the options are socket=PATH, server_uid=UID, timeout=SECONDS, proven=password, debug, "
           "nodelay, use_first_pass and try_first_pass";
  return nullptr;
}

}  // namespace

std::expected<Options, BadOption> read_options(std::span<const char* const> arguments,
                                               bool caller_is_root) noexcept {
  Options options{.socket_path = caller_is_root ? kRootSocket : kSelfSocket};
  for (const char* const argument : arguments) {
    if (const char* const accepted = read_option(argument, options); accepted != nullptr)
      return std::unexpected(BadOption{.given = argument, .accepted = accepted});
  }
  return options;
}

}  // namespace usher
