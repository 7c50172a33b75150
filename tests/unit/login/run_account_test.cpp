// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

class AccountTest : public LoginTest {
 protected:
  VerdictResult account(const Request& wanted) {
    ScriptedDialogue dialogue;
    return serve(wanted, dialogue, ports).value_or(VerdictResult{});
  }
  Request account_of(std::string user) const { return request(std::move(user), Phase::account); }
};

TEST_F(AccountTest, HonoursTheSuccessOfTheSameTransaction) {
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  EXPECT_TRUE(account(account_of("alice")).accepted);
}

TEST_F(AccountTest, ASuccessBelongsToItsProcessServiceAndPerson) {
  host.add_user("bob", 1001);
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);

  EXPECT_FALSE(account(account_of("bob")).accepted);
  Request other_process = account_of("alice");
  other_process.caller.pid = 4712;
  EXPECT_FALSE(account(other_process).accepted);
  Request recycled_pid = account_of("alice");
  recycled_pid.caller.start_time = 100;
  EXPECT_FALSE(account(recycled_pid).accepted);
  rules.replace({.rules = {password_and_code(), Rule{.name = "rest", .require = {{{Factor::otp}}}}},
                 .services = {.self_verifying = {"sshd", "other"}}});
  Request other_service = account_of("alice");
  other_service.service = "other";
  EXPECT_FALSE(account(other_service).accepted);
}

TEST_F(AccountTest, ASuccessServesOneAccountPhaseFromItsHost) {
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  Request from_elsewhere = account_of("alice");
  from_elsewhere.rhost = "192.0.2.8";
  EXPECT_FALSE(account(from_elsewhere).accepted);
  EXPECT_TRUE(account(account_of("alice")).accepted);
  EXPECT_FALSE(account(account_of("alice")).accepted);
}

TEST_F(AccountTest, ASuccessGrowsOld) {
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  clock.advance_seconds(301);
  EXPECT_FALSE(account(account_of("alice")).accepted);
}

TEST_F(AccountTest, AProcessWithoutAStartTimeHasNoTransaction) {
  caller.start_time = 0;
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  EXPECT_FALSE(account(account_of("alice")).accepted);
}

TEST_F(AccountTest, SshdAloneNeverSlipsPastARule) {
  const VerdictResult verdict = account(account_of("alice"));
  EXPECT_FALSE(verdict.accepted);
  EXPECT_EQ(verdict.pam_code, PAM_PERM_DENIED);
  EXPECT_EQ(audit.last().kind, EventKind::account_denied);
}

TEST_F(AccountTest, WhatAKeyCouldSatisfyIsLeftToTheSession) {
  use_rules({rule("a key", {{{Factor::publickey}}})});
  const VerdictResult verdict = account(account_of("alice"));
  EXPECT_TRUE(verdict.accepted);
  EXPECT_TRUE(audit.last().held.empty()) << "nothing was told yet";
}

TEST_F(AccountTest, AStrictRuleWantsTheTransactionsSuccessEverywhere) {
  Rule strict = password_and_code();
  strict.services = {"sudo"};
  strict.strict_account = true;
  use_rules({strict});
  Request sudo = account_of("alice");
  sudo.service = "sudo";
  EXPECT_FALSE(account(sudo).accepted);

  Request asking = request("alice");
  asking.service = "sudo";
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code());
  ASSERT_TRUE(run(asking, dialogue)->accepted);
  EXPECT_TRUE(account(sudo).accepted);
}

TEST_F(AccountTest, ElsewhereSkippingAuthenticationIsTheCallersRight) {
  Rule everywhere = password_and_code();
  everywhere.services.clear();
  use_rules({everywhere});
  Request sudo = account_of("alice");
  sudo.service = "sudo";
  EXPECT_TRUE(account(sudo).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::account_accepted);
}

TEST_F(AccountTest, ADenyRuleHoldsWhateverWasProven) {
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  Rule deny = rule("closed", {});
  deny.deny = true;
  use_rules({deny});
  EXPECT_FALSE(account(account_of("alice")).accepted);
}

TEST_F(AccountTest, UnknownPeopleAndFailedLookUpsAreDenied) {
  EXPECT_EQ(account(account_of("nobody-of-that-name")).pam_code, PAM_PERM_DENIED);
  host.fail_lookups(true);
  EXPECT_EQ(account(account_of("alice")).pam_code, PAM_SYSTEM_ERR);
}

TEST_F(AccountTest, AnAccountThatShadowClosesIsDeniedWhateverWasProven) {
  for (const AccountState state : {AccountState::locked, AccountState::account_expired}) {
    keeper.set_entry("alice", "system password", state);
    ASSERT_TRUE(login("alice", kPassword, code()).accepted);
    const VerdictResult verdict = account(account_of("alice"));
    EXPECT_FALSE(verdict.accepted);
    EXPECT_EQ(verdict.pam_code, PAM_ACCT_EXPIRED);
    clock.advance_seconds(30);
  }
  use_rules({rule("a key", {{{Factor::publickey}}})});
  EXPECT_EQ(account(account_of("alice")).pam_code, PAM_ACCT_EXPIRED) << "a key is stopped too";
}

TEST_F(AccountTest, APasswordToBeChangedIsSaidAndLetsIn) {
  host.add_user("bob", 1001);
  keeper.set_entry("bob", "system password", AccountState::must_change);
  use_rules({rule("a key", {{{Factor::publickey}}})});
  const VerdictResult verdict = account(account_of("bob"));
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(verdict.pam_code, PAM_NEW_AUTHTOK_REQD);
  keeper.set_entry("bob", "system password", AccountState::password_expired);
  EXPECT_EQ(account(account_of("bob")).pam_code, PAM_ACCT_EXPIRED);
}

