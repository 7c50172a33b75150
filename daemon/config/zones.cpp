// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/zones.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <fstream>
#include <ios>
#include <iterator>
#include <vector>

#include "daemon/config/text.h"

namespace usher::config {
namespace {

constexpr std::string_view kUtc = "UTC";

std::shared_ptr<const TimeZone> utc() {
  return std::make_shared<TimeZone>(
      TimeZone{.name = std::string(kUtc), .periods = {{.begin = 0, .offset = 0}}});
}

/// Whether the clocks of a zone go on being changed behind what its file lists: its last line has
/// a rule for that (RFC 9636, section 3.3), which the library does not read.
bool changes_for_ever(const std::string& name) {
  std::ifstream in("/usr/share/zoneinfo/" + name, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(in), {}};
  if (file.size() < 2 || file.back() != '\n') return true;  // nobody knows
  const std::size_t begin = file.rfind('\n', file.size() - 2);
  return begin == std::string::npos || file.find(',', begin) != std::string::npos;
}

std::shared_ptr<const TimeZone> table_of(const date::time_zone& zone) {
  const date::sys_seconds last = date::sys_days(date::year(2100) / 1 / 1);
  TimeZone table{.name = zone.name(), .periods = {}};
  date::sys_seconds at = date::sys_days(date::year(1970) / 1 / 1);
  for (;;) {
    const date::sys_info info = zone.get_info(at);
    // Of some changes only the abbreviation is new.
    if (table.periods.empty() || table.periods.back().offset != info.offset.count())
      table.periods.push_back(
          {.begin = info.begin.time_since_epoch().count(), .offset = info.offset.count()});
    if (info.end <= at || info.end >= last) break;
    at = info.end;
  }
  if (changes_for_ever(zone.name())) table.known_until = table.periods.back().begin;
  return std::make_shared<TimeZone>(std::move(table));
}

Result<std::shared_ptr<const TimeZone>> known_by_now(std::shared_ptr<const TimeZone> zone) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  if (std::chrono::duration_cast<std::chrono::seconds>(now).count() >= zone->known_until)
    return failure(fmt::format(
        "the time zone files of this machine do not list when the clocks of {} are changed",
        ticked(zone->name)));
  return zone;
}

}  // namespace

Result<std::shared_ptr<const TimeZone>> find_time_zone(std::string_view name) {
  if (name == kUtc) return utc();
  try {
    return known_by_now(table_of(*date::locate_zone(std::string(name))));
  } catch (const std::exception&) {
    return failure(fmt::format("this machine knows no time zone {}", ticked(name)));
  }
}

std::string time_zone_hint(std::string_view name) {
  std::string hint;
  try {
    std::vector<std::string_view> known;
    for (const date::time_zone& zone : date::get_tzdb().zones) known.push_back(zone.name());
    hint = did_you_mean(name, known);
  } catch (const std::exception&) {
    return "its time zone database is missing: install the package tzdata, or write UTC";
  }
  return hint.empty() ? R"(write a name of the IANA database, such as "Europe/Berlin")" : hint;
}

Result<std::shared_ptr<const TimeZone>> local_time_zone() {
  try {
    return known_by_now(table_of(*date::current_zone()));
  } catch (const std::exception&) {
    return failure("the machine's own time zone can't be told from /etc/localtime");
  }
}

}  // namespace usher::config
