// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "daemon/model/result.h"
#include "usher/unique_fd.h"

namespace usher {

// What a daemon leaves with systemd when it is stopped, for the one that is started in its place at
// once (FileDescriptorStoreMax= of systemd.service(5)): bytes in memory that nobody can change any
// more, known by a name. systemd forgets them where the service is stopped for good.

/// Nothing where systemd does not run this, or keeps nothing.
void leave_for_next(const char* name, std::string_view bytes);

/// The bytes of a descriptor that was left so. An Error where it is anything that somebody could
/// still write to, or too large.
[[nodiscard]] Result<std::string> read_left(const UniqueFd& left);

/// They are not handed out again.
void forget_left(const char* name);

}  // namespace usher
