// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/control/methods.h"
#include "daemon/control/varlink.h"
#include "daemon/model/proof.h"
#include "daemon/model/rule.h"
#include "daemon/model/session.h"

namespace usher {

/// The moment (wall clock, seconds since 1970) until which the proof counts for a rule of `rules`
/// at most, the same whenever that is asked; 0 where it counts for none any more.
[[nodiscard]] std::int64_t reusable_until(const EarnedProof& proof, std::span<const Rule> rules,
                                          const Clock& clock);

/// What was asked for is no one session, or is over.
[[nodiscard]] std::unexpected<VarlinkError> no_session(std::string_view reason);
/// Whether the session is the caller's to see and to end: by uid, since names are given anew.
[[nodiscard]] bool may_see(const Session& session, const ControlPeer& peer);

/// The one session whose id begins like the parameter `name`, 4 digits or more, open or past.
/// Somebody else's is told as none would be, and so are several, some of which may be.
[[nodiscard]] std::expected<Session, VarlinkError> session_named(const Json& parameters,
                                                                 const char* name,
                                                                 const ControlPeer& peer,
                                                                 Store& store);

/// A proof as the interface has it.
[[nodiscard]] Json described(const EarnedProof& proof, std::int64_t until);

/// A session as the interface has it, with the proofs that it holds.
[[nodiscard]] Json described(const Session& session, std::span<const EarnedProof> proofs,
                             ControlPorts& ports);

}  // namespace usher
