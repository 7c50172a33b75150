// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/login/login_fixture.h"

namespace usher::testing {

/// Alice's machine with sshd, whose child authenticates, a shell below it, and bob, to whom she
/// may become. Her rules: a key and a code from outside; a password and a code for sudo and su, of
/// which the session's count for a while.
class SessionLoginTest : public LoginTest {
 protected:
  static constexpr ProcessId kMonitor{.pid = 4000, .start_time = 88};
  static constexpr ProcessId kShell{.pid = 4100, .start_time = 120};
  static constexpr std::uint32_t kPasswordSeconds = 300;
  static constexpr std::uint32_t kCodeSeconds = 28'800;

  SessionLoginTest() {
    host.add_user("bob", 1001);
    host.add_user("root", 0);
    host.set_start_time(kMonitor.pid, kMonitor.start_time);
    host.set_start_time(kShell.pid, kShell.start_time);
    host.set_parent(caller.pid, kMonitor);
    host.set_parent(kShell.pid, kMonitor);
    use_rules({ssh_rule(), reusing_rule()});
  }

  static Rule ssh_rule() { return rule("key and code", {{{Factor::publickey}}, {{Factor::otp}}}); }
  static Rule reusing_rule(std::vector<std::string> services = {"sudo", "su"}) {
    Rule reusing = rule("reusing", {{{Factor::password}}, {{Factor::otp}}});
    reusing.services = std::move(services);
    reusing.reuse = {{.factor = Factor::password, .seconds = kPasswordSeconds},
                     {.factor = Factor::otp, .seconds = kCodeSeconds}};
    return reusing;
  }
  static Proof key() {
    return {.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = "ssh-ed25519"};
  }

  /// A dialogue with somebody who knows alice's password and code, and what came of it.
  struct Heard {
    std::vector<std::string> prompts;
    VerdictResult verdict;
  };
  Heard hear(const Request& wanted) {
    class Knowing final : public Dialogue {
     public:
      explicit Knowing(SessionLoginTest& test) : test_(test) {}
      std::expected<Secret, DialogueEnd> ask(PromptStyle, PromptPurpose,
                                             std::string_view text) override {
        prompts.emplace_back(text);
        Secret secret;
        EXPECT_TRUE(secret.assign(text == "Password: " ? std::string(kPassword) : test_.code()));
        return secret;
      }
      std::expected<void, DialogueEnd> tell(PromptStyle, std::string_view) override { return {}; }
      [[nodiscard]] Deadline deadline() const override { return Deadline::after(60'000); }
      std::vector<std::string> prompts;

     private:
      SessionLoginTest& test_;
    };
    Knowing dialogue(*this);
    const auto verdict = serve(wanted, dialogue, ports);
    EXPECT_TRUE(verdict);
    return {.prompts = std::move(dialogue.prompts), .verdict = verdict.value_or(VerdictResult{})};
  }
  /// What is asked on the way to a success.
  std::vector<std::string> asked_for(const Request& wanted) {
    Heard heard = hear(wanted);
    EXPECT_TRUE(heard.verdict.accepted) << heard.verdict.reason;
    return heard.prompts;
  }

  /// A new process of a program that somebody started in the shell, or below `parent`.
  Request by_program(std::string service, std::string user = "alice", uid_t person = 1000,
                     const ProcessId& parent = kShell) {
    const pid_t pid = ++last_pid_;
    host.set_start_time(pid, 500);
    host.set_parent(pid, parent);
    return {
        .phase = Phase::authenticate,
        .service = std::move(service),
        .user = std::move(user),
        .tty = "pts/3",
        .ruser = "alice",
        .caller = {
            .pid = pid, .uid = 0, .gid = 0, .start_time = 500, .person = person, .trusted = true}};
  }
  Request sudo() { return by_program("sudo"); }
  /// The same process, in another phase.
  static Request in_phase(Request wanted, Phase phase) {
    wanted.phase = phase;
    return wanted;
  }
  /// What sshd's monitor asks once its child authenticated, or a key did.
  Request session_of(std::string user) const {
    Request wanted = request(std::move(user), Phase::open_session);
    wanted.caller.pid = kMonitor.pid;
    wanted.caller.start_time = kMonitor.start_time;
    wanted.caller.person = 0;
    wanted.proven = {key()};
    return wanted;
  }
  /// Alice comes in by a key and a code; the id of her session. The code is another one by then.
  std::string log_in() {
    Request wanted = request("alice");
    wanted.proven = {key()};
    wanted.caller.person = 0;
    EXPECT_THAT(asked_for(wanted), ::testing::ElementsAre("One-time code: "));
    EXPECT_TRUE(hear(session_of("alice")).verdict.accepted);
    clock.advance_seconds(30);
    return audit.last().session;
  }
  /// A session that hangs on sshd, of which nothing was proven but this.
  std::string open_with(std::vector<EarnedProof> proofs, std::string user = "alice",
                        uid_t uid = 1000) {
    const auto opened =
        sessions.open({.user = std::move(user), .uid = uid, .service = "sshd", .anchor = kMonitor},
                      std::move(proofs));
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? opened->id : std::string();
  }
  std::vector<EarnedProof> proofs_of(const std::string& session) {
    return store.proofs_of(session).value_or(std::vector<EarnedProof>{});
  }
  Session stored(const std::string& id) {
    const auto found = store.sessions_named(id);
    EXPECT_TRUE(found && found->size() == 1) << id;
    return found && found->size() == 1 ? found->front() : Session{};
  }
  template <typename... Effects>
  void change(Effects... wanted) {
    std::vector<Effect> effects;
    (effects.emplace_back(std::move(wanted)), ...);
    EXPECT_EQ(store.commit(effects), CommitOutcome::committed);
  }

 private:
  pid_t last_pid_ = 4200;
};

}  // namespace usher::testing
