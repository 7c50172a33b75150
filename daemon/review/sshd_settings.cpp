// SPDX-License-Identifier: Apache-2.0
#include "daemon/review/sshd_settings.h"

#include <glob.h>
#include <strings.h>

#include <memory>
#include <utility>

#include "daemon/review/plain_file.h"
#include "daemon/review/sshd_lines.h"

namespace usher::review {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNested = 16;  // levels of Include, as sshd has it
constexpr std::size_t kMostFiles = 256;  // in all: files that include each other soon were millions

/// Settings that had other names.
void use_new_name(std::string& keyword) {
  if (keyword == "challengeresponseauthentication" || keyword == "skeyauthentication")
    keyword = "kbdinteractiveauthentication";
}

/// The files that a pattern of glob(7) names, in the order in which sshd takes them.
std::vector<fs::path> files_named(const std::string& pattern) {
  glob_t found{};
  const std::unique_ptr<glob_t, void (*)(glob_t*)> owner(&found, ::globfree);
  std::vector<fs::path> files;
  // Nothing else of this process changes what glob(3) looks at.
  if (::glob(pattern.c_str(), 0, nullptr, &found) != 0) return files;
  for (std::size_t i = 0; i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
  return files;
}

}  // namespace

bool SshdSetting::is(std::string_view word) const {
  return values.size() == 1 && values.front().size() == word.size() &&
         ::strncasecmp(values.front().data(), word.data(), word.size()) == 0;
}

std::expected<SshdSettings, std::error_code> SshdSettings::read(const fs::path& file) {
  const auto text = read_plain_file(file);
  if (!text) return std::unexpected(text.error());
  SshdSettings settings;
  settings.directory_ = file.parent_path();
  settings.take(file, *text, false, 0);
  return settings;
}

const SshdSetting* SshdSettings::find(std::string_view keyword) const {
  const auto found = first_.find(keyword);
  return found == first_.end() ? nullptr : &found->second;
}

/// A Match block ends with its file at the latest.
void SshdSettings::take(const fs::path& file, std::string_view text, bool in_match,
                        std::size_t depth) {
  for (SshdLine& line : parse_sshd_lines(text)) {
    std::string& keyword = line.keyword;
    use_new_name(keyword);
    if (keyword == "match") {
      in_match = true;
    } else if (keyword == "include") {
      for (const std::string& pattern : line.values) include(pattern, in_match, depth + 1);
    } else if (in_match) {
      in_match_.insert(std::move(keyword));
    } else if (!first_.contains(keyword)) {
      first_.emplace(std::move(keyword), SshdSetting{.values = std::move(line.values),
                                                     .place = place_in(file, text, line.offset)});
    }
  }
}

void SshdSettings::include(const std::string& pattern, bool in_match, std::size_t depth) {
  const fs::path named = directory_ / pattern;  // an absolute pattern stays as it is
  for (const fs::path& file : files_named(named.string())) {
    const auto text = depth < kMostNested && files_ < kMostFiles
                          ? read_plain_file(file)
                          : std::unexpected(std::make_error_code(std::errc::file_too_large));
    ++files_;
    if (text)
      take(file, *text, in_match, depth);
    else
      complete_ = false;
  }
}

}  // namespace usher::review
