// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

class ManageTest : public LoginTest {
 protected:
  ManageTest() { host.add_user("bob", 1001); }

  Request change(std::string user, std::string operation, std::string label = "") const {
    Request wanted = request(std::move(user), Phase::manage);
    wanted.service = "usherctl";
    wanted.rhost.clear();
    wanted.manage = {.operation = std::move(operation), .label = std::move(label)};
    return wanted;
  }
  Request by(uid_t uid, Request wanted) const {
    wanted.caller.uid = uid;
    wanted.caller.trusted = false;
    return wanted;
  }
  void remove_code(std::string label) {
    std::vector<Effect> effects;
    effects.emplace_back(RemoveOtp{.user = "alice", .label = std::move(label)});
    EXPECT_EQ(store.commit(effects), CommitOutcome::committed);
  }
  /// Makes the code that the shown secret gives now, as an authenticator does.
  std::string code_of(std::string_view prompt) {
    const auto at = prompt.find("secret=");
    EXPECT_NE(at, std::string_view::npos) << prompt;
    const std::string_view base32 = prompt.substr(at + 7, prompt.find_first_of("&\n", at) - at - 7);
    const auto made = usher::code_of(seed_of(decode_base32(base32)), {},
                                     totp_step(clock.wall_microseconds(), {}));
    return made ? std::string(made->expose()) : "";
  }
  static std::string decode_base32(std::string_view text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string bytes;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const char c : text) {
      buffer = buffer << 5 | static_cast<unsigned>(alphabet.find(c));
      bits += 5;
      if (bits < 8) continue;
      bits -= 8;
      bytes += static_cast<char>(buffer >> bits & 0xff);
    }
    return bytes;
  }
};

TEST_F(ManageTest, RootSetsAPasswordAndItLogsIn) {
  ScriptedDialogue dialogue;
  dialogue.answer("a new password").answer("a new password");
  EXPECT_TRUE(run(change("alice", "password.set"), dialogue)->accepted);
  EXPECT_EQ(audit.last().kind, EventKind::credential_changed);
  EXPECT_TRUE(login("alice", "a new password", code()).accepted);
  EXPECT_FALSE(login("alice", kPassword, code(1)).accepted);
}

TEST_F(ManageTest, ATypoOrAShortPasswordChangesNothing) {
  ScriptedDialogue dialogue;
  dialogue.answer("a new password").answer("another password").answer("short").answer("");
  const auto verdict = run(change("alice", "password.set"), dialogue);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_NE(verdict->text, "");
  ASSERT_EQ(dialogue.told.size(), 2U);
  EXPECT_EQ(dialogue.told[0].style, PromptStyle::error);
  EXPECT_NE(dialogue.told[0].text.find("differ"), std::string::npos);
  EXPECT_NE(dialogue.told[1].text.find("at least 8"), std::string::npos);
  EXPECT_EQ(store.commits_asked(), 0);
}

TEST_F(ManageTest, TheThirdTryMaySucceed) {
  ScriptedDialogue dialogue;
  dialogue.answer("short").answer("a new password").answer("a typo");
  dialogue.answer("a new password").answer("a new password");
  EXPECT_TRUE(run(change("alice", "password.set"), dialogue)->accepted);
  EXPECT_TRUE(login("alice", "a new password", code()).accepted);
}

TEST_F(ManageTest, RootIsWarnedOfAPasswordThatNobodyElseMayChoose) {
  for (const char* weak : {"astronomical", "alice-alice"}) {
    ScriptedDialogue dialogue;
    dialogue.answer(weak).answer(weak);
    EXPECT_TRUE(run(change("alice", "password.set"), dialogue)->accepted) << weak;
    EXPECT_EQ(dialogue.told.size(), 1U);
  }
}

TEST_F(ManageTest, APersonChoosesNothingWeak) {
  for (const auto& [weak, why] :
       {std::pair{"astronomical", "dictionary"}, {"alice-alice", "name"}, {"elevenchars", "15"}}) {
    const bool alone = std::string_view(why) == "15";
    if (alone) remove_code("phone");
    ScriptedDialogue dialogue;
    dialogue.answer(std::string(kPassword));
    if (!alone) dialogue.answer(code());
    dialogue.answer(weak).answer("").answer("");
    EXPECT_FALSE(run(by(1000, change("alice", "password.set")), dialogue)->accepted) << weak;
    ASSERT_EQ(dialogue.told.size(), 2U);
    EXPECT_NE(dialogue.told[0].text.find(why), std::string::npos) << dialogue.told[0].text;
    clock.advance_seconds(30);
  }
}

