// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/event_kinds.h"

namespace usher {

const EventKindRow& row_of(EventKind kind) noexcept {
  static constexpr EventKindRow kUnknown{EventKind{}, "unknown", "unknown",
                                         "00000000000000000000000000000000", 3};
  for (const EventKindRow& row : kEventKinds)
    if (row.kind == kind) return row;
  return kUnknown;
}

std::string_view id_of(EventKind kind) noexcept { return row_of(kind).id; }

}  // namespace usher
