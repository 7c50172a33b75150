// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/model/request.h"
#include "daemon/model/result.h"
#include "usher/message.h"

namespace usher {

/// Copies what a caller said into a Request of its own. Proofs are taken from sshd alone, and from
/// a trusted caller alone. An Error says what no honest caller would have sent: an rhost that is
/// not printable text without spaces, or a request without a service.
[[nodiscard]] Result<Request> request_from(const Begin& begin, const Caller& caller);

}  // namespace usher
