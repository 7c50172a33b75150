// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "daemon/login/hearing.h"
#include "daemon/model/proof.h"

namespace usher {

/// Whoever changes credentials, their own or (the help desk) somebody else's, proves all they have
/// first, freshly: a stolen password, or a terminal left open, must not be enough. All they have is
/// what they have at each commit, since a thief could keep the prompts open until the owner enrols
/// a code; see Hearing::proven_credentials. What this spends is committed here, whatever follows.
/// `user` is the canonical name of who proves themselves.
///
/// `proven`: what they have just proven in the same PAM transaction, which is not asked for again:
/// a code can't be given twice. It counts where it still hangs on what they have.
[[nodiscard]] Outcome prove_oneself(Hearing& hearing, const std::string& user,
                                    std::span<const EarnedProof> proven = {});

}  // namespace usher
