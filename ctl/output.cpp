// SPDX-License-Identifier: Apache-2.0
#include "ctl/output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string_view>

namespace usher::ctl {
namespace {

bool is_on_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

// https://no-color.org: set and not empty.
bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool is_dumb_terminal() {
  const char* kind = std::getenv("TERM");
  return kind == nullptr || std::string_view(kind) == "dumb";
}

std::string dumped(const Json& value, int indent) {
  return value.dump(indent, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Palette palette_for(const Globals& globals) {
  switch (globals.colour) {
    case ColourWish::always:
      return Palette(true);
    case ColourWish::never:
      return Palette(false);
    case ColourWish::automatic:
      break;
  }
  return Palette(is_on_terminal() && !is_set("NO_COLOR") && !is_dumb_terminal());
}

bool is_on_screen() { return is_on_terminal() && !is_dumb_terminal(); }

std::string text_of_table(const Table& table, const Palette& palette) {
  return is_on_terminal() ? table.text_with_headings(palette) : table.text(palette);
}

void print_table(const Table& table, const Globals& globals) {
  fmt::print("{}", text_of_table(table, palette_for(globals)));
}

void print_json(const Json& value) { fmt::print("{}", dumped(value, 2)); }

std::string json_line(const Json& value) { return dumped(value, -1); }

void print_json_line(const Json& value) { fmt::print("{}", json_line(value)); }

std::string counted(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string sentence_of(const std::vector<std::string>& names) {
  if (names.empty()) return "nothing";
  if (names.size() == 1) return names.front();
  return fmt::format("{} and {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

std::string minutes_of(std::int64_t seconds) {
  if (seconds < 120) return counted(static_cast<std::size_t>(seconds), "second", "seconds");
  return counted(static_cast<std::size_t>(seconds / 60), "minute", "minutes");
}

std::string moment_of(std::int64_t seconds_since_1970) {
  if (seconds_since_1970 == 0) return "never";
  const auto seconds = static_cast<std::time_t>(seconds_since_1970);
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return "?";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                     local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace usher::ctl
