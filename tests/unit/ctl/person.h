// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "usher/unique_fd.h"

namespace usher::testing {

/// A person at a terminal of their own, in which a program runs. What the person waits for and does
/// not see within a minute fails the test.
class Person {
 public:
  /// A terminal; what is typed before run() is what is called typing ahead.
  Person();
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  ~Person();

  /// Runs the program of that path, in a session that outlives it: with the session the kernel
  /// would put the terminal in order, whatever the program left behind.
  void run(std::vector<std::string> command);
  void type(std::string_view keys);
  /// Waits until `text` is on the screen, behind what was waited for before.
  bool sees(std::string_view text);
  /// Waits for the end: the exit code, or 128 + n where signal n ended it.
  int ended();
  void signal(int number) const;
  /// Whether the terminal shows what is typed.
  [[nodiscard]] bool echo() const;
  /// All that was on the screen so far.
  [[nodiscard]] const std::string& screen() const { return screen_; }

 private:
  bool read_more();
  UniqueFd keyboard_;  // the master
  UniqueFd slave_;
  UniqueFd reports_;  // from the session's first process: the program's pid, then how it ended
  pid_t session_ = -1;
  pid_t program_ = -1;
  std::string screen_;
  std::size_t seen_ = 0;
};

}  // namespace usher::testing
