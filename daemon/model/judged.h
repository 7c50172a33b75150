// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/model/decision.h"
#include "daemon/model/factor.h"
#include "daemon/model/person.h"
#include "daemon/model/proof.h"

namespace usher {

/// What a request was judged by, beside the request itself, and what came of it: enough to judge it
/// again.
struct Judged {
  std::vector<Group> groups;            // of the account, and those of rules that it is in
  std::vector<std::string> unresolved;  // groups of rules that could not be found
  std::vector<Proof> given;             // all that was said to be proven, whether it counted or not
  bool tty_believed = false;
  bool person_known = true;  // false where the account could not be looked up
  Decision::Kind kind = Decision::Kind::denied;
  Decision::Kind would = Decision::Kind::denied;  // of an observed one
  std::vector<Requirement> missing;
  std::vector<Requirement>
      lacks;  // of `missing`, what the person certainly could not have answered
};

/// A request that was judged once, as its line of the audit log tells it.
struct RecordedRequest {
  std::string id;    // the event's
  std::string kind;  // the event's: "login-denied"
  std::int64_t time_microseconds = 0;
  std::string phase;
  std::string session;  // the id of the one it is about, or that the caller stood in; may be empty
  pid_t caller = -1;    // the process that asked
  std::string service;
  std::string user;  // as typed
  std::string rhost;
  std::string tty;
  std::optional<Person> person;  // none where there was no such account; its uid is not recorded
  Judged judged;
  bool groups_cut = false;  // there were more groups than an event has room for
  std::string rule;
  std::string at;  // "file:line"
  std::string rules_version;
  std::vector<std::string> asked;
  std::vector<std::string> held;
  std::string outcome;
  std::string reason;
};

}  // namespace usher
