// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace usher::pam_stacks {

/// What a program does with its stack, from asking who it is to the end of the session.
enum class Step : std::uint8_t { begin = 1, authenticate, credentials, account, open, close, done };
[[nodiscard]] std::string_view word_for(Step step) noexcept;

/// How a program calls libpam.
struct Caller {
  std::string service;
  std::string user;
  std::string tty;
  std::string ruser;
  /// The real uid: of who called a set-uid program, which pam_rootok looks at.
  uid_t real_uid = 0;
  /// The effective uid: the person's for screen lockers.
  uid_t effective_uid = 0;
  bool authenticates = true;
  bool checks_account = true;
  bool opens_session = true;
};

/// The step that was refused, or `done`, with libpam's code.
struct LoginEnd {
  Step step = Step::begin;
  int code = -1;
};

/// Goes through a whole login, answering every hidden prompt with
/// `password`, without any delay after a refusal. Changes the ids of the process: for a child of
/// its own.
[[nodiscard]] LoginEnd try_login(const Caller& caller, const std::string& password);

}  // namespace usher::pam_stacks
