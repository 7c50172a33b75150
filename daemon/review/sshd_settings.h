// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "daemon/config/written.h"

namespace usher::review {

/// A value of sshd_config(5) and where it stands.
struct SshdSetting {
  std::vector<std::string> values;
  config::Place place;

  [[nodiscard]] bool is(std::string_view word) const;  // the one value, in any case
};

/// What sshd_config says, with the files it includes. Of a keyword that stands more than once the
/// first counts, as for sshd; what stands in a Match block counts for some connections alone and is
/// kept apart.
class SshdSettings {
 public:
  /// Reads `file`; relative names in `Include` are taken from its directory. The error is that of
  /// `file` alone.
  [[nodiscard]] static std::expected<SshdSettings, std::error_code> read(
      const std::filesystem::path& file);

  /// The value for connections that no Match block is about; null where the default is in force.
  [[nodiscard]] const SshdSetting* find(std::string_view keyword) const;
  /// Whether a Match block sets the keyword too.
  [[nodiscard]] bool set_by_match(std::string_view keyword) const {
    return in_match_.contains(keyword);
  }
  /// Whether all that is included could be read: else a keyword may be set where nobody looked.
  [[nodiscard]] bool complete() const noexcept { return complete_; }

 private:
  SshdSettings() = default;
  void take(const std::filesystem::path& file, std::string_view text, bool in_match,
            std::size_t depth);
  void include(const std::string& pattern, bool in_match, std::size_t depth);

  std::filesystem::path directory_;
  std::map<std::string, SshdSetting, std::less<>> first_;
  std::set<std::string, std::less<>> in_match_;
  std::size_t files_ = 0;
  bool complete_ = true;
};

}  // namespace usher::review
