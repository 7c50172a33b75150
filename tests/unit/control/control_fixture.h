// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "daemon/control/methods.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_keeper.h"
#include "tests/fakes/memory_store.h"
#include "tests/fakes/recording_audit.h"

namespace usher::testing {

// The names of errors.
constexpr auto kDenied = "org.usher.control.PermissionDenied";
constexpr auto kInvalid = "org.varlink.service.InvalidParameter";
constexpr auto kFailed = "org.usher.control.Failed";

/// What the control methods work on, with two people and one rule about sshd.
class ControlFixture : public ::testing::Test {
 protected:
  static RuleSet some_rules() {
    RuleSet rules;
    rules.version = "0123456789abcdef";
    Rule ssh;
    ssh.name = "ssh";
    ssh.at = {.file = "/etc/usher/rules.d/50-ssh.toml", .line = 7, .column = 1};
    ssh.services = {"sshd"};
    ssh.require = {{.any_of = {Factor::password, Factor::publickey}}, {.any_of = {Factor::otp}}};
    rules.rules.push_back(std::move(ssh));
    return rules;
  }
  void SetUp() override {
    ASSERT_TRUE(sessions_.start());
    host_.add_user("alice", 1000);
    host_.add_user("bob", 1001);
  }
  void enrol_otp(const std::string& user, const std::string& label) {
    Secret seed;
    ASSERT_TRUE(seed.assign("12345678901234567890"));
    store_.add_otp(user, label, seed);
  }
  VarlinkReply call(const ControlPeer& peer, const std::string& method, Json parameters = {}) {
    return call_method({.method = method, .parameters = std::move(parameters)}, peer, ports_);
  }

  static std::string error_of(const VarlinkReply& reply) {
    return reply ? "none" : reply.error().name;
  }

  static constexpr ControlPeer kRoot{.pid = 1, .uid = 0, .trusted = true};
  static constexpr ControlPeer kAlice{.pid = 2, .uid = 1000, .trusted = false};
  static constexpr ControlPeer kNobody{.pid = 3, .uid = 4242, .trusted = false};

  FakeHost host_;
  FakeKeeper keeper_;
  MemoryStore store_;
  FakeClock clock_;
  RecordingAudit audit_;
  SessionRegister sessions_{{store_, host_, clock_, audit_}, 86'400};
  RulesInForce rules_{some_rules()};
  ReloadFailure reload_failure_;  // none while its text is empty
  pid_t reloaded_for_ = -1;
  ControlPorts ports_{
      .host = host_,
      .keeper = keeper_,
      .store = store_,
      .sessions = sessions_,
      .clock = clock_,
      .rules = rules_,
      .audit_file = {},
      .status =
          [] {
            return DaemonStatus{.version = "1.2.3",
                                .started = 1'000'000'000,
                                .configuration = "/etc/usher/usher.toml",
                                .dialogues = 1,
                                .accepted = 2,
                                .denied = 3,
                                .observed = 5,
                                .refused = 4};
          },
      .reload = [this](const ControlPeer& peer) -> std::expected<void, ReloadFailure> {
        reloaded_for_ = peer.pid;
        if (!reload_failure_.text.empty()) return std::unexpected(reload_failure_);
        return {};
      }};
};

}  // namespace usher::testing
