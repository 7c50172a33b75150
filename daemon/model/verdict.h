// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/_pam_types.h>

#include <cstdint>
#include <string>

namespace usher {

/// The end of a request. Starts as a denial; only accept() makes a success, and only ignore() what
/// is neither.
struct VerdictResult {
  bool accepted = false;
  /// A rule that only observes decided: the stack goes on as if Usher were not there.
  bool ignored = false;
  int pam_code = PAM_AUTH_ERR;
  /// For the audit and the administrator only.
  std::string reason = "nothing was decided";
  /// For the person; usually empty, so that all denials look alike.
  std::string text;
  /// Nobody was asked and nothing was decided, so the audit log needs no line. Of Phase::password
  /// alone, which every change of a password comes to twice.
  bool needs_no_line = false;
  /// See Verdict::password_length.
  std::uint16_t password_length = 0;

  [[nodiscard]] static VerdictResult accept(std::string reason) {
    VerdictResult verdict;
    verdict.accepted = true;
    verdict.pam_code = PAM_SUCCESS;
    verdict.reason = static_cast<std::string&&>(reason);
    return verdict;
  }
  [[nodiscard]] static VerdictResult ignore(std::string reason) {
    VerdictResult verdict;
    verdict.ignored = true;
    verdict.pam_code = PAM_IGNORE;
    verdict.reason = static_cast<std::string&&>(reason);
    return verdict;
  }
  [[nodiscard]] static VerdictResult deny(int pam_code, std::string reason, std::string text = {}) {
    VerdictResult verdict;
    verdict.pam_code = pam_code;
    verdict.reason = static_cast<std::string&&>(reason);
    verdict.text = static_cast<std::string&&>(text);
    return verdict;
  }
};

}  // namespace usher
