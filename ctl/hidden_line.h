// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "ctl/answer_line.h"
#include "usher/secret.h"

namespace usher::ctl {

/// Asks `question` on the terminal `tty` and reads a line that is not echoed. What was typed before
/// the question, and so was echoed, is thrown away. Echo is as it was again on return, whatever
/// happens, also before a signal ends or stops the process; stopped and continued, it asks again.
/// For a process with one thread.
[[nodiscard]] LineEnd read_hidden_line(int tty, std::string_view question, Secret& answer) noexcept;

}  // namespace usher::ctl
