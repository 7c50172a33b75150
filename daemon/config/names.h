// SPDX-License-Identifier: Apache-2.0
// Names an administrator writes: services, accounts, rules. What could never match, or would not be
// what it looks like, is refused.
#pragma once

#include "daemon/config/values.h"

namespace usher::config {

/// What a list of names is about; `service_setting` and `service_user` are settings of usher.toml.
enum class NameKind : unsigned char {
  service = 1,
  user,
  group,
  tty,
  service_setting,
  service_user
};

/// Reports, and false, where `name` can't be the name of such a thing.
[[nodiscard]] bool check_name(Document& document, NameKind kind, const Text& name);

}  // namespace usher::config
