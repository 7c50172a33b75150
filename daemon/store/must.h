// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <utility>

#include "daemon/model/result.h"

namespace usher {

/// Inside the store room an Error ends the work as SqliteFailure does: thrown, and made an Error
/// again at the room's edge.
template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

}  // namespace usher
