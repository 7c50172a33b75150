// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "daemon/policy/predicates.h"

namespace usher::policy {

// Each stands in the file of its question: who, where, when.
extern const Predicate kService;
extern const Predicate kUser;
extern const Predicate kGroup;
extern const Predicate kFrom;
extern const Predicate kNotFrom;
extern const Predicate kTty;
extern const Predicate kHours;

/// In the order in which they are tried and told: the cheap ones, which rule out most, first.
inline constexpr std::array kPredicates = {&kService, &kUser, &kGroup, &kFrom,
                                           &kNotFrom, &kTty,  &kHours};

/// A terminal's name as rules have it.
[[nodiscard]] inline std::string_view without_directory(std::string_view tty) {
  constexpr std::string_view kDirectory = "/dev/";
  if (tty.starts_with(kDirectory)) tty.remove_prefix(kDirectory.size());
  return tty;
}

}  // namespace usher::policy
