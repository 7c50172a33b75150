// SPDX-License-Identifier: Apache-2.0
// /etc/shadow as shadow(5) describes it. Pure: views into text that the caller keeps and wipes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "usher/account_state.h"

namespace usher {

/// One line. Days count from 1970; a field that is empty or negative is no day.
struct ShadowEntry {
  std::string_view name;
  std::string_view hash;
  std::optional<std::int64_t> last_change;  // day; 0: to be changed at the next login
  std::optional<std::int64_t> most_age;     // days a password may get old
  std::optional<std::int64_t> grace;        // days after that, before it counts no more
  std::optional<std::int64_t> expires;      // day on which the account ends
};

/// Nothing where `line` is none: a name and a hash field are needed, and numbers that are numbers.
/// Names of the old NIS notation ("+", "-") are nobody's.
[[nodiscard]] std::optional<ShadowEntry> parse_shadow_line(std::string_view line) noexcept;

/// Whether crypt(3) may be asked about this field: not empty, not "!", "*", "!!" or locked, and of
/// the shape of a hash. Says nothing about whether libcrypt knows the method.
[[nodiscard]] bool is_hash(std::string_view field) noexcept;

/// The part of a hash that decides what computing it costs: "$y$j9T$", "$6$rounds=9000$",
/// "$2b$12$".
[[nodiscard]] std::string_view method_of(std::string_view hash) noexcept;

/// Where several are true, see AccountState. `today` counts from 1970.
[[nodiscard]] AccountState account_state_of(const ShadowEntry& entry, std::int64_t today) noexcept;

/// The day of a moment of the wall clock.
[[nodiscard]] std::int64_t day_of(std::int64_t wall_microseconds) noexcept;

/// What one reading of the whole file gave.
struct ShadowLookUp {
  /// The first entry of that name, as getspnam(3) would find it.
  std::optional<ShadowEntry> entry;
  /// A hash of somebody's, of the method and cost that most have: what to compute for who has none.
  /// Empty where nobody has a hash.
  std::string_view usual_hash;
};

/// Reads all of `text` whether or not the name stands in it: the time must not tell.
[[nodiscard]] ShadowLookUp look_up(std::string_view text, std::string_view user) noexcept;

}  // namespace usher
