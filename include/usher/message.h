// SPDX-License-Identifier: Apache-2.0
// What module and daemon say to each other. PROTOCOL.md has the bytes; each message lists its own
// fields once, in `fields`, and the codec walks that list for encoding and for decoding alike. A
// field that came with a later version N is listed as `(!f.since(N) || f.text(...))`: in a dialogue
// of an older version it is neither said nor taken, and keeps its default.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace usher {

/// A range of versions of the wire.
struct Versions {
  std::uint16_t oldest = 0;
  std::uint16_t newest = 0;
};

/// The versions this code speaks. A module offers them, the daemon picks one.
inline constexpr std::uint16_t kOldestVersion = 1;
inline constexpr std::uint16_t kNewestVersion = 2;
inline constexpr Versions kSpokenVersions{.oldest = kOldestVersion, .newest = kNewestVersion};
static_assert(kNewestVersion == 1 || kOldestVersion < kNewestVersion,
              "one version back is always spoken: module and daemon are upgraded one by one");

/// The newest version that both sides speak; 0 where there is none.
[[nodiscard]] constexpr std::uint16_t common_version(Versions ours, Versions theirs) noexcept {
  const std::uint16_t oldest = ours.oldest > theirs.oldest ? ours.oldest : theirs.oldest;
  const std::uint16_t newest = ours.newest < theirs.newest ? ours.newest : theirs.newest;
  return oldest <= newest ? newest : std::uint16_t{0};
}

// Limits, in bytes. A packet over its limit is refused whole, never cut.
inline constexpr std::size_t kMaxPacket = std::size_t{16} * 1024;
inline constexpr std::size_t kMaxName = 256;  // user, ruser, service, tty, rhost
inline constexpr std::size_t kMaxAuthInfo = std::size_t{8} * 1024;
inline constexpr std::size_t kMaxSecret = 1024;
inline constexpr std::size_t kMaxText = std::size_t{4} * 1024;
inline constexpr std::size_t kMaxOperation = 32;
inline constexpr std::size_t kMaxLabel = 64;
inline constexpr std::size_t kMaxServices = 1024;
/// Prompts in one dialogue; one more ends it as a denial.
inline constexpr int kMaxRounds = 32;

enum class MessageType : std::uint8_t {
  hello = 1,
  begin = 2,
  prompt = 3,
  answer = 4,
  cancel = 5,
  restart = 6,
  verdict = 7,
};

/// What the caller wants.
enum class Phase : std::uint8_t {
  authenticate = 1,   // pam_sm_authenticate
  account = 2,        // pam_sm_acct_mgmt
  password = 3,       // pam_sm_chauthtok
  open_session = 4,   // pam_sm_open_session
  close_session = 5,  // pam_sm_close_session
  manage = 6,         // a credential change, from usherctl
};

/// How a prompt is shown; the four message styles of pam_conv(3).
enum class PromptStyle : std::uint8_t {
  hidden = 1,   // PAM_PROMPT_ECHO_OFF
  visible = 2,  // PAM_PROMPT_ECHO_ON
  info = 3,     // PAM_TEXT_INFO; answered with an empty Answer
  error = 4,    // PAM_ERROR_MSG; answered with an empty Answer
};

/// Whether the answer may be what other modules of the stack know as PAM_AUTHTOK. The module keeps
/// such an answer until the verdict, and may answer it from PAM_AUTHTOK (use_first_pass).
enum class PromptPurpose : std::uint8_t { other = 1, password = 2 };

/// Success and "take no part" are exact values, so that no flipped bit, zeroed buffer or value of
/// another meaning reads as one. Everything else is a denial.
enum class Seal : std::uint64_t {
  denied = 0x3a5cb1d6e49f0278,
  success = 0xc693472a5be0d91f,
  ignore = 0x95f8e06b1c2d74a3,
};

struct Hello {
  static constexpr MessageType kType = MessageType::hello;
  std::uint16_t oldest = kOldestVersion;
  std::uint16_t newest = kNewestVersion;

  static bool fields(auto& f, auto& self) {
    return f.number(1, self.oldest) && f.number(2, self.newest);
  }
};

/// What a `manage` dialogue is about; empty in every other phase.
struct ManageDetails {
  std::string_view operation;  // PROTOCOL.md lists them
  std::string_view label;      // which code, in the person's words
  std::string_view algorithm;  // "SHA1", "SHA256", "SHA512"; empty for the default
  std::uint8_t digits = 0;     // 6 to 8; 0 for the default
  std::uint16_t period = 0;    // seconds; 0 for the default
  std::uint8_t plain = 0;      // 1: no QR code in the text
  // Since version 2.
  std::string_view kind;             // "TOTP", "HOTP"; empty for the default
  std::string_view new_label;        // what a code is to be called
  std::string_view services;         // where something counts, separated by commas
  std::uint32_t seconds = 0;         // how long it counts; 0 for the default
  std::uint32_t uses = 0;            // how often; 0 for the default
  std::uint8_t change_at_login = 0;  // 1: the password has to be changed at the next login
};

