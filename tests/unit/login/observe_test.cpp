// SPDX-License-Identifier: Apache-2.0
// Rules that only observe: nobody is asked, nothing comes of it, and the log says what would have.
#include <gmock/gmock.h>

#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class ObserveTest : public LoginTest {
 protected:
  ObserveTest() { use_rules({observed(password_and_code())}); }

  static Rule observed(Rule rule) {
    rule.observe = true;
    return rule;
  }
  /// A request to which nobody answers: one that asks anything ends without a verdict.
  VerdictResult unasked(const Request& wanted) {
    ScriptedDialogue nobody;
    const auto verdict = run(wanted, nobody);
    EXPECT_TRUE(verdict);
    return verdict.value_or(VerdictResult{});
  }
  void expect_observed(const Request& wanted) {
    const VerdictResult verdict = unasked(wanted);
    EXPECT_FALSE(verdict.accepted);
    EXPECT_TRUE(verdict.ignored);
    EXPECT_EQ(verdict.pam_code, PAM_IGNORE);
    EXPECT_EQ(verdict.text, "");
    EXPECT_EQ(audit.last().kind, EventKind::request_observed);
    ASSERT_TRUE(audit.last().judged);
    EXPECT_EQ(audit.last().judged->kind, Decision::Kind::observed);
  }
};

TEST_F(ObserveTest, EveryPhaseGoesOnAsIfUsherWereNotThere) {
  for (const Phase phase :
       {Phase::authenticate, Phase::account, Phase::open_session, Phase::password})
    expect_observed(request("alice", phase));
}

TEST_F(ObserveTest, SaysWhatWouldHaveBeenAsked) {
  expect_observed(request("alice"));
  EXPECT_EQ(audit.last().rule, "password and code");
  EXPECT_EQ(audit.last().judged->would, Decision::Kind::ask);
  EXPECT_EQ(audit.last().judged->missing.size(), 2U);
  EXPECT_TRUE(audit.last().judged->lacks.empty());
  EXPECT_TRUE(audit.last().asked.empty());
  EXPECT_THAT(audit.last().reason, HasSubstr("wants password and otp, but only observes"));
}

TEST_F(ObserveTest, SaysWhoHasNoCode) {
  host.add_user("bob", 1001);
  expect_observed(request("bob"));
  const std::vector<Requirement> expected = {{.any_of = {Factor::otp}}};
  EXPECT_EQ(audit.last().judged->lacks, expected);
}

TEST_F(ObserveTest, SaysWhoWouldHaveBeenDenied) {
  Rule denies = rule("nobody", {});
  denies.deny = true;
  denies.deny_text = "Not today.";
  use_rules({observed(denies)});
  expect_observed(request("alice"));
  EXPECT_EQ(audit.last().judged->would, Decision::Kind::denied);
}

/// What would satisfy the rule is no success either: the stack has still to ask.
TEST_F(ObserveTest, NeverLetsAnybodyIn) {
  use_rules({observed(rule("a key", {{{Factor::publickey}}}))});
  Request with_key = request("alice");
  with_key.proven = {{.factor = Factor::publickey, .by = ProvenBy::sshd}};
  expect_observed(with_key);
  EXPECT_EQ(audit.last().judged->would, Decision::Kind::satisfied);
  with_key.phase = Phase::open_session;
  expect_observed(with_key);
}

TEST_F(ObserveTest, LeavesNoSuccessBehindForLaterPhases) {
  expect_observed(request("alice"));
  Rule strict = password_and_code();
  strict.services = {"login"};
  strict.strict_account = true;
  use_rules({strict});
  Request account = request("alice", Phase::account);
  account.service = "login";
  EXPECT_FALSE(unasked(account).accepted);
}

/// A prompt of pam_unix's may stay open for days.
TEST_F(ObserveTest, WhatBeganObservedDoesNotEndUnderARuleThatCounts) {
  Rule login = password_and_code();
  login.services = {"login"};
  use_rules({observed(login)});
  Request wanted = request("alice");
  wanted.service = "login";
  expect_observed(wanted);
  use_rules({login});
  wanted.phase = Phase::account;
  EXPECT_FALSE(unasked(wanted).accepted);
  EXPECT_THAT(audit.last().reason, HasSubstr("only observed when it began"));

  Request other = wanted;  // which skipped authentication
  other.caller.pid = 4712;
  host.set_start_time(4712, 100);
  other.caller.start_time = 100;
  EXPECT_TRUE(unasked(other).accepted);

  wanted.phase = Phase::authenticate;
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code());
  ASSERT_TRUE(run(wanted, dialogue)->accepted);
  wanted.phase = Phase::account;
  EXPECT_TRUE(unasked(wanted).accepted);
  EXPECT_TRUE(unasked(wanted).accepted) << "as one that skipped authentication";
}

