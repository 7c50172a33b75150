// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <system_error>

#include "daemon/config/text.h"

namespace usher::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Smallest first.
constexpr std::array kTimeUnits = {Unit{"s", 1}, Unit{"m", 60}, Unit{"h", 3600}, Unit{"d", 86'400}};
constexpr std::array kSizeUnits = {Unit{"KiB", std::uint64_t{1} << 10},
                                   Unit{"MiB", std::uint64_t{1} << 20},
                                   Unit{"GiB", std::uint64_t{1} << 30}};

std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name = trimmed({end, text.data() + text.size()});
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

std::string quantity_text(std::uint64_t value, std::span<const Unit> units,
                          std::string_view space) {
  const Unit* best = &units.front();
  for (const Unit& unit : units)
    if (value >= unit.factor && value % unit.factor == 0) best = &unit;
  return fmt::format("{}{}{}", value / best->factor, space, best->name);
}

}  // namespace

std::optional<std::uint32_t> parse_duration(std::string_view text) {
  const auto seconds = parse_quantity(text, kTimeUnits);
  if (!seconds || *seconds > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*seconds);
}

std::string duration_text(std::uint32_t seconds) { return quantity_text(seconds, kTimeUnits, ""); }

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse_quantity(text, kSizeUnits);
}

std::string size_text(std::uint64_t bytes) { return quantity_text(bytes, kSizeUnits, " "); }

}  // namespace usher::config
