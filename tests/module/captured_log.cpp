// SPDX-License-Identifier: Apache-2.0
#include "tests/module/captured_log.h"

#include <security/pam_ext.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>

namespace {
std::mutex mutex;
std::vector<usher::testing::LogLine> lines;
}  // namespace

extern "C" __attribute__((visibility("default"))) void pam_syslog(const pam_handle_t* /*handle*/,
                                                                  int priority, const char* format,
                                                                  ...) {
  std::array<char, 1024> text{};
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text.data(), text.size(), format, arguments);
  va_end(arguments);
  const std::lock_guard lock(mutex);
  lines.push_back({priority, text.data()});
}

namespace usher::testing {

std::vector<LogLine> logged() {
  const std::lock_guard lock(mutex);
  return lines;
}

void clear_log() {
  const std::lock_guard lock(mutex);
  lines.clear();
}

int logged_with(std::string_view part) {
  int count = 0;
  for (const LogLine& line : logged()) count += line.text.find(part) != std::string::npos ? 1 : 0;
  return count;
}

}  // namespace usher::testing
