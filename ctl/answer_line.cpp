// SPDX-License-Identifier: Apache-2.0
#include "ctl/answer_line.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "usher/message.h"

namespace usher::ctl {
namespace {

ssize_t read_byte(int descriptor, std::uint8_t* byte) noexcept {
  for (;;) {
    const ssize_t got = ::read(descriptor, byte, 1);
    if (got >= 0 || errno != EINTR) return got;
  }
}

}  // namespace

LineEnd read_line(int descriptor, Secret& answer) noexcept {
  answer.clear();
  // One byte more than an answer has: where the line end goes, and what is over the limit.
  LockedMemory line(kMaxSecret + 1);
  if (!line.valid()) return LineEnd::failed;
  line.mark_written(line.capacity());
  std::size_t size = 0;
  bool too_long = false;
  for (;;) {
    const ssize_t got = read_byte(descriptor, line.data() + size);
    if (got < 0) return LineEnd::failed;
    if (got == 0 && size == 0) return LineEnd::ended;
    if (got == 0 || line.data()[size] == '\n') break;
    if (size < kMaxSecret)
      ++size;
    else
      too_long = true;
  }
  if (too_long) return LineEnd::too_long;
  const std::string_view bytes(reinterpret_cast<const char*>(line.data()), size);
  if (bytes.contains('\0')) return LineEnd::not_text;
  return answer.assign(bytes) ? LineEnd::read : LineEnd::failed;
}

}  // namespace usher::ctl
