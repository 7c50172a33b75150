// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <memory>
#include <mutex>
#include <string>

#include "daemon/audit/audit.h"
#include "usher/unique_fd.h"

namespace usher {

/// The audit log as a file of JSON lines. Each event is one write(2) to a descriptor opened with
/// O_APPEND, so lines of several writers never mix. An event is in the kernel's hands when record()
/// returns: it survives the death of usherd, but a crash of the machine may take the newest few.
/// What a verdict changed is safe from that all the same, since the store commits it durably.
///
/// A file that was moved away (logrotate) is left alone and made anew at the old path with the next
/// event; no signal is needed. Thread-safe.
class FileAudit final : public Audit {
 public:
  /// Opens `path` for appending, or makes it with mode 0600. Refuses a symbolic link, anything but
  /// a regular file, and a file that another than root or this process's user owns or may write.
  [[nodiscard]] static Result<std::unique_ptr<FileAudit>> open(std::string path);

  [[nodiscard]] Result<void> record(const AuditEvent& event) override;

 private:
  explicit FileAudit(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] Result<void> reopen();
  [[nodiscard]] bool was_moved() const;
  [[nodiscard]] Result<void> append(std::string_view text);

  const std::string path_;
  std::mutex mutex_;  // guards all below
  UniqueFd file_;
  struct stat opened_{};
  /// The file's last line has no end: it was cut short by a full disk or a crash. The next event
  /// ends it first, so that one torn line costs one line.
  bool torn_ = false;
};

}  // namespace usher
