// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <utility>

#include "daemon/model/result.h"

namespace usher::pam_stacks {

/// A folder of this process's own among the temporary files, closed to others, gone with the
/// object.
class Scratch {
 public:
  [[nodiscard]] static Result<Scratch> make();
  Scratch(Scratch&& other) noexcept
      : folder_(std::exchange(other.folder_, std::filesystem::path())) {}
  Scratch& operator=(Scratch&&) = delete;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  explicit Scratch(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace usher::pam_stacks
