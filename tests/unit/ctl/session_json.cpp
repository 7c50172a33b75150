// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ctl/session_json.h"

namespace usher::testing {

std::string session_id(const std::string& two_digits) {
  return two_digits + "112233445566778899aabbccddeeff";
}

SessionJson session_named(const std::string& id) {
  return {{"id", id},
          {"parent", ""},
          {"user", "ada"},
          {"uid", 1000},
          {"service", "sshd"},
          {"from", "192.0.2.7"},
          {"tty", "ssh"},
          {"ruser", ""},
          {"opened", 1'772'366'400},  // 2026-03-01 12:00:00 UTC
          {"ended", 0},
          {"how", ""},
          {"ended_by", ""},
          {"observed", false},
          {"rule", "people over SSH"},
          {"at", "/etc/usher/rules.d/50-ssh.toml:7"},
          {"factors", {"publickey", "otp"}},
          {"leader", 1234},
          {"leader_runs", true},
          {"login_uid", 1000},
          {"audit_session", 7},
          {"kernel_session", 1230},
          {"proofs", SessionJson::array()}};
}

SessionJson session_with(const std::string& id, const SessionJson& members) {
  SessionJson session = session_named(id);
  for (const auto& [name, value] : members.items()) session[name] = value;
  return session;
}

std::string sessions_reply(const std::vector<SessionJson>& sessions) {
  return SessionJson{{"sessions", sessions}}.dump();
}

std::string session_reply(const SessionJson& session) {
  return SessionJson{{"session", session}}.dump();
}

}  // namespace usher::testing
