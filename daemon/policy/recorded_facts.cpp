// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/recorded_facts.h"

namespace usher {

Facts facts_of(const RecordedRequest& recorded) {
  constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
  Facts facts{.service = recorded.service,
              .source = Source::of(recorded.rhost),
              .tty = std::nullopt,
              .now = recorded.time_microseconds / kMicrosecondsPerSecond,
              .person_known = recorded.judged.person_known,
              .person = recorded.person ? &*recorded.person : nullptr,
              .unresolved_groups = recorded.judged.unresolved,
              .proven = recorded.judged.given};
  if (recorded.judged.tty_believed) facts.tty = recorded.tty;
  return facts;
}

}  // namespace usher
