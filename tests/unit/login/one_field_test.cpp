// SPDX-License-Identifier: Apache-2.0
// Password and code in one answer.
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

class OneFieldTest : public LoginTest {
 protected:
  /// The only prompt is answered with `whole`.
  VerdictResult answer_in_one(const Request& wanted, std::string whole) {
    ScriptedDialogue dialogue;
    dialogue.answer(std::move(whole));
    const auto verdict = run(wanted, dialogue);
    EXPECT_EQ(dialogue.asked.size(), 1U);
    if (!dialogue.asked.empty()) {
      EXPECT_EQ(dialogue.asked[0].text, "Password and one-time code: ");
      EXPECT_EQ(dialogue.asked[0].purpose, PromptPurpose::password);
      EXPECT_EQ(dialogue.asked[0].style, PromptStyle::hidden);
    }
    return verdict.value_or(VerdictResult{});
  }
  /// sshd's password method: it does not say what it verified.
  Request password_method(std::string user = "alice") const {
    Request wanted = request(std::move(user));
    wanted.auth_info_set = false;
    return wanted;
  }
  std::string password_and(const std::string& more) const { return std::string(kPassword) + more; }
};

TEST_F(OneFieldTest, SshdsPasswordMethodIsAskedOnce) {
  const VerdictResult verdict = answer_in_one(password_method(), password_and(code()));
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(verdict.password_length, kPassword.size()) << "PAM_AUTHTOK is the password alone";
}

TEST_F(OneFieldTest, ARuleOrTheListOfProgramsAsksForIt) {
  Rule combined = password_and_code();
  combined.prompt = PromptLayout::combined;
  use_rules({combined});
  EXPECT_TRUE(answer_in_one(request("alice"), password_and(code())).accepted);

  rules.replace({.rules = {password_and_code()}, .services = {.one_field = {"sshd"}}});
  EXPECT_TRUE(answer_in_one(request("alice"), password_and(code(1))).accepted);
}

TEST_F(OneFieldTest, BothPartsHaveToHold) {
  EXPECT_FALSE(answer_in_one(password_method(), "wrong horse" + code()).accepted);
  EXPECT_FALSE(answer_in_one(password_method(), password_and("000000")).accepted);
  EXPECT_FALSE(answer_in_one(password_method(), std::string(kPassword)).accepted);
  EXPECT_FALSE(answer_in_one(password_method(), code()).accepted);
  EXPECT_FALSE(answer_in_one(password_method(), code() + std::string(kPassword)).accepted);
  EXPECT_FALSE(answer_in_one(password_method(), "").accepted);
  EXPECT_EQ(store.last_step_of(code_id), std::nullopt) << "nothing was spent";
}

TEST_F(OneFieldTest, ACodeInOneFieldIsSpentLikeAnyOther) {
  const std::string whole = password_and(code());
  EXPECT_TRUE(answer_in_one(password_method(), whole).accepted);
  EXPECT_FALSE(answer_in_one(password_method(), whole).accepted);
}

TEST_F(OneFieldTest, TheEndIsAsLongAsTheCodesThatAreEnrolled) {
  const OtpParameters eight{.digits = 8};
  store.add_otp("alice", "phone", seed_of(kSeed), eight);
  const auto made = code_of(seed_of(kSeed), eight, totp_step(clock.wall_microseconds(), eight));
  ASSERT_TRUE(made);
  EXPECT_TRUE(answer_in_one(password_method(), password_and(std::string(made->expose()))).accepted);
}

TEST_F(OneFieldTest, AnAnswerIsTakenApartInOneWayOnly) {
  // Its last six characters are the code; that the password is right with more of them is no match.
  set_password(password_and("12"));
  EXPECT_FALSE(answer_in_one(password_method(), password_and(code())).accepted);
  EXPECT_TRUE(answer_in_one(password_method(), password_and("12" + code())).accepted);
}

TEST_F(OneFieldTest, WhoDoesNotExistIsAskedTheSame) {
  EXPECT_FALSE(
      answer_in_one(password_method("nobody-of-that-name"), password_and(code())).accepted);
}

TEST_F(OneFieldTest, TheSameAnswerToTwoPromptsIsTakenApartToo) {
  const std::string whole = password_and(code());
  EXPECT_TRUE(login("alice", whole, whole).accepted);
}

TEST_F(OneFieldTest, OneMissingFactorIsOnePromptOfItsOwn) {
  use_rules({rule("code", {{{Factor::otp}}})});
  ScriptedDialogue dialogue;
  dialogue.answer(code());
  EXPECT_TRUE(run(password_method(), dialogue)->accepted);
  EXPECT_EQ(dialogue.asked.at(0).text, "One-time code: ");
}

TEST_F(OneFieldTest, AnUnreadableStoreDenies) {
  ScriptedDialogue dialogue;
  dialogue.answer_with([&](std::string_view) {
    store.fail_reads(true);
    return password_and("123456");
  });
  const auto verdict = run(password_method(), dialogue);
  EXPECT_FALSE(verdict->accepted);
}

}  // namespace
}  // namespace usher::testing
