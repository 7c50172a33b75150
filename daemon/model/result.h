// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace usher {

/// Something inside went wrong: said to the administrator, never to the person. It is not how a
/// wrong password or an unknown user is reported; those are answers, not errors.
struct Error {
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> failure(std::string message) {
  return std::unexpected(Error{std::move(message)});
}

}  // namespace usher
