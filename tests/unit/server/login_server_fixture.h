// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <security/_pam_types.h>

#include <optional>
#include <string>

#include "daemon/server/login_server.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/recording_audit.h"
#include "tests/unit/server/server_fixture.h"

namespace usher::testing {

/// A login server on a real socket, whose login room is a function of the test's.
class LoginServerFixture : public ::testing::Test {
 protected:
  LoginServerFixture() { host_.set_real_uid(::getpid(), ::getuid()); }
  static LoginSocketPlan plan() {
    return {.name = "test.sock",
            .limits = {.total = 16, .per_outsider = 2, .reserved_for_root = 8},
            .times = {.begin_milliseconds = 60'000,
                      .prompt_milliseconds = 60'000,
                      .dialogue_milliseconds = 60'000}};
  }
  void start(LoginSocketPlan wanted, ServeRequest serve) {
    server_.emplace(listen_or_throw(directory_.socket()), std::move(wanted),
                    LoginServerPorts{.host = host_,
                                     .rules = rules_,
                                     .clock = clock_,
                                     .audit = audit_,
                                     .stop = stop_,
                                     .counters = counters_},
                    std::move(serve));
    ASSERT_TRUE(server_->start());
  }
  void start(ServeRequest serve) { start(plan(), std::move(serve)); }

  /// Goes down in order; false where some connection did not end.
  bool stop() {
    server_->stop_accepting();
    stop_.raise();
    return server_->drain(soon());
  }
  void TearDown() override {
    if (server_) {
      EXPECT_TRUE(stop());
    }
  }
  [[nodiscard]] TestModule module() const { return TestModule(directory_.socket()); }

  /// A login room that asks for one word and accepts "right".
  static std::optional<VerdictResult> ask_once(const Request&, Dialogue& dialogue) {
    const auto answer = dialogue.ask(PromptStyle::hidden, PromptPurpose::password, "Password: ");
    if (!answer) return std::nullopt;
    if (!answer->equals("right")) return VerdictResult::deny(PAM_AUTH_ERR, "wrong");
    VerdictResult verdict = VerdictResult::accept("right");
    verdict.password_length = 5;
    return verdict;
  }

  const SocketDirectory directory_;
  FakeHost host_;
  RulesInForce rules_{RuleSet{}};
  FakeClock clock_;
  RecordingAudit audit_;
  Counters counters_;
  StopSignal stop_ = stop_or_throw();
  std::optional<LoginServer> server_;
};

}  // namespace usher::testing
