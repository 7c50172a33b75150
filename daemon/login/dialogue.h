// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "usher/deadline.h"
#include "usher/message.h"
#include "usher/secret.h"

namespace usher {

/// Why a dialogue ended before its verdict.
enum class DialogueEnd : std::uint8_t {
  hung_up = 1,
  cancelled,
  timed_out,
  restarting,  // usherd goes down; the module has been told to come back
  malformed,
};

/// The port to the person, by way of the module. One thread.
class Dialogue {
 public:
  virtual ~Dialogue() = default;
  /// Asks, and waits for the answer.
  [[nodiscard]] virtual std::expected<Secret, DialogueEnd> ask(PromptStyle style,
                                                               PromptPurpose purpose,
                                                               std::string_view text) = 0;
  /// Shows a text; waits until it was taken.
  [[nodiscard]] virtual std::expected<void, DialogueEnd> tell(PromptStyle style,
                                                              std::string_view text) = 0;
  /// When this dialogue has to be over; what waits on its behalf waits no longer.
  [[nodiscard]] virtual Deadline deadline() const = 0;

 protected:
  Dialogue() = default;
  Dialogue(const Dialogue&) = default;
  Dialogue& operator=(const Dialogue&) = default;
};

}  // namespace usher
