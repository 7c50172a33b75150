// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace usher::testing {

constexpr int kPatience = 60'000;  // milliseconds, for a test that hangs

/// What became of a program that was run to its end.
struct Outcome {
  int exit_code = -1;  // 128 + n where signal n ended it
  std::string out;
  std::string err;
};

/// Runs usherctl with `input` as its standard input, in UTC, without a terminal to ask at.
[[nodiscard]] Outcome usherctl(std::vector<std::string> arguments, const std::string& input = {});

/// The same for any program; `program` is a path.
[[nodiscard]] Outcome run_program(const std::string& program, std::vector<std::string> arguments,
                                  const std::string& input = {});

/// A folder for one test, gone with this object.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Makes a file, and the folders on the way; returns its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

}  // namespace usher::testing
