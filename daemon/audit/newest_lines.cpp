// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/newest_lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "daemon/audit/event_json.h"
#include "usher/unique_fd.h"

namespace usher {
namespace {

constexpr std::size_t kBlock = std::size_t{64} * 1024;

/// Hands out a file's whole lines, the last one first.
class BackwardLines {
 public:
  BackwardLines(int file, std::size_t end, std::size_t budget)
      : file_(file), begin_(end), budget_(budget) {}

  /// None at the beginning of the file, at the end of the budget, or on a read error.
  std::optional<std::string> next() {
    for (;;) {
      const std::size_t newline = pending_.rfind('\n');
      if (newline != std::string::npos) {
        std::string line = pending_.substr(newline + 1);
        pending_.resize(newline);
        const bool unfinished = std::exchange(at_tail_, false);  // nothing ended it yet
        const bool too_long = std::exchange(oversized_, false);
        if (!unfinished && !too_long) return line;
        continue;
      }
      if (pending_.size() > kMaxEventLine) {
        pending_.clear();
        oversized_ = true;
      }
      if (begin_ == 0) return first_line();
      if (!read_before()) return std::nullopt;
    }
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::optional<std::string> first_line() {
    if (at_tail_ || oversized_ || done_) return std::nullopt;
    done_ = true;
    return std::exchange(pending_, {});
  }

  bool read_before() {
    const std::size_t size = std::min({kBlock, begin_, budget_});
    if (size == 0) return false;
    std::string block(size, '\0');
    const ssize_t got = ::pread(file_, block.data(), size, static_cast<off_t>(begin_ - size));
    if (got != static_cast<ssize_t>(size)) {
      failed_ = true;
      return false;
    }
    begin_ -= size;
    budget_ -= size;
    pending_.insert(0, block);
    return true;
  }

  int file_;
  std::size_t begin_;  // everything from here to the end has been read
  std::size_t budget_;
  std::string pending_;  // read, not yet handed out
  bool at_tail_ = true;
  bool oversized_ = false;
  bool done_ = false;
  bool failed_ = false;
};

}  // namespace

Result<std::vector<std::string>> newest_lines(const std::filesystem::path& path,
                                              const NewestLinesLimits& limits,
                                              const std::function<bool(std::string_view)>& wanted) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0)
    return failure(fmt::format("can't read {}: {}", path.string(), ::strerrordesc_np(errno)));
  if (!S_ISREG(status.st_mode))
    return failure(fmt::format("can't read {}: it is not a regular file", path.string()));

  BackwardLines lines(file.get(), static_cast<std::size_t>(status.st_size), limits.examined);
  std::vector<std::string> found;
  std::size_t bytes = 0;
  while (found.size() < limits.lines) {
    std::optional<std::string> line = lines.next();
    if (!line) break;
    if (line->empty() || !wanted(*line)) continue;
    bytes += line->size();
    if (bytes > limits.bytes) break;
    found.push_back(std::move(*line));
  }
  if (lines.failed()) return failure(fmt::format("can't read {} to its end", path.string()));
  std::ranges::reverse(found);
  return found;
}

}  // namespace usher
