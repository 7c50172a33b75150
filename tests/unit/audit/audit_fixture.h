// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "daemon/audit/audit.h"

namespace usher::testing {

/// A directory of the test's own with a log file to be made in it.
class LogDirectory {
 public:
  LogDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "usher-audit-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    directory_ = name;
  }
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;
  ~LogDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  [[nodiscard]] std::filesystem::path file() const { return directory_ / "audit.jsonl"; }
  [[nodiscard]] std::filesystem::path other(std::string_view name) const {
    return directory_ / name;
  }

 private:
  std::filesystem::path directory_;
};

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_content(const std::filesystem::path& file, std::string_view content) {
  std::ofstream(file, std::ios::binary) << content;
}

inline AuditEvent login_event() {
  AuditEvent event;
  event.kind = EventKind::login_denied;
  event.id = "00112233445566778899aabbccddeeff";
  event.time_microseconds = 1'000'000'000'000'042;
  event.latency_microseconds = 1234;
  event.request = {.phase = Phase::authenticate,
                   .service = "sshd",
                   .user = "Alice",
                   .tty = "ssh",
                   .rhost = "192.0.2.7",
                   .caller = {.pid = 77, .uid = 0, .trusted = true}};
  event.person = "alice";
  event.rule = "ssh";
  event.rule_at = {.file = "/etc/usher/rules.d/50-ssh.toml", .line = 3, .column = 1};
  event.rules_version = "0123456789abcdef";
  event.asked = {Factor::password, Factor::otp};
  event.held = {Factor::password};
  event.reason = "code already used";
  return event;
}

}  // namespace usher::testing
