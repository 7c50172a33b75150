// SPDX-License-Identifier: Apache-2.0
// Any bytes as /etc/shadow, the first line as the name that is looked for: what is found lies
// within the text, is of that name, and of its state only what can be.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "keeper/shadow.h"

namespace {

using namespace usher;

void require(bool condition) {
  if (!condition) std::abort();
}

bool lies_within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return 0;
  const std::string_view name = bytes.substr(0, end);
  const std::string_view text = bytes.substr(end + 1);

  const ShadowLookUp found = look_up(text, name);
  require(lies_within(found.usual_hash, text));
  require(found.usual_hash.empty() || is_hash(found.usual_hash));
  require(method_of(found.usual_hash).size() <= found.usual_hash.size());
  if (!found.entry) return 0;
  require(found.entry->name == name && lies_within(found.entry->hash, text));
  const AccountState state = account_state_of(*found.entry, 20'000);
  require(state != AccountState::unknown);
  require(state != AccountState::locked || !is_hash(found.entry->hash));
  return 0;
}
