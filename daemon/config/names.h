// SPDX-License-Identifier: Apache-2.0
// Names an administrator writes: services, accounts, rules. What could never match, or would not be
// what it looks like, is refused.
#pragma once

#include "daemon/config/values.h"

namespace usher::config {

/// What a list of names is about; `service_setting`, `service_user` and those of `administrator`s
/// are settings of usher.toml, those that are `expected_` stand in files of expectations.
enum class NameKind : unsigned char {
  service = 1,
  user,
  group,
  tty,
  service_setting,
  service_user,
  administrator,
  administrator_group,
  expected_service,
  expected_user,
  expected_group
};

/// Reports, and false, where `name` can't be the name of such a thing.
[[nodiscard]] bool check_name(Document& document, NameKind kind, const Text& name);

}  // namespace usher::config