TEST_F(ManageTest, EightCharactersDoWhereThereIsACode) {
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code()).answer("xk7-Qr2z").answer("xk7-Qr2z");
  EXPECT_TRUE(run(by(1000, change("alice", "password.set")), dialogue)->accepted);
}

TEST_F(ManageTest, NobodyGoesBackToAPasswordOfTheirs) {
  ports.new_passwords.history = 2;
  const auto attempt = [&](std::string_view now, const std::string& wanted, bool may) {
    ScriptedDialogue dialogue;
    dialogue.answer(std::string(now)).answer(code()).answer(wanted).answer(wanted);
    if (!may) dialogue.answer("").answer("");
    const bool accepted = run(by(1000, change("alice", "password.set")), dialogue)->accepted;
    clock.advance_seconds(30);
    return accepted;
  };
  const std::string original(kPassword);
  EXPECT_FALSE(attempt(original, original, false)) << "the present one";
  EXPECT_TRUE(attempt(original, "the second one", true));
  EXPECT_FALSE(attempt("the second one", original, false));
  EXPECT_TRUE(attempt("the second one", "the third one", true));
  EXPECT_FALSE(attempt("the third one", original, false));
  EXPECT_TRUE(attempt("the third one", "the fourth one", true));
  EXPECT_TRUE(attempt("the fourth one", original, true)) << "two are remembered";
  ports.new_passwords.history = 0;
  EXPECT_TRUE(attempt(original, "the fourth one", true)) << "none is remembered";
  EXPECT_FALSE(attempt("the fourth one", "the fourth one", false)) << "the present one";
}

TEST_F(ManageTest, RootHasSomebodyChangeTheirPassword) {
  Request wanted = change("alice", "password.set");
  wanted.manage.change_at_login = true;
  ScriptedDialogue dialogue;
  dialogue.answer("a new password").answer("a new password");
  EXPECT_TRUE(run(wanted, dialogue)->accepted);
  EXPECT_EQ(store.must_change_password("alice"), true);

  ScriptedDialogue again;
  again.answer("another password").answer("another password");
  EXPECT_TRUE(run(change("alice", "password.set"), again)->accepted);
  EXPECT_EQ(store.must_change_password("alice"), false);

  ScriptedDialogue none;
  EXPECT_TRUE(run(change("alice", "password.expire"), none)->accepted);
  EXPECT_EQ(store.must_change_password("alice"), true);
  EXPECT_TRUE(login("alice", "another password", code()).accepted) << "it still lets in";
  EXPECT_FALSE(run(change("bob", "password.expire"), none)->accepted) << "has none";
}

TEST_F(ManageTest, OnlyRootMakesAPasswordExpire) {
  ScriptedDialogue expiring;
  EXPECT_FALSE(run(by(1000, change("alice", "password.expire")), expiring)->accepted);
  clock.advance_seconds(30);
  Request wanted = by(1000, change("alice", "password.set"));
  wanted.manage.change_at_login = true;
  ScriptedDialogue setting;
  setting.answer(std::string(kPassword)).answer(code());
  EXPECT_FALSE(run(wanted, setting)->accepted);
  EXPECT_EQ(store.must_change_password("alice"), false);
}

TEST_F(ManageTest, ACodeIsEnrolledOnlyOnceItWasSeenToWork) {
  ScriptedDialogue dialogue;
  std::string confirming;
  dialogue.answer("000000").answer_with([&](std::string_view) {
    confirming = code_of(dialogue.asked[0].text);
    return confirming;
  });
  EXPECT_TRUE(run(change("bob", "otp.add"), dialogue)->accepted);
  ASSERT_EQ(store.list_otp("bob")->size(), 1U);
  EXPECT_EQ(store.list_otp("bob")->front().label, "default");
  ASSERT_EQ(dialogue.told.size(), 1U);
  EXPECT_NE(dialogue.told[0].text.find("█"), std::string::npos) << "no QR code";

  // The confirming code is spent with the enrolment.
  use_rules({rule("code", {{{Factor::otp}}})});
  ScriptedDialogue replay;
  replay.answer(confirming);
  EXPECT_FALSE(run(request("bob"), replay)->accepted);
}

TEST_F(ManageTest, ThreeWrongConfirmationsEnrolNothing) {
  ScriptedDialogue dialogue;
  dialogue.answer("000000").answer("").answer("not a code");
  EXPECT_FALSE(run(change("bob", "otp.add"), dialogue)->accepted);
  EXPECT_TRUE(store.list_otp("bob")->empty());
}

