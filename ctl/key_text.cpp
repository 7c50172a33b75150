// SPDX-License-Identifier: Apache-2.0
#include "ctl/key_text.h"

#include <fmt/format.h>

#include <cstdint>

namespace usher::ctl {

std::string text_of(const KeyId& id) {
  std::string text;
  for (const std::uint8_t byte : id) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace usher::ctl
