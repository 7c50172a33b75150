// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/trouble.h"

#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace usher {

void report_trouble(std::string_view text) noexcept {
  const std::string_view name = program_invocation_short_name;
  const std::string_view end = text.ends_with('\n') ? "" : "\n";
  const auto part = [](std::string_view bytes) {
    return iovec{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  };
  const std::array<iovec, 4> parts = {part(name), part(": "), part(text), part(end)};
  // There is nobody left to tell where this fails.
  static_cast<void>(!::writev(STDERR_FILENO, parts.data(), static_cast<int>(parts.size())));
}

}  // namespace usher
