// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "daemon/config/rule_files.h"
#include "daemon/model/rule.h"

namespace usher::config {

/// A name for the rules in force: 16 hex digits of a BLAKE2b hash (crypto_generichash of libsodium)
/// over the files' names, without their directories, and contents, the lists of services and the
/// time zones, which may be the machine's. Meant for telling loads apart in a log, not for proving
/// anything.
[[nodiscard]] std::string version_of(std::span<const RuleFile> files, const RuleSet& rules);

}  // namespace usher::config
