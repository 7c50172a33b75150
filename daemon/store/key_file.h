// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "daemon/store/key_ring.h"

namespace usher {

// How a key file is changed. For the store room: what fails is thrown.

/// Whether this user could put another key file in the place of `file`: not where it is a
/// credential of systemd's.
[[nodiscard]] bool may_write_key_file(const std::filesystem::path& file);

/// Writes the key file anew, whole: made beside it as FILE.new (mode 0400), made durable, and only
/// then given its name. Whoever reads meanwhile finds the old content or the new.
void write_key_file(const std::filesystem::path& file, const KeyRing& ring);

}  // namespace usher