TEST_F(ManageTest, PlainEnrolmentDrawsNoQrCode) {
  Request wanted = change("bob", "otp.add", "laptop");
  wanted.manage.plain = true;
  ScriptedDialogue dialogue;
  dialogue.answer_with([&](std::string_view prompt) { return code_of(prompt); });
  EXPECT_TRUE(run(wanted, dialogue)->accepted);
  EXPECT_TRUE(dialogue.told.empty());
  EXPECT_EQ(store.list_otp("bob")->front().label, "laptop");
}

TEST_F(ManageTest, BadParametersAndLabelsAreRefusedBeforeASeedIsShown) {
  auto refused = [&](auto edit) {
    Request wanted = change("alice", "otp.add", "laptop");
    edit(wanted.manage);
    ScriptedDialogue dialogue;
    const auto verdict = run(wanted, dialogue);
    EXPECT_FALSE(verdict->accepted);
    EXPECT_NE(verdict->text, "");
  };
  refused([](ManageRequest& manage) { manage.algorithm = "MD5"; });
  refused([](ManageRequest& manage) { manage.digits = 5; });
  refused([](ManageRequest& manage) { manage.digits = 9; });
  refused([](ManageRequest& manage) { manage.period = 3601; });
  refused([](ManageRequest& manage) { manage.label = "phone"; });  // taken
  refused([](ManageRequest& manage) { manage.label = "a\nb"; });
}

TEST_F(ManageTest, ACodeIsRemovedByItsName) {
  ScriptedDialogue dialogue;
  EXPECT_TRUE(run(change("alice", "otp.remove", "phone"), dialogue)->accepted);
  EXPECT_TRUE(store.list_otp("alice")->empty());
  EXPECT_FALSE(run(change("alice", "otp.remove", "phone"), dialogue)->accepted);
}

TEST_F(ManageTest, UnknownOperationsAndAccountsAreRefused) {
  ScriptedDialogue dialogue;
  EXPECT_FALSE(run(change("alice", "password.unset"), dialogue)->accepted);
  EXPECT_FALSE(run(change("nobody-of-that-name", "password.set"), dialogue)->accepted);
}

TEST_F(ManageTest, APersonProvesPasswordAndCodeFirst) {
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code());
  EXPECT_TRUE(run(by(1000, change("alice", "otp.remove", "phone")), dialogue)->accepted);
  EXPECT_EQ(audit.last().held, (std::vector{Factor::password, Factor::otp}));
}

TEST_F(ManageTest, AStolenPasswordChangesNothing) {
  for (const char* operation : {"password.set", "otp.add", "otp.remove"}) {
    ScriptedDialogue dialogue;
    dialogue.answer(std::string(kPassword)).answer("000000");
    EXPECT_FALSE(run(by(1000, change("alice", operation, "phone")), dialogue)->accepted);
    EXPECT_EQ(audit.last().kind, EventKind::credential_refused);
  }
  EXPECT_EQ(store.commits_asked(), 0);
}

TEST_F(ManageTest, TheCodeThatProvedOneselfIsSpentWhateverFollows) {
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code()).answer("short").answer("").answer("");
  EXPECT_FALSE(run(by(1000, change("alice", "password.set")), dialogue)->accepted);
  EXPECT_FALSE(login("alice", kPassword, code()).accepted);
}

TEST_F(ManageTest, AnOpenPromptDoesNotUndoAnAdministratorsReset) {
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code());
  dialogue.answer("the thief's choice").answer_with([&](std::string_view) {
    set_password("the administrator's choice");
    return std::string("the thief's choice");
  });
  EXPECT_FALSE(run(by(1000, change("alice", "password.set")), dialogue)->accepted);
  EXPECT_TRUE(login("alice", "the administrator's choice", code(1)).accepted);
}

TEST_F(ManageTest, AProofOfLessThanTheOwnerHasByNowChangesNothing) {
  remove_code("phone");
  for (const std::string operation : {"password.set", "otp.add", "otp.remove"}) {
    ScriptedDialogue dialogue;
    dialogue.answer_with([&](std::string_view) {
      store.add_otp("alice", "new phone", seed_of(kSeed));
      return std::string(kPassword);
    });
    const auto verdict = run(by(1000, change("alice", operation, "new phone")), dialogue);
    EXPECT_FALSE(verdict->accepted) << operation;
    ASSERT_EQ(store.list_otp("alice")->size(), 1U) << operation;
    remove_code("new phone");
  }
}

