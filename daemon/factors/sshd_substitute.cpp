// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/sshd_substitute.h"

#include <string_view>

namespace usher {

bool is_sshd_substitute(const Secret& answer) noexcept {
  constexpr std::string_view kJunk = "\b\n\r\177INCORRECT";
  const std::string_view bytes = answer.expose();
  unsigned difference = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    difference |= static_cast<unsigned char>(bytes[i] ^ kJunk[i % kJunk.size()]);
  return !bytes.empty() && difference == 0;
}

}  // namespace usher
