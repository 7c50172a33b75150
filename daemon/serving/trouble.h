// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace usher {

/// Tells the administrator on standard error, which is the journal under systemd, what is wrong
/// with the daemon itself: its name and `text`, one or several lines, in one write. Never a secret.
/// For trouble alone; what happened to requests is the audit log's. Thread-safe.
void report_trouble(std::string_view text) noexcept;

}  // namespace usher
