// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/random_id.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdint>

namespace usher {

std::string new_random_id() {
  std::array<std::uint8_t, 16> bytes{};
  // Up to 256 bytes are never cut short and never interrupted once the pool is ready.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  std::string id;
  for (const std::uint8_t byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

}  // namespace usher
