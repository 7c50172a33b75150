// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daemon/model/hours.h"
#include "daemon/model/result.h"

namespace usher::config {

/// The time zone of that name in the machine's IANA database (tzfile(5)), as a table from 1970
/// on, as far as the zone's file lists changes of its clocks: to 2037 in most. "UTC" needs no
/// database. Reads files; an Error where there is no such zone, no database, or a file that does
/// not even list what its clocks show today.
[[nodiscard]] Result<std::shared_ptr<const TimeZone>> find_time_zone(std::string_view name);

/// "did you mean `Europe/Berlin`?", or how such names look.
[[nodiscard]] std::string time_zone_hint(std::string_view name);

/// The machine's own zone: what /etc/localtime is a link to (localtime(5)).
[[nodiscard]] Result<std::shared_ptr<const TimeZone>> local_time_zone();

}  // namespace usher::config
