// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace usher::bench {

using Clock = std::chrono::steady_clock;

inline double microseconds(Clock::duration length) {
  return std::chrono::duration<double, std::micro>(length).count();
}

/// `part` from 0 to 1; 0.5 is the median. There is at least one number.
inline double percentile(std::vector<double> numbers, double part) {
  std::ranges::sort(numbers);
  return numbers[static_cast<std::size_t>(part * static_cast<double>(numbers.size() - 1))];
}

/// What main() of a program does whose work is `run`: trouble is said, and ends it with 2.
template <typename Run>
int run_program(const char* name, Run run, int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& trouble) {
    fmt::print(stderr, "{}: {}\n", name, trouble.what());
    return 2;
  }
}

}  // namespace usher::bench
