// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/login/hearing.h"
#include "daemon/model/decision.h"
#include "daemon/model/person.h"
#include "daemon/model/proof.h"
#include "daemon/model/rule.h"

namespace usher {

/// Which session a request stands in, and what that session holds for it.
struct Standing {
  std::string session;  // its id; empty: none
  std::string user;     // who is asked about, canonical; empty: nobody
  /// Whose processes may use what is earned here: the real uid of the caller.
  uid_t for_uid = static_cast<uid_t>(-1);
  /// Whether who is asked about is who started the program. What is proven of others at somebody's
  /// terminal (su, targetpw, an administrator's word to polkit) is not left behind there.
  bool own = false;
  std::vector<EarnedProof> held;  // of that person, all of it still true
};

/// What `session` holds of `person`, for processes of whatever uid, that is still true: the
/// credential is the one that was proven, and the account is open. Nothing where that can't be
/// found out.
[[nodiscard]] std::vector<EarnedProof> proofs_that_hold(const std::string& session,
                                                        const Person& person, Store& store,
                                                        Keeper& keeper, Deadline deadline);

/// Whether what a program of that service asks stands in the session that the program was started
/// in. `rhost`: empty for this machine.
[[nodiscard]] bool stands_where_it_was_started(std::string_view service, std::string_view rhost,
                                               const ServiceTraits& traits);

/// Where the request stands. Only what a person started themselves stands in a session: sudo and
/// its like, whose real uid is not root's. All else begins a session of its own, wherever it was
/// started from. Whatever can't be found out is no proof.
[[nodiscard]] Standing standing_of(Hearing& hearing, const Person* person);

/// Whether the decision counts anything that the session holds.
[[nodiscard]] bool counts_reused(const Decision& decision);

/// Whether all that the decision counts of the session could still be counted now: the caller
/// stands there, and the credentials are the ones that were proven. A prompt may have been open for
/// long.
[[nodiscard]] bool stands_still(Hearing& hearing, const Person& person, const Standing& standing,
                                const Decision& decision);

/// The end of all that the session holds for this person.
[[nodiscard]] ForgetProofs forget_all_of(const Standing& standing);

/// Counts an answer that was wrong while other factors were the session's. After a few, all has to
/// be proven anew: what is left to be guessed must not be cheap. True where that is so from now on.
[[nodiscard]] bool count_a_miss(Hearing& hearing, const Standing& standing,
                                const Decision& decision);

/// What is held, as facts to judge by.
[[nodiscard]] std::vector<Proof> reusable_proofs(const Standing& standing,
                                                 std::int64_t boot_microseconds);

/// That what the decision counts of the session is still there, and young enough, when the verdict
/// is committed: a prompt may have been open for long.
[[nodiscard]] std::vector<Effect> expect_reused(const Standing& standing, const Decision& decision,
                                                std::int64_t boot_microseconds);

}  // namespace usher
