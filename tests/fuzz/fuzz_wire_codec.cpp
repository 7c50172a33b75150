// SPDX-License-Identifier: Apache-2.0
// Any bytes as a packet: at most one message reads them; what it reads is within its limits, and
// written again it is as long and reads the same.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "usher/codec.h"

namespace {

using namespace usher;
using Packet = std::span<const std::uint8_t>;

void require(bool condition) {
  if (!condition) std::abort();
}

/// True where `packet` is a `Message`.
template <typename Message>
bool reads(Packet packet) {
  const auto message = decode<Message>(packet);
  if (!message) return false;
  require(packet.size() <= kMaxPacket);
  std::array<std::uint8_t, kMaxPacket> written{};
  const std::size_t size = encode(*message, written);
  require(size == packet.size());

  std::array<std::uint8_t, kMaxPacket> again{};
  const auto reread = decode<Message>({written.data(), size});
  require(reread.has_value());
  require(encode(*reread, again) == size && written == again);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Packet packet(data, size);
  const int readers = reads<Hello>(packet) + reads<Begin>(packet) + reads<Prompt>(packet) +
                      reads<Answer>(packet) + reads<Cancel>(packet) + reads<Restart>(packet) +
                      reads<Verdict>(packet);
  require(readers <= 1);
  require(readers == 0 || type_of(packet).has_value());
  return 0;
}
