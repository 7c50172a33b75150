// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sodium.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/login/login.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_keeper.h"
#include "tests/fakes/memory_store.h"
#include "tests/fakes/recording_audit.h"
#include "tests/fakes/scripted_dialogue.h"

namespace usher::testing {

/// A machine with one person, alice, who has a password and a code; real factors at their least
/// cost over a store in memory.
class LoginTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kPassword = "correct horse";
  static constexpr std::string_view kSeed = "12345678901234567890";  // RFC 6238 appendix B

  LoginTest() {
    EXPECT_GE(::sodium_init(), 0);
    host.add_user("alice", 1000, {{"staff", 50}});
    host.set_start_time(caller.pid, caller.start_time);
    set_password(kPassword);
    code_id = store.add_otp("alice", "phone", seed_of(kSeed));
    EXPECT_TRUE(sessions.start());
  }

  static Secret seed_of(std::string_view text) {
    Secret seed;
    EXPECT_TRUE(seed.assign(text));
    return seed;
  }
  void set_password(std::string_view text) {
    Secret secret;
    ASSERT_TRUE(secret.assign(text));
    const auto hash = password.hash(secret, Deadline::after(10'000));
    ASSERT_TRUE(hash);
    store.set_password("alice", *hash);
  }
  void expire_password(std::string user) {
    std::vector<Effect> effects;
    effects.emplace_back(ExpirePassword{.user = std::move(user)});
    ASSERT_EQ(store.commit(effects), CommitOutcome::committed);
  }
  /// The code alice's phone shows now, or `steps` later.
  std::string code(int steps = 0) {
    const OtpParameters parameters;
    const auto step = totp_step(clock.wall_microseconds(), parameters);
    const auto made = code_of(seed_of(kSeed), parameters,
                              step + static_cast<std::uint64_t>(static_cast<std::int64_t>(steps)));
    EXPECT_TRUE(made);
    return std::string(made->expose());
  }

  void use_rules(std::vector<Rule> wanted) { rules.replace({.rules = std::move(wanted)}); }
  static Rule rule(std::string name, std::vector<Requirement> require) {
    return {.name = std::move(name),
            .at = {.file = "50-test.toml", .line = 3, .column = 1},
            .services = {"sshd"},
            .require = std::move(require)};
  }
  static Rule password_and_code() {
    return rule("password and code", {{{Factor::password}}, {{Factor::otp}}});
  }

  Request request(std::string user, Phase phase = Phase::authenticate) const {
    return {.phase = phase,
            .service = "sshd",
            .user = std::move(user),
            .tty = "ssh",
            .rhost = "192.0.2.7",
            .auth_info_set = true,
            .caller = caller};
  }
  std::optional<VerdictResult> run(const Request& wanted, ScriptedDialogue& dialogue) {
    return serve(wanted, dialogue, ports);
  }
  /// One password-and-code login; the verdict must exist.
  VerdictResult login(std::string user, std::string_view with_password, std::string with_code) {
    ScriptedDialogue dialogue;
    dialogue.answer(std::string(with_password)).answer(std::move(with_code));
    const auto verdict = run(request(std::move(user)), dialogue);
    EXPECT_TRUE(verdict);
    return verdict.value_or(VerdictResult{});
  }

  Caller caller{.pid = 4711, .uid = 0, .gid = 0, .start_time = 99, .trusted = true};
  MemoryStore store;
  FakeHost host;
  FakeClock clock;
  RecordingAudit audit;
  HashGate gate{4};
  FakeKeeper keeper;
  PasswordFactor password =
      std::move(*PasswordFactor::create(store, keeper, gate, {.memory_bytes = 8192, .passes = 1}));
  OtpFactor otp{store, clock};
  RecoveryFactor recovery{store, clock};
  Transactions transactions;
  RulesInForce rules{RuleSet{.rules = {password_and_code()}, .version = "0123456789abcdef"}};
  SessionRegister sessions{{store, host, clock, audit}, 86'400};
  LoginPorts ports{store, host,     clock,        audit,    keeper, password,
                   otp,   recovery, transactions, sessions, rules};
  std::int64_t code_id = 0;
};

}  // namespace usher::testing
