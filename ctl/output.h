// SPDX-License-Identifier: Apache-2.0
// Standard output: for people, or for programs under --json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ctl/command.h"
#include "ctl/table.h"

namespace usher::ctl {

using Json = nlohmann::ordered_json;

/// How standard output is to look: on a terminal in colour, unless NO_COLOR is set or --color says
/// otherwise.
[[nodiscard]] Palette palette_for(const Globals& globals);

/// Whether standard output is a terminal that can be cleared.
[[nodiscard]] bool is_on_screen();

/// With headings on a terminal, without where a program reads it.
[[nodiscard]] std::string text_of_table(const Table& table, const Palette& palette);
void print_table(const Table& table, const Globals& globals);

/// In ASCII alone, so that no character of a string steers the terminal; indented by two blanks.
void print_json(const Json& value);
/// The same in one line.
[[nodiscard]] std::string json_line(const Json& value);
void print_json_line(const Json& value);

/// "1 rule", "2 rules".
[[nodiscard]] std::string counted(std::size_t count, const char* one, const char* many);

/// "sshd and sudo", "sshd, sudo and su".
[[nodiscard]] std::string sentence_of(const std::vector<std::string>& names);

/// "9 minutes", "40 seconds".
[[nodiscard]] std::string minutes_of(std::int64_t seconds);

/// Local time, "2026-03-01 13:05:09"; "never" for 0.
[[nodiscard]] std::string moment_of(std::int64_t seconds_since_1970);

}  // namespace usher::ctl
