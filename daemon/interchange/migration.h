// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>

#include "daemon/interchange/gathering.h"
#include "daemon/interchange/lines.h"

namespace usher::interchange {

/// Addresses in which Google Authenticator exports: "otpauth-migration://offline?data=...", base64
/// of a protocol buffer. An export of more than about ten generators is in several parts.
class MigrationExport {
 public:
  /// Reads one part. `line` holds the address alone.
  void read(const Line& line, Gathering& into);

  /// Behind the last line: reports the parts that are missing.
  void finish(Gathering& into) const;

 private:
  struct Parts {
    std::uint64_t wanted = 1;
    std::set<std::uint64_t> seen;
    unsigned first_line = 1;
  };
  void read_message(std::string_view message, unsigned line, Gathering& into);

  std::map<std::uint64_t, Parts> exports_;  // by the number that the parts of one have in common
};

}  // namespace usher::interchange
