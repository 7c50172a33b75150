// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

namespace usher {

/// Whether PAM_AUTHTOK, which an earlier module of the stack may have left, answers the prompt for
/// the password.
enum class FirstPass : std::uint8_t {
  ignore,   // always ask
  attempt,  // try_first_pass: if there is one; ask where it was refused
  only,     // use_first_pass: never ask; refuse where there is none
};

/// The words behind pam_usher.so in a PAM file.
struct Options {
  std::string_view socket_path;
  std::uint32_t server_uid = 0;
  /// What the daemon may take, in milliseconds; the person's time does not count.
  std::int64_t budget_milliseconds = 30'000;
  FirstPass first_pass = FirstPass::ignore;
  /// proven=password: the module of the stack that verified it, as the stack calls it; else empty.
  std::string_view password_proven_by;
  /// Whether libpam is asked to let time pass after a refusal (pam_fail_delay(3)).
  bool fail_delay = true;
  bool debug = false;
};

/// An option that is unknown or whose value can't be used. Both are C strings: the first is the
/// stack's own argument, the second lives as long as the module.
struct BadOption {
  const char* given;
  const char* accepted;
};

/// Reads the arguments that libpam hands to every entry point; they must outlive the result, which
/// points into them. `caller_is_root` chooses the socket where none is given. Of an option that
/// stands twice, the last counts.
[[nodiscard]] std::expected<Options, BadOption> read_options(std::span<const char* const> arguments,
                                                             bool caller_is_root) noexcept;

}  // namespace usher
