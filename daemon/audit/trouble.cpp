// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/trouble.h"

#include <sys/uio.h>
#include <unistd.h>

#include <array>

namespace usher {

void report_trouble(std::string_view text) noexcept {
  constexpr std::string_view kName = "usherd: ";
  const std::string_view end = text.ends_with('\n') ? "" : "\n";
  const auto part = [](std::string_view bytes) {
    return iovec{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  };
  const std::array<iovec, 3> parts = {part(kName), part(text), part(end)};
  // There is nobody left to tell where this fails.
  static_cast<void>(!::writev(STDERR_FILENO, parts.data(), static_cast<int>(parts.size())));
}

}  // namespace usher
