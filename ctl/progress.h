// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "ctl/command.h"

namespace usher::ctl {

/// How far long work has come: one line on standard error, where that is a terminal, which is gone
/// when this is. Under --json nothing. One thread.
class Progress {
 public:
  /// `doing`, such as "sealing seeds anew", stands before the numbers.
  Progress(const Globals& globals, std::string doing);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// May be called as often as there is progress; the line changes a few times a second.
  void show(std::size_t done, std::size_t of);

 private:
  std::string doing_;
  bool shows_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace usher::ctl