/// Somebody may start others until one is forgotten, if any is.
TEST_F(ObserveTest, NoLiveProcessThatBeganObservedIsForgotten) {
  Transactions remembered;
  const auto of_process = [&](pid_t pid) {
    Request wanted = request("alice");
    wanted.caller.pid = pid;
    wanted.caller.start_time = 7;
    return wanted;
  };
  constexpr pid_t kFirst = 10'000;
  constexpr pid_t kMany = 3 * Transactions::kFewObserved;
  for (pid_t pid = kFirst; pid < kFirst + kMany; ++pid) {
    if (pid % 2 == 0) host.set_start_time(pid, 7);  // the others are dead by now
    remembered.observed(of_process(pid), host);
  }
  for (pid_t pid = kFirst; pid < kFirst + kMany; pid += 2)
    ASSERT_TRUE(remembered.was_observed(of_process(pid))) << pid;
  EXPECT_FALSE(remembered.was_observed(of_process(kFirst + 1)));
}

/// Behind authentication, whom nobody knows is no stranger, but lost by a name service.
TEST_F(ObserveTest, WhoIsNotFoundComesNoFurtherThanAuthentication) {
  expect_observed(request("nobody"));
  EXPECT_FALSE(unasked(request("nobody", Phase::account)).ignored);
  EXPECT_FALSE(unasked(request("nobody", Phase::open_session)).ignored);
}

TEST_F(ObserveTest, StrangersAreObservedLikeEverybody) {
  expect_observed(request("nobody"));
  EXPECT_EQ(audit.last().person, "");
}

TEST_F(ObserveTest, RulesBelowAreNotAsked) {
  use_rules({observed(password_and_code()), rule("below", {{{Factor::password}}})});
  expect_observed(request("alice"));
}

/// Else whoever can make an answer unknowable, as with the name of a remote host, would be asked
/// for nothing.
TEST_F(ObserveTest, WhatIsNotKnownToBeMeantIsDenied) {
  Rule from = observed(password_and_code());
  from.from = {{.local = true, .network = {}, .spelling = "local"}};
  use_rules({from, rule("below", {{{Factor::password}}})});
  Request named = request("alice");
  named.rhost = "example.org";
  EXPECT_FALSE(unasked(named).ignored);
  EXPECT_EQ(audit.last().kind, EventKind::login_denied);
}

TEST_F(ObserveTest, AnAccountThatCannotBeLookedUpIsObservedWhereNoRuleAsksForIt) {
  host.fail_lookups(true);
  expect_observed(request("alice"));
  EXPECT_FALSE(audit.last().judged->person_known);
  expect_observed(request("alice", Phase::account));
  expect_observed(request("alice", Phase::open_session));
}

TEST_F(ObserveTest, AnAccountThatCannotBeLookedUpIsDeniedWhereARuleAsksForIt) {
  Rule mine = observed(password_and_code());
  mine.users = {"bob"};
  use_rules({mine, observed(rule("everybody", {{{Factor::password}}}))});
  host.fail_lookups(true);
  EXPECT_FALSE(unasked(request("alice")).ignored);
  mine.users.clear();
  mine.groups = {"staff"};
  use_rules({mine, observed(rule("everybody", {{{Factor::password}}}))});
  EXPECT_FALSE(unasked(request("alice")).ignored);
}

TEST_F(ObserveTest, AnAccountThatCannotBeLookedUpIsNeverLetInByARuleThatCounts) {
  use_rules({rule("a key", {{{Factor::publickey}}})});
  host.fail_lookups(true);
  Request with_key = request("alice");
  with_key.proven = {{.factor = Factor::publickey, .by = ProvenBy::sshd}};
  EXPECT_FALSE(unasked(with_key).accepted);
  with_key.phase = Phase::account;
  EXPECT_FALSE(unasked(with_key).accepted);
  with_key.phase = Phase::open_session;
  EXPECT_FALSE(unasked(with_key).accepted);
}

TEST_F(ObserveTest, AFullDiskKeepsNobodyOut) {
  audit.fail(true);
  EXPECT_TRUE(unasked(request("alice")).ignored);
}

}  // namespace
}  // namespace usher::testing
