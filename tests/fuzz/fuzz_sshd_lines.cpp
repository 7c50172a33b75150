// SPDX-License-Identifier: Apache-2.0
// Any bytes as sshd_config: each line found starts where it is said to, in lines of the text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/config/text.h"
#include "daemon/review/plain_file.h"
#include "daemon/review/sshd_lines.h"

namespace {

using namespace usher;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = review::parse_sshd_lines(text);
  require(lines.size() <= static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1);
  unsigned last = 0;
  for (const review::SshdLine& line : lines) {
    require(line.offset < text.size());
    require(review::lowered(line.keyword) == line.keyword);
    for (const std::string& value : line.values) require(!value.contains('\n'));
    const config::Place place = review::place_in("/etc/ssh/sshd_config", text, line.offset);
    require(place.at.line > last && place.at.column > 0);
    require(config::printable(place.source_line) == place.source_line);
    last = place.at.line;
  }
  return 0;
}
