// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/interchange/format.h"
#include "daemon/model/effect.h"
#include "usher/secret.h"

namespace usher::interchange {

/// A generator of one-time codes as another program kept it. Move-only, since it holds the seed.
struct ImportedCode {
  /// Who on this machine it belongs to, as the file says; empty where it does not say.
  std::string user;
  /// The account that an address names, which is whatever its author liked: no user of this machine
  /// unless somebody says so.
  std::string account;
  std::string label;  // 1 to kMaxLabel bytes of plain text, or empty: none was given
  OtpParameters parameters;
  Secret seed;  // 16 to 128 bytes
  /// The newest time step or counter whose code the other program has spent; none that is known.
  std::optional<std::uint64_t> last_step;
  SourcePosition at;
};

/// What was read. Findings never hold a secret: neither a seed, nor a PIN, nor a code.
struct Import {
  std::vector<ImportedCode> codes;
  /// A mistake is an entry, or a file, that was not taken. What was taken and is worth knowing all
  /// the same is a warning or a note.
  std::vector<Finding> findings;
  /// So much was wrong, or so much was there, that not all was read.
  bool broken_off = false;
};

inline constexpr std::size_t kMostCodes = 10'000;  // in one import
inline constexpr std::size_t kMostMistakes = 1'000;
inline constexpr std::size_t kLongestLine = std::size_t{8} * 1024;          // bytes
inline constexpr std::uint64_t kMostSteps = (std::uint64_t{1} << 63U) - 2;  // of a step or counter

/// Adds what stands in `content`, a file of that format called `file`, to what was read before.
/// Blocks on nothing; the present time zone is that of the times in a users file, as in pam_oath.
void read_codes(std::string_view content, const std::string& file, Format format, Import& into);

/// Takes out, with a mistake for each, what is there twice: a seed or a label of one person. Of two
/// generators with one seed each would accept every code once, so that each code would count twice.
/// Who is the owner has to be settled first.
void drop_repeated(Import& import);

}  // namespace usher::interchange
