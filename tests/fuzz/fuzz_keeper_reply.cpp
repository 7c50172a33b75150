// SPDX-License-Identifier: Apache-2.0
// Any bytes as usher-keeper's reply: a "yes" comes of one exact seal and outcome alone, and no
// reply answers two kinds of question; a mark is told with a state alone.
#include <cstdint>
#include <cstdlib>

#include "daemon/host/keeper.h"
#include "usher/codec.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usher;
  if (const auto standing = decode<KeeperStandingReply>({data, size})) {
    require(!decode<KeeperReply>({data, size}));
    const auto told = standing_of(*standing);
    require(told.has_value() == (standing->outcome == KeeperOutcome::state_only));
    require(!told ||
            told->mark.has_value() == (standing->mark_first != 0 || standing->mark_second != 0));
    return 0;
  }
  const auto reply = decode<KeeperReply>({data, size});
  if (!reply) return 0;
  const auto verdict = verdict_of(*reply);
  const auto state = state_of(*reply);
  require(!(verdict && state));
  const bool right = reply->seal == KeeperSeal::right && reply->outcome == KeeperOutcome::right;
  require((verdict && verdict->right()) == right);
  require(!verdict || right || verdict->state == AccountState::unknown);
  return 0;
}
