// SPDX-License-Identifier: Apache-2.0
#include "daemon/review/plain_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/config/text.h"
#include "daemon/model/utf8.h"
#include "usher/unique_fd.h"

namespace usher::review {
namespace {

std::unexpected<std::error_code> failed_with(int error) {
  return std::unexpected(std::error_code(error, std::generic_category()));
}

}  // namespace

std::expected<std::string, std::error_code> read_plain_file(const std::filesystem::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.valid()) return failed_with(errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return failed_with(errno);
  if (!S_ISREG(status.st_mode)) return failed_with(EINVAL);
  std::string content;
  std::array<char, 16'384> buffer{};
  for (;;) {
    const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed_with(errno);
    if (size == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(size));
    if (content.size() > kMaxPlainFile) return failed_with(EFBIG);
  }
}

config::Place place_in(const std::filesystem::path& path, std::string_view text,
                       std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  std::string_view line = text.substr(start, text.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::string leading = config::printable(before.substr(start));
  return {.at = {.file = config::printable(path.string()),
                 .line = static_cast<unsigned>(std::ranges::count(before, '\n')) + 1,
                 .column = static_cast<unsigned>(length_of(leading)) + 1},
          .source_line = config::printable(line)};
}

config::Place place_of_file(const std::filesystem::path& path) {
  return {.at = {.file = config::printable(path.string())}, .source_line = {}};
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace usher::review