/// (uid_t)-1: nobody in particular.
inline constexpr std::uint32_t kNoUid = 0xffffffff;

struct Begin {
  static constexpr MessageType kType = MessageType::begin;
  Phase phase{};
  std::uint32_t pam_flags = 0;
  std::string_view service;
  std::string_view user;
  std::string_view tty;
  std::string_view rhost;
  std::string_view ruser;
  std::string_view auth_info;  // SSH_AUTH_INFO_0: one method a line
  ManageDetails manage;
  std::string_view password_proven_by;  // an earlier module of the stack; empty for none
  std::uint8_t auth_info_set = 0;       // 1: SSH_AUTH_INFO_0 is there, if only empty
  // Since version 2. The real uid of the calling process: whoever started passwd(1), say.
  std::uint32_t real_uid = kNoUid;

  static bool fields(auto& f, auto& self) {
    return f.enumeration(1, self.phase, Phase::authenticate, Phase::manage) &&
           f.number(2, self.pam_flags) && f.text(3, self.service, kMaxName) &&
           f.text(4, self.user, kMaxName) && f.text(5, self.tty, kMaxName) &&
           f.text(6, self.rhost, kMaxName) && f.text(7, self.ruser, kMaxName) &&
           f.text(8, self.auth_info, kMaxAuthInfo) &&
           f.text(9, self.manage.operation, kMaxOperation) &&
           f.text(10, self.manage.label, kMaxLabel) &&
           f.text(11, self.manage.algorithm, kMaxLabel) && f.number(12, self.manage.digits) &&
           f.number(13, self.manage.period) && f.number(14, self.manage.plain) &&
           f.text(15, self.password_proven_by, kMaxLabel) && f.number(16, self.auth_info_set) &&
           (!f.since(2) || since_version_2(f, self));
  }

  static bool since_version_2(auto& f, auto& self) {
    return f.text(17, self.manage.kind, kMaxLabel) &&
           f.text(18, self.manage.new_label, kMaxLabel) &&
           f.text(19, self.manage.services, kMaxServices) && f.number(20, self.manage.seconds) &&
           f.number(21, self.manage.uses) && f.number(22, self.manage.change_at_login) &&
           f.number(23, self.real_uid);
  }
};

struct Prompt {
  static constexpr MessageType kType = MessageType::prompt;
  PromptStyle style{};
  PromptPurpose purpose = PromptPurpose::other;
  std::string_view text;

  static bool fields(auto& f, auto& self) {
    return f.enumeration(1, self.style, PromptStyle::hidden, PromptStyle::error) &&
           f.enumeration(2, self.purpose, PromptPurpose::other, PromptPurpose::password) &&
           f.text(3, self.text, kMaxText);
  }
};

/// The one message that carries a secret: its packet lives in locked memory on both sides.
struct Answer {
  static constexpr MessageType kType = MessageType::answer;
  std::string_view secret;

  static bool fields(auto& f, auto& self) { return f.text(1, self.secret, kMaxSecret); }
};

/// The person or the program broke the dialogue off.
struct Cancel {
  static constexpr MessageType kType = MessageType::cancel;
  static bool fields(auto&, auto&) { return true; }
};

/// The daemon is going down and nothing was decided: connect again and start over, once.
struct Restart {
  static constexpr MessageType kType = MessageType::restart;
  static bool fields(auto&, auto&) { return true; }
};

struct Verdict {
  static constexpr MessageType kType = MessageType::verdict;
  Seal seal = Seal::denied;
  /// A PAM return code (_pam_types.h). PAM_SUCCESS, and in the account phase
  /// PAM_NEW_AUTHTOK_REQD, count only under Seal::success.
  std::uint32_t pam_code = 0;
  /// How many leading bytes of the last answer to a PromptPurpose::password are the password;
  /// 0 where none is. What lets the module set PAM_AUTHTOK to the password alone.
  std::uint16_t password_length = 0;
  std::string_view text;  // for the person; empty for none

  static bool fields(auto& f, auto& self) {
    return f.seal(1, self.seal) && f.number(2, self.pam_code) &&
           f.number(3, self.password_length) && f.text(4, self.text, kMaxText);
  }
};

}  // namespace usher
