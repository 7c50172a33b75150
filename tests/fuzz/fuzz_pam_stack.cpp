// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of /etc/pam.d: each line found has a target, and that stands where it is said
// to.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/config/text.h"
#include "daemon/review/pam_stack.h"
#include "daemon/review/plain_file.h"

namespace {

using namespace usher;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t last = 0;
  for (const review::PamLine& line : review::parse_pam_stack(text)) {
    require(!line.target.empty());
    require(line.offset >= last && line.offset < text.size());
    // A bracket may hold a joined line, so that only its start is there as it is read.
    require(text[line.offset] == line.target.front() || line.target.front() == '[');
    last = line.offset;
    const config::Place place = review::place_in("/etc/pam.d/x", text, line.offset);
    require(place.at.line > 0 && place.at.column > 0);
    require(config::printable(place.source_line) == place.source_line);
  }
  return 0;
}