TEST_F(ManageTest, APromptKeptOpenAfterTheProofChangesNothingOnceTheOwnerEnrolsACode) {
  remove_code("phone");
  ScriptedDialogue setting;
  setting.answer(std::string(kPassword)).answer("the thief's choice");
  setting.answer_with([&](std::string_view) {
    store.add_otp("alice", "new phone", seed_of(kSeed));
    return std::string("the thief's choice");
  });
  EXPECT_FALSE(run(by(1000, change("alice", "password.set")), setting)->accepted);
  EXPECT_TRUE(login("alice", kPassword, code()).accepted);

  remove_code("new phone");
  ScriptedDialogue adding;
  adding.answer(std::string(kPassword)).answer_with([&](std::string_view prompt) {
    store.add_otp("alice", "new phone", seed_of(kSeed));
    return code_of(prompt);
  });
  EXPECT_FALSE(run(by(1000, change("alice", "otp.add", "thief")), adding)->accepted);
  EXPECT_EQ(store.list_otp("alice")->size(), 1U);
}

TEST_F(ManageTest, ARenewedHashIsStillTheProvenPassword) {
  PasswordFactor dearer =
      std::move(*PasswordFactor::create(store, keeper, gate, {.memory_bytes = 16384, .passes = 1}));
  LoginPorts today{store, host,     clock,        audit,    keeper, dearer,
                   otp,   recovery, transactions, sessions, rules};
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code());
  EXPECT_TRUE(serve(by(1000, change("alice", "otp.remove", "phone")), dialogue, today)->accepted);
}

TEST_F(ManageTest, WhileTheStoreFailsAProofLooksLikeNone) {
  const auto attempt = [&](std::string_view with_password) {
    ScriptedDialogue dialogue;
    dialogue.answer(std::string(with_password)).answer(code());
    return *run(by(1000, change("alice", "otp.remove", "phone")), dialogue);
  };
  store.fail_commits(true);
  const VerdictResult right = attempt(kPassword);
  const VerdictResult wrong = attempt("wrong");
  EXPECT_EQ(right.pam_code, wrong.pam_code);
  EXPECT_EQ(right.text, wrong.text);
}

TEST_F(ManageTest, APasswordOfTheSystemIsProvenLikeOneOfUshers) {
  host.add_user("bob", 1001);
  store.add_otp("bob", "phone", seed_of(kSeed));
  keeper.set_entry("bob", "system password");
  const auto attempt = [&](std::string_view with_password, std::string with_code) {
    ScriptedDialogue dialogue;
    dialogue.answer(std::string(with_password)).answer(std::move(with_code));
    return run(by(1001, change("bob", "otp.remove", "phone")), dialogue)->accepted;
  };
  EXPECT_FALSE(attempt("a guess", code()));
  EXPECT_TRUE(attempt("system password", code()));

  ScriptedDialogue nothing;
  keeper.fail(true);
  EXPECT_FALSE(run(by(1001, change("bob", "otp.remove", "phone")), nothing)->accepted);
}

TEST_F(ManageTest, WhoHangsUpWithoutProvingAnythingLeavesNoLine) {
  ScriptedDialogue dialogue;
  dialogue.end(DialogueEnd::hung_up);
  EXPECT_FALSE(run(by(1000, change("alice", "password.set")), dialogue));
  EXPECT_TRUE(audit.events().empty());
}

TEST_F(ManageTest, WhoHasNothingToProveThemselvesWithAsksAnAdministrator) {
  ScriptedDialogue dialogue;
  const auto verdict = run(by(1001, change("bob", "password.set")), dialogue);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_NE(verdict->text.find("administrator"), std::string::npos);
}

TEST_F(ManageTest, NobodyChangesSomebodyElsesCredentials) {
  ScriptedDialogue dialogue;
  EXPECT_FALSE(run(by(1001, change("alice", "otp.remove", "phone")), dialogue)->accepted);
  EXPECT_EQ(audit.last().kind, EventKind::request_refused);
  EXPECT_EQ(store.list_otp("alice")->size(), 1U);
}

TEST_F(ManageTest, APeerWithoutAnAccountOrWithAFailedLookUpIsRefused) {
  ScriptedDialogue dialogue;
  EXPECT_FALSE(run(by(4242, change("alice", "otp.remove", "phone")), dialogue)->accepted);
  host.fail_lookups(true);
  EXPECT_FALSE(run(by(1000, change("alice", "otp.remove", "phone")), dialogue)->accepted);
}

TEST_F(ManageTest, OnlyRootSpeaksForALoginProgram) {
  for (const Phase phase : {Phase::authenticate, Phase::account, Phase::password,
                            Phase::open_session, Phase::close_session}) {
    ScriptedDialogue dialogue;
    EXPECT_FALSE(run(by(1000, request("alice", phase)), dialogue)->accepted);
    EXPECT_EQ(audit.last().kind, EventKind::request_refused);
    EXPECT_TRUE(dialogue.asked.empty());
  }
}

}  // namespace
}  // namespace usher::testing
