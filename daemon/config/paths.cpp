// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/paths.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/config/lists.h"
#include "daemon/config/text.h"

namespace usher::config {
namespace {

namespace fs = std::filesystem;

/// "a/link/../b" is not "a/b" where the link leads elsewhere: only paths without ".." are tidied.
fs::path made_absolute(const fs::path& path, const fs::path& base) {
  const fs::path joined = base / path;
  return contains(joined, fs::path("..")) ? joined : joined.lexically_normal();
}

/// A finding at `at`, and false, where this is no path.
bool check_path(Document& document, const Text& path) {
  if (path.value.empty()) {
    document.report(path.at, "this path is empty",
                    "write it from the root on, or from the directory of this file");
    return false;
  }
  if (!is_one_printable_line(path.value)) {
    document.report(path.at, fmt::format("{} has an invisible character in it", ticked(path.value)),
                    "write the path in printable characters");
    return false;
  }
  if (path.value.starts_with('~')) {
    document.report(path.at, "`~` means nothing here: usherd has no home directory",
                    "write the whole path");
    return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> read_file_path(const Entry& entry, const fs::path& base) {
  const auto text = read_text(entry, "a path", "put the path between double quotes");
  if (!text) return std::nullopt;
  if (!check_path(entry.document, {.value = *text, .at = entry.node.source().begin}))
    return std::nullopt;
  const fs::path path = made_absolute(*text, base);
  const fs::path name = path.filename();
  if (name.empty() || name == "." || name == "..") {
    entry.refuse(
        fmt::format("{} names a directory, and {} is a file", ticked(*text), ticked(entry.key)),
        "add the file's name");
    return std::nullopt;
  }
  return path.string();
}

std::optional<std::string> read_directory_path(Document& document, const Text& text,
                                               const fs::path& base) {
  if (!check_path(document, text)) return std::nullopt;
  const fs::path path = made_absolute(text.value, base);
  return path.has_filename() ? path.string() : path.parent_path().string();
}

}  // namespace usher::config
