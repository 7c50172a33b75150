// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/interchange/import.h"

namespace usher::interchange {

/// Something that is wrong, and what to do.
struct Problem {
  std::string message;
  std::string hint;
};

/// Where something stands; both count from 1, columns in characters.
struct Place {
  unsigned line = 1;
  unsigned column = 1;
};

/// What a reader of one file finds, on its way into an Import, which must outlive it.
class Gathering {
 public:
  Gathering(std::string file, Import& into) : file_(std::move(file)), into_(&into) {}

  /// Takes an entry; or reports, instead, what of it Usher has no use for.
  void take(Place at, ImportedCode code);

  void mistake(Place at, Problem problem);
  void warn(Place at, Problem problem);
  void note(Place at, Problem problem);

  /// Whether a reader should go on: not where too much was wrong, or there.
  [[nodiscard]] bool goes_on() const { return !into_->broken_off; }

 private:
  void add(Severity severity, Place at, Problem problem);
  void break_off(Place at, Problem problem);

  std::string file_;
  Import* into_;
};

}  // namespace usher::interchange
