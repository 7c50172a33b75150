// SPDX-License-Identifier: Apache-2.0
// From what files hold to what the store takes: whose each code is, and which of them fit beside
// what people have.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/host/host.h"
#include "daemon/interchange/import.h"
#include "daemon/model/effect.h"
#include "daemon/store/store.h"

namespace usher::ctl {

/// What the command line says of the codes, beside what the files say.
struct SaidOfCodes {
  /// All codes of a file that does not say whose they are; of one that does, those of this person
  /// alone. Empty: what the files say counts.
  std::string user;
  /// The accounts that addresses name are users of this machine.
  bool by_account = false;
  std::string label;  // of all of them; empty: the files'
};

/// Takes out, with a mistake for each, what a file of `owner`'s, who is not root, says of others:
/// that is their word alone, since they could have put a secret of their own beside any name. Looks
/// at the codes from `first` on. What the command line says of whose they are is root's word, and
/// counts.
void drop_strangers(interchange::Import& import, std::size_t first, uid_t owner,
                    const SaidOfCodes& said, Host& host);

/// Names the owner of each code as the machine spells it, and the code. Where nothing says whose a
/// code is, or there is no such account, it is taken out, with a mistake. Blocks on the name
/// services.
void settle_owners(interchange::Import& import, const SaidOfCodes& said, Host& host);

/// Takes out, with a mistake for each, what does not fit beside what `store` has: a label that is
/// taken, a seed that the person has already, more codes than one person may have, and what would
/// not be good before the clock has gone on for days. `now` is in seconds since 1970. An Error
/// where the store could not be read.
[[nodiscard]] Result<void> drop_unfit(interchange::Import& import, Store& store, std::int64_t now);

/// What adds it to the store; its seed is taken out of it.
[[nodiscard]] AddOtp addition_of(interchange::ImportedCode& code);

}  // namespace usher::ctl
