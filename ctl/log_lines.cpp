// SPDX-License-Identifier: Apache-2.0
#include "ctl/log_lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/audit/event_json.h"
#include "usher/unique_fd.h"

namespace usher::ctl {
namespace {

constexpr std::size_t kBlock = std::size_t{256} * 1024;

/// Cuts what is read into lines.
class LineCutter {
 public:
  explicit LineCutter(const std::function<void(std::string_view)>& take) : take_(take) {}

  void add(std::string_view block) {
    for (std::size_t newline = block.find('\n'); newline != std::string_view::npos;
         newline = block.find('\n')) {
      finish(block.substr(0, newline));
      block.remove_prefix(newline + 1);
    }
    keep(block);
  }
  [[nodiscard]] std::size_t left_out() const { return left_out_; }

 private:
  void finish(std::string_view rest) {
    const bool whole = pending_.empty() && !oversized_;
    if (!whole) keep(rest);
    const std::string_view line = whole ? rest : pending_;
    if (oversized_ || line.size() > kMaxEventLine)
      ++left_out_;
    else
      take_(line);
    pending_.clear();
    oversized_ = false;
  }

  void keep(std::string_view part) {
    oversized_ = oversized_ || pending_.size() + part.size() > kMaxEventLine;
    if (!oversized_) pending_ += part;
  }

  const std::function<void(std::string_view)>& take_;
  std::string pending_;  // the begin of a line
  bool oversized_ = false;
  std::size_t left_out_ = 0;
};

}  // namespace

Result<std::size_t> read_log(const std::string& path,
                             const std::function<void(std::string_view)>& take,
                             const Progress& progress) {
  const auto failed = [&](int error) {
    return failure(fmt::format("can't read {}: {}", path, ::strerrordesc_np(error)));
  };
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) return failed(errno);
  const auto size = S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;

  LineCutter lines(take);
  std::string block(kBlock, '\0');
  std::uint64_t read = 0;
  for (;;) {
    const ssize_t got = ::read(file.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(errno);
    if (got == 0) return lines.left_out();
    lines.add(std::string_view(block).substr(0, static_cast<std::size_t>(got)));
    read += static_cast<std::uint64_t>(got);
    progress(read, size);
  }
}

}  // namespace usher::ctl
