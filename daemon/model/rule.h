// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "daemon/model/factor.h"
#include "daemon/model/network.h"

namespace usher {

/// A place in a configuration file; lines and columns count from 1.
struct SourcePosition {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
};

/// An entry of `from` or `not_from`.
struct Origin {
  bool local = false;  // the word "local"
  Network network;     // where not local
  std::string spelling;
};

/// One [[rule]]. An empty list matches everything; a list the administrator wrote is never empty.
struct Rule {
  std::string name;
  SourcePosition at;
  std::vector<std::string> services;
  std::vector<std::string> users;
  std::vector<std::string> groups;
  std::vector<Origin> from;
  std::vector<Origin> not_from;
  std::vector<Requirement> require;  // all of them; empty only where deny
  bool deny = false;
  std::string deny_text;  // for the person; may be empty
};

/// The rules of one load, in the order in which they are tried.
struct RuleSet {
  std::vector<Rule> rules;
  /// Services whose program may verify a person itself and skip `authenticate`: there the account
  /// phase wants this transaction's own success.
  std::vector<std::string> self_verifying = {"sshd"};
  /// Names this content: 16 hex digits, the same for the same files. Every audit event bears it.
  std::string version;
};

}  // namespace usher
