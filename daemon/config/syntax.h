// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace usher::config {

struct SyntaxAdvice {
  std::string message;
  std::string hint;  // may be empty
};

/// What the TOML library's `description` of a syntax error means to somebody who has never read the
/// grammar; the description itself where nothing better is known.
[[nodiscard]] SyntaxAdvice advise(std::string_view description);

/// Whether the keys of `text` nest deeper than any configuration does. The TOML library recurses
/// once a level and a dotted key adds a level a dot, so a large file could exhaust the stack.
[[nodiscard]] bool nests_too_deep(std::string_view text);

}  // namespace usher::config
