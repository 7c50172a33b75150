// SPDX-License-Identifier: Apache-2.0
#include "ctl/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace usher::ctl {
namespace {

constexpr std::chrono::milliseconds kBetween{200};
constexpr const char* kEmptyLine = "\r\x1b[K";

}  // namespace

// What is done before the first line is due shows none.
Progress::Progress(const Globals& globals, std::string doing)
    : doing_(std::move(doing)),
      shows_(!globals.json && ::isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + kBetween) {}

Progress::~Progress() {
  if (shown_) static_cast<void>(std::fputs(kEmptyLine, stderr));
}

void Progress::show(std::size_t done, std::size_t of) {
  if (!shows_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kBetween;
  shown_ = true;
  fmt::print(stderr, "{}{}: {} of {}", kEmptyLine, doing_, done, of);
}

}  // namespace usher::ctl
