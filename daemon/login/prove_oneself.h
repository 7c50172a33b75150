// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "daemon/login/hearing.h"

namespace usher {

/// How much whoever changes credentials has to have.
enum class LeastProof : std::uint8_t {
  whatever_there_is = 1,  // a password alone is enough for whoever has no more
  a_code = 2,             // a generator, or recovery codes: else it is refused
};

/// Whoever changes credentials, their own or (the help desk) somebody else's, proves all they have
/// first, freshly: a stolen password, or a terminal left open, must not be enough. All they have is
/// what they have at each commit, since a thief could keep the prompts open until the owner enrols
/// a code; see Hearing::proven_credentials. What this spends is committed here, whatever follows.
/// `user` is the canonical name of who proves themselves.
[[nodiscard]] Outcome prove_oneself(Hearing& hearing, const std::string& user, LeastProof least);

}  // namespace usher
