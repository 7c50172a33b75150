// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "daemon/config/written.h"

namespace usher::review {

/// Whether a file of that name in /etc/pam.d is a copy that a package manager or an editor left.
[[nodiscard]] bool is_leftover_stack(std::string_view name);
/// Whether it is only there for other stacks to include, or for programs without one (`other`).
[[nodiscard]] bool is_stack_fragment(std::string_view name);

/// Where a stack leads to pam_usher.so.
struct UsherLine {
  config::Place place;    // the line of the service's own file
  SourcePosition module;  // the line with pam_usher.so: the same, or of an included file
};

/// The PAM stacks of a machine, read once. One thread at a time.
class PamServices {
 public:
  /// A file in an earlier directory masks the same name in a later.
  explicit PamServices(std::span<const std::filesystem::path> directories);

  /// Whether one of the directories is there and can be read.
  [[nodiscard]] bool known() const noexcept { return known_; }
  /// Whether the service has a file.
  [[nodiscard]] bool has(std::string_view service) const { return files_.contains(service); }
  /// The services, without what is only there to be included, and without copies that package
  /// managers and editors leave.
  [[nodiscard]] const std::set<std::string, std::less<>>& services() const noexcept {
    return services_;
  }
  /// The first line of the service's stack that leads to pam_usher.so; none where it doesn't, or
  /// where its file can't be read.
  [[nodiscard]] std::optional<UsherLine> usher_line(std::string_view service) const;

 private:
  struct Stack {
    std::filesystem::path path;
    std::string text;
  };
  void list(const std::filesystem::path& directory);
  [[nodiscard]] std::optional<UsherLine> find_in(std::string_view name,
                                                 std::set<std::string>& seen) const;

  std::map<std::string, Stack, std::less<>> files_;
  std::set<std::string, std::less<>> services_;
  bool known_ = false;
};

}  // namespace usher::review
