// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/result.h"
#include "daemon/review/pam_stack.h"

namespace usher::pam_stacks {

/// The files of a PAM folder by their names, with their texts.
using Stacks = std::map<std::string, std::string, std::less<>>;

/// Reads all of a folder's regular files, links followed, but for copies that package managers and
/// editors leave.
[[nodiscard]] Result<Stacks> read_stacks(const std::filesystem::path& folder);

/// A line as libpam comes to it, in the order in which it does, with what it includes in place.
struct FlatLine {
  std::string file;
  unsigned line = 0;  // in that file, from 1
  review::PamLine what;
  /// "sshd:4", for messages.
  [[nodiscard]] std::string place() const { return file + ":" + std::to_string(line); }
};

/// The lines of a service for one type ("auth"), taken out of all that it includes. What is missing
/// or too deep for libpam is left out.
[[nodiscard]] std::vector<FlatLine> flatten(const Stacks& stacks, std::string_view service,
                                            std::string_view type);

/// Whether a service's lines of a type come to pam_usher.so.
[[nodiscard]] bool asks_usher(const Stacks& stacks, std::string_view service,
                              std::string_view type);

/// The services whose lines, whatever they include, differ between the two; those that are only
/// there to be included are none.
[[nodiscard]] std::vector<std::string> changed_services(const Stacks& before, const Stacks& after);

/// Why a stack lets a person's own file speak for them: pam_env stands before pam_usher.so, which
/// believes SSH_AUTH_INFO_0. One line each; empty where it doesn't.
[[nodiscard]] std::vector<std::string> forgeable(const Stacks& stacks, std::string_view service,
                                                 std::string_view type);

}  // namespace usher::pam_stacks
