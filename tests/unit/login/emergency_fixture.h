// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/login/login_fixture.h"

namespace usher::testing {

/// Alice's machine with a help desk: ada (uid 1100), of its group, with a password and a code, and
/// bob (1001), who has lost his. The clock is the machine's, since the store goes by that.
class EmergencyTest : public LoginTest {
 protected:
  static constexpr uid_t kAda = 1100;
  static constexpr uid_t kBob = 1001;

  EmergencyTest() {
    clock.set_wall_seconds(std::time(nullptr) / 60 * 60);
    host.add_user("bob", kBob, {{"staff", 50}});
    host.add_user("ada", kAda, {{"helpdesk", 60}});
    host.add_user("root", 0);
    keeper.set_entry("bob", "bob's password");
    keeper.set_entry("ada", "ada's password");
    store.add_otp("ada", "phone", seed_of(kSeed));
    use({rule("password and code", {{{Factor::password}}, {{Factor::otp, Factor::recovery}}})});
  }

  void use(std::vector<Rule> wanted) {
    rules.replace({.rules = std::move(wanted), .admins = {.users = {}, .groups = {"helpdesk"}}});
  }
  Request change(std::string user, std::string operation) const {
    Request wanted = request(std::move(user), Phase::manage);
    wanted.service = "usherctl";
    wanted.rhost.clear();
    wanted.manage.operation = std::move(operation);
    return wanted;
  }
  static Request by(uid_t uid, Request wanted) {
    wanted.caller.uid = uid;
    wanted.caller.trusted = false;
    return wanted;
  }
  Request bypass_of(std::string user) const {
    Request wanted = change(std::move(user), "bypass.issue");
    wanted.manage.services = {"sshd"};
    return wanted;
  }
  /// The dialogue of ada, who proves herself; what follows is left to the test.
  void prove_ada(ScriptedDialogue& dialogue) { dialogue.answer("ada's password").answer(code()); }
  /// The secret of 24 characters in groups that a prompt shows.
  static std::string secret_in(const std::string& page) {
    const auto at = page.find("\n  ");
    return at == std::string::npos ? std::string() : page.substr(at + 3, 29);
  }
  /// Root lets one be made and takes it.
  std::string hand_out(const Request& wanted) {
    ScriptedDialogue dialogue;
    dialogue.answer("");
    const auto verdict = run(wanted, dialogue);
    EXPECT_TRUE(verdict && verdict->accepted) << (verdict ? verdict->reason : "");
    return dialogue.asked.empty() ? std::string() : secret_in(dialogue.asked.back().text);
  }
  VerdictResult log_in(const std::string& user, std::vector<std::string> answers,
                       const std::string& service = "sshd") {
    ScriptedDialogue dialogue;
    for (std::string& answer : answers) dialogue.answer(std::move(answer));
    Request wanted = request(user);
    wanted.service = service;
    return run(wanted, dialogue).value_or(VerdictResult{});
  }
  /// By sshd's password method, which has one field.
  VerdictResult log_in_by_one_field(const std::string& user, std::string whole) {
    ScriptedDialogue dialogue;
    dialogue.answer(std::move(whole));
    Request wanted = request(user);
    wanted.auth_info_set = false;
    return run(wanted, dialogue).value_or(VerdictResult{});
  }
  /// What is refused with nothing asked; the text says why.
  VerdictResult refused(const Request& wanted) {
    ScriptedDialogue dialogue;
    const VerdictResult verdict = run(wanted, dialogue).value_or(VerdictResult{});
    EXPECT_FALSE(verdict.accepted);
    return verdict;
  }
  std::vector<std::string> told(const std::string& user) {
    std::vector<std::string> texts;
    const auto notices = store.notices(user);
    EXPECT_TRUE(notices);
    for (const Notice& notice : *notices) texts.push_back(notice.text);
    return texts;
  }
  std::vector<LookupSecret> secrets_of(const std::string& user, LookupKind kind) {
    auto all = store.lookup_secrets(user);
    EXPECT_TRUE(all);
    std::erase_if(*all, [&](const LookupSecret& secret) { return secret.kind != kind; });
    return *all;
  }
};

}  // namespace usher::testing
