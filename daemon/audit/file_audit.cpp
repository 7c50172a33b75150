// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/file_audit.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/audit/event_json.h"

namespace usher {
namespace {

std::string reason_of(int error) { return ::strerrordesc_np(error); }

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// What is wrong with the file as a place for the audit log; empty for nothing.
std::string objection_to(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "it is not a regular file";
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) return "it belongs to another user";
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return "others may write it; take that away with chmod go-w";
  return {};
}

bool ends_with_newline(int file, off_t size) {
  char last = '\0';
  return size == 0 || (::pread(file, &last, 1, size - 1) == 1 && last == '\n');
}

}  // namespace

Result<std::unique_ptr<FileAudit>> FileAudit::open(std::string path) {
  std::unique_ptr<FileAudit> audit(new FileAudit(std::move(path)));
  const std::lock_guard lock(audit->mutex_);
  if (auto opened = audit->reopen(); !opened) return std::unexpected(std::move(opened.error()));
  return audit;
}

Result<void> FileAudit::record(const AuditEvent& event) {
  std::string line = to_json_line(event);
  line += '\n';
  const std::lock_guard lock(mutex_);
  if (was_moved()) {
    if (auto opened = reopen(); !opened) return opened;
  }
  if (torn_) line.insert(line.begin(), '\n');
  return append(line);
}

Result<void> FileAudit::reopen() {
  file_.reset();
  // O_RDWR, to see whether the last line is whole; O_NONBLOCK, so that a FIFO can't hold us up.
  UniqueFd file(::open(path_.c_str(),
                       O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
                       S_IRUSR | S_IWUSR));
  if (!file.valid())
    return failure(fmt::format("can't open the audit file {}: {}", path_, reason_of(errno)));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0)
    return failure(fmt::format("can't examine the audit file {}: {}", path_, reason_of(errno)));
  if (const std::string objection = objection_to(status); !objection.empty())
    return failure(fmt::format("won't use the audit file {}: {}", path_, objection));
  torn_ = !ends_with_newline(file.get(), status.st_size);
  opened_ = status;
  file_ = std::move(file);
  return {};
}

bool FileAudit::was_moved() const {
  struct stat status{};
  return !file_.valid() || ::lstat(path_.c_str(), &status) != 0 || !is_same_file(status, opened_);
}

Result<void> FileAudit::append(std::string_view text) {
  ssize_t written = -1;
  do {
    written = ::write(file_.get(), text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0)
    return failure(fmt::format("can't write the audit file {}: {}", path_, reason_of(errno)));
  if (static_cast<std::size_t>(written) < text.size()) {
    torn_ = true;
    return failure(fmt::format("the audit file {} took only part of an event", path_));
  }
  torn_ = false;
  return {};
}

}  // namespace usher
