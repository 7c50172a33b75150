// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of one-time codes, in each format: what is taken is within the bounds that
// the store and the factor rely on, what is not is told with its place, and no line of the file is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/config/text.h"
#include "daemon/interchange/import.h"
#include "usher/message.h"

namespace {

using namespace usher;

void require(bool condition) {
  if (!condition) std::abort();
}

void require_sound(const interchange::ImportedCode& code) {
  require(code.seed.size() >= 16 && code.seed.size() <= 128);
  require(code.parameters.digits >= 6 && code.parameters.digits <= 8);
  require(code.parameters.period >= 1 && code.parameters.period <= 3600);
  require(code.user.size() <= kMaxName && config::is_one_printable_line(code.user));
  require(code.account.size() <= kMaxName && config::is_one_printable_line(code.account));
  require(code.label.size() <= kMaxLabel && config::is_one_printable_line(code.label));
  require(!code.last_step || *code.last_step <= interchange::kMostSteps);
}

void require_sound(const Finding& finding, std::size_t lines) {
  require(finding.at.line > 0 && finding.at.line <= lines && finding.at.column > 0);
  require(!finding.message.empty() && finding.source_line.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  std::size_t lines = 1;
  for (const char c : content) lines += c == '\n' ? 1 : 0;
  static_cast<void>(interchange::format_of(content));
  for (const std::string_view name : interchange::format_names()) {
    interchange::Import import;
    interchange::read_codes(content, "file", *interchange::format_named(name), import);
    require(!import.codes.empty() || !import.findings.empty());
    const std::size_t found = import.codes.size() + import.findings.size();
    interchange::drop_repeated(import);
    require(import.codes.size() + import.findings.size() == found);
    for (const interchange::ImportedCode& code : import.codes) require_sound(code);
    for (const Finding& finding : import.findings) require_sound(finding, lines);
  }
  return 0;
}
