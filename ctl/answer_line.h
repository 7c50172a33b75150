// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "usher/secret.h"

namespace usher::ctl {

/// How the reading of an answer went; all but `read` leave none.
enum class LineEnd : std::uint8_t {
  read = 1,
  ended,        // the input was at its end
  too_long,     // more than kMaxSecret bytes; the rest of the line was read and wiped too
  not_text,     // a NUL in it, which no password can have
  interrupted,  // a signal ended the question
  failed,       // the input can't be read, or echo not be switched off
};

/// One line of `descriptor`, without its newline, straight into `answer`; the last may lack it. Not
/// a byte behind the newline is read: the next answer, or another program, finds it there.
/// `descriptor` blocks.
[[nodiscard]] LineEnd read_line(int descriptor, Secret& answer) noexcept;

}  // namespace usher::ctl
