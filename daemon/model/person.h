// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace usher {

struct Group {
  std::string name;
  gid_t gid = static_cast<gid_t>(-1);
  bool operator==(const Group&) const = default;
};

/// A group as a look-up of its name tells it.
struct NamedGroup {
  gid_t gid = static_cast<gid_t>(-1);
  std::vector<std::string> members;  // but those whose primary group it is
};

/// An account as the system's databases (nsswitch.conf(5)) know it, freshly looked up. `name` is
/// the canonical spelling: what policy, store and audit use, whatever the caller typed.
struct Person {
  std::string name;
  uid_t uid = static_cast<uid_t>(-1);
  /// Primary and supplementary, as far as the name services told: one that is down is not missed.
  std::vector<Group> groups;
};

}  // namespace usher
