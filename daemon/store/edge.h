// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <exception>
#include <filesystem>

#include "daemon/model/result.h"
#include "daemon/store/sqlite.h"

namespace usher {

/// The room's edge: no exception leaves, and whatever went wrong is an Error that names the store.
template <typename Work>
auto at_edge(const std::filesystem::path& store, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const SqliteFailure& problem) {
    return failure(fmt::format("store {}: {}{}", store.string(), problem.what(),
                               problem.damaged() ? ": it is damaged; restore a backup" : ""));
  } catch (const std::exception& problem) {
    return failure(fmt::format("store {}: {}", store.string(), problem.what()));
  }
}

}  // namespace usher
