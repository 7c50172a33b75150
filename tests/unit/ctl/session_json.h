// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ctl/output.h"

namespace usher::testing {

using SessionJson = ctl::Json;

/// An id of 32 digits that begins with these two.
[[nodiscard]] std::string session_id(const std::string& two_digits);

/// A session of ada's over SSH, open and without proofs, with every member that the interface has.
[[nodiscard]] SessionJson session_named(const std::string& id);

/// The same with `members` in place of its own.
[[nodiscard]] SessionJson session_with(const std::string& id, const SessionJson& members);

/// What usherd returns of these.
[[nodiscard]] std::string sessions_reply(const std::vector<SessionJson>& sessions);
[[nodiscard]] std::string session_reply(const SessionJson& session);

}  // namespace usher::testing
