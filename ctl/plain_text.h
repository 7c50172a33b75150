// SPDX-License-Identifier: Apache-2.0
// What others said (user names out of the log, prompts, file names) must not steer the terminal it
// is shown on. Every text that usherctl shows passes here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace usher::ctl {

/// `text` without control characters, but with its line ends and tabs. Each byte of a control
/// character (C0, DEL, C1), of what is not UTF-8, and of marks that reorder text becomes '?'.
[[nodiscard]] std::string plain(std::string_view text);

/// The same for one cell of a table: line ends and tabs become '?' too.
[[nodiscard]] std::string plain_line(std::string_view text);

/// Writes what plain() would return to `descriptor`, copying nothing: for texts that hold a secret.
/// False where it can't be written whole.
[[nodiscard]] bool write_plain(int descriptor, std::string_view text) noexcept;

/// Columns on a terminal, taking every character of `utf8` for one column wide.
[[nodiscard]] std::size_t columns_of(std::string_view utf8) noexcept;

}  // namespace usher::ctl
