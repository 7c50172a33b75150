// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace usher {

/// What a look-up secret (NIST SP 800-63B-4 section 3.1.2) is good for.
enum class LookupKind : std::uint8_t {
  recovery = 1,  // the person's own, each good once, in place of a lost generator
  bypass,        // handed out by the help desk: stands for a code, for some services and a time
  breakglass,    // kept in an envelope: stands for all that a rule requires
};

/// SHA-256 over kind, person and secret.
using LookupHash = std::array<std::uint8_t, 32>;

/// One look-up secret, as the store knows it: never the secret itself.
struct LookupSecret {
  std::int64_t id = 0;
  LookupKind kind{};
  LookupHash hash{};
  std::vector<std::string> services;    // where it counts; empty: everywhere
  std::optional<std::int64_t> expires;  // seconds since 1970; none: never
  std::uint32_t uses_left = 0;
  std::int64_t issued = 0;     // seconds since 1970
  std::string issued_by;       // canonical name, or empty for the person themselves
  std::int64_t last_used = 0;  // seconds since 1970; 0 for never
};

/// A look-up secret and whose it is.
struct IssuedSecret {
  std::string user;  // canonical
  LookupSecret secret;
};

/// Something the person is told at their next login, such as that a code was enrolled.
struct Notice {
  std::int64_t id = 0;
  std::int64_t at = 0;  // seconds since 1970
  std::string text;     // one line of printable text
};

}  // namespace usher