TEST_F(AccountTest, TheAgeOfASystemPasswordConcernsNobodyWithOneOfUshers) {
  use_rules({rule("a key", {{{Factor::publickey}}})});
  for (const AccountState state : {AccountState::must_change, AccountState::password_expired}) {
    keeper.set_entry("alice", "system password", state);
    EXPECT_EQ(account(account_of("alice")).pam_code, PAM_SUCCESS);
  }
}

TEST_F(AccountTest, ADenialIsNotTurnedIntoAPasswordChange) {
  host.add_user("bob", 1001);
  keeper.set_entry("bob", "system password", AccountState::must_change);
  EXPECT_EQ(account(account_of("bob")).pam_code, PAM_PERM_DENIED);
}

TEST_F(AccountTest, ALockedPasswordKeepsPeopleOutAndJobsRunning) {
  keeper.set_entry("alice", "system password", AccountState::locked);
  Rule everywhere = password_and_code();
  everywhere.services.clear();
  use_rules({everywhere});
  Request job = account_of("alice");
  job.service = "cron";
  EXPECT_TRUE(account(job).accepted);
  keeper.set_entry("alice", "system password", AccountState::account_expired);
  EXPECT_FALSE(account(job).accepted);
}

TEST_F(AccountTest, ASilentKeeperKeepsOutWhomNothingElseVouchesFor) {
  host.add_user("bob", 1001);
  keeper.set_entry("bob", "system password");
  keeper.fail(true);
  Rule everywhere = password_and_code();
  everywhere.services.clear();
  use_rules({rule("a key", {{{Factor::publickey}}}), everywhere});
  EXPECT_EQ(account(account_of("bob")).pam_code, PAM_SYSTEM_ERR);
  Request job = account_of("bob");
  job.service = "cron";
  EXPECT_EQ(account(job).pam_code, PAM_SYSTEM_ERR);
  EXPECT_TRUE(account(account_of("alice")).accepted) << "has a password of Usher's own";
  EXPECT_TRUE(audit.last().reason.contains("could not be found out"));
}

TEST_F(AccountTest, WhomUsherHasJustAuthenticatedPassesWithASilentKeeper) {
  use_rules({rule("code", {{{Factor::otp}}})});
  host.add_user("bob", 1001);
  store.add_otp("bob", "phone", seed_of(kSeed));
  ScriptedDialogue dialogue;
  dialogue.answer(code());
  ASSERT_TRUE(run(request("bob"), dialogue)->accepted);
  keeper.configure(true);
  keeper.fail(true);
  EXPECT_TRUE(account(account_of("bob")).accepted);
}

TEST_F(AccountTest, AnUsherPasswordToBeChangedIsSaidToWhoeverLogsIn) {
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  expire_password("alice");
  const VerdictResult verdict = account(account_of("alice"));
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(verdict.pam_code, PAM_NEW_AUTHTOK_REQD);
  EXPECT_TRUE(audit.last().reason.contains("must be changed"));

  Rule everywhere = password_and_code();
  everywhere.services.clear();
  use_rules({everywhere});
  Request job = account_of("alice");
  job.service = "cron";
  EXPECT_EQ(account(job).pam_code, PAM_SUCCESS) << "nobody is there to change it";
  use_rules({rule("a key", {{{Factor::publickey}}})});
  EXPECT_EQ(account(account_of("alice")).pam_code, PAM_NEW_AUTHTOK_REQD) << "a key logs in too";
}

TEST_F(AccountTest, AScreenLockerIsNotToldOfAPasswordThatItCannotChange) {
  Rule everywhere = password_and_code();
  everywhere.services.clear();
  RuleSet set{.rules = {everywhere}};
  set.services.screen_lockers = {"xsecurelock"};
  rules.replace(std::move(set));
  Request locker = account_of("alice");
  locker.service = "xsecurelock";
  locker.rhost.clear();
  locker.caller.uid = 1000;
  locker.caller.trusted = false;
  Request proving = locker;
  proving.phase = Phase::authenticate;
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code());
  ASSERT_TRUE(run(proving, dialogue)->accepted);
  expire_password("alice");
  EXPECT_EQ(account(locker).pam_code, PAM_SUCCESS);
}

TEST_F(AccountTest, WhoeverWasHelpedInIsNotAskedForAnotherPassword) {
  expire_password("alice");
  for (const Factor given_out : {Factor::breakglass, Factor::bypass}) {
    transactions.succeeded(
        account_of("alice"),
        {.user = "alice",
         .at = clock.boot_microseconds(),
         .proofs = {{.user = "alice", .factor = given_out, .by = ProvenBy::usher}}});
    EXPECT_EQ(account(account_of("alice")).pam_code, PAM_SUCCESS);
  }
}

Request by_process(pid_t pid) {
  return {.service = "sshd", .caller = {.pid = pid, .start_time = 1}};
}

TEST(Transactions, ForgetTheOldestWhenFull) {
  Transactions transactions;
  transactions.succeeded(by_process(1), {.user = "alice", .at = 0});
  for (std::size_t i = 0; i < Transactions::kCapacity; ++i)
    transactions.succeeded(by_process(2), {.user = "alice", .at = 0});
  EXPECT_FALSE(transactions.take_for_account(by_process(1), "alice", 0));
  EXPECT_TRUE(transactions.take_for_account(by_process(2), "alice", 0));
}

TEST(Transactions, NothingIsTrueBeforeItHappened) {
  Transactions transactions;
  transactions.succeeded(by_process(1), {.user = "alice", .at = 1000});
  EXPECT_FALSE(transactions.take_for_account(by_process(1), "alice", 999));
}

}  // namespace
}  // namespace usher::testing
