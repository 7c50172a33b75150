// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <security/pam_appl.h>

#include <string>
#include <vector>

#include "tests/fakes/fake_daemon.h"
#include "tests/module/captured_log.h"
#include "tests/module/pam_stack.h"
#include "tests/module/watched_wipes.h"

namespace usher::testing {
namespace {

class Conversation : public ::testing::Test {
 protected:
  void SetUp() override { clear_log(); }
  /// One prompt, one reply that must end the dialogue, one line in the log.
  static void expect_refusal(const Person::Reply& reply, std::string_view log_part) {
    clear_log();
    const FakeDaemon daemon({begins(), says(kPassword), hears<Cancel>()});
    Person person;
    person.replies(reply);
    EXPECT_EQ(authenticate(daemon.path(), person), PAM_AUTH_ERR) << log_part;
    EXPECT_EQ(logged_with(log_part), 1) << log_part;
    EXPECT_EQ(logged().size(), 1U) << log_part;
  }
};

TEST_F(Conversation, ShowsEachStyleAsPamKnowsIt) {
  const FakeDaemon daemon(
      {begins(), says(Prompt{.style = PromptStyle::info, .text = "hello"}), hears_answer(""),
       says(Prompt{.style = PromptStyle::error, .text = "beware"}), hears_answer(""),
       says(Prompt{.style = PromptStyle::hidden, .text = "Secret: "}), hears_answer("one"),
       says(Prompt{.style = PromptStyle::visible, .text = "Code: "}), hears_answer("two"),
       says(kSuccess)});
  Person person;
  person.types("one").types("two");
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_SUCCESS);
  EXPECT_EQ(person.shown(), (std::vector<Person::Shown>{{PAM_TEXT_INFO, "hello"},
                                                        {PAM_ERROR_MSG, "beware"},
                                                        {PAM_PROMPT_ECHO_OFF, "Secret: "},
                                                        {PAM_PROMPT_ECHO_ON, "Code: "}}));
}

TEST_F(Conversation, KeepsQuietUnderPamSilentButAsks) {
  const FakeDaemon daemon(
      {begins(), says(Prompt{.style = PromptStyle::info, .text = "hello"}), hears_answer(""),
       says(Prompt{.style = PromptStyle::error, .text = "beware"}), hears_answer(""),
       says(kPassword), hears_answer("horse"),
       says(Verdict{.seal = Seal::success, .pam_code = PAM_SUCCESS, .text = "welcome"})});
  Person person;
  person.types("horse");
  EXPECT_EQ(authenticate(daemon.path(), person, "", static_cast<int>(PAM_SILENT)), PAM_SUCCESS);
  EXPECT_EQ(person.shown(), (std::vector<Person::Shown>{{PAM_PROMPT_ECHO_OFF, "Password: "}}));
}

TEST_F(Conversation, ShowsTheTextOfTheVerdict) {
  for (const bool success : {true, false}) {
    const FakeDaemon daemon(
        {begins(), says(Verdict{.seal = success ? Seal::success : Seal::denied,
                                .pam_code = success ? 0U : std::uint32_t{PAM_AUTH_ERR},
                                .text = "so it is"})});
    Person person;
    EXPECT_EQ(authenticate(daemon.path(), person), success ? PAM_SUCCESS : PAM_AUTH_ERR);
    EXPECT_EQ(person.shown(),
              (std::vector<Person::Shown>{{success ? PAM_TEXT_INFO : PAM_ERROR_MSG, "so it is"}}));
  }
}

TEST_F(Conversation, ShowsTheLongestTextWhole) {
  const std::string text(kMaxText, 'p');
  const FakeDaemon daemon({begins(), says(Prompt{.style = PromptStyle::visible, .text = text}),
                           hears_answer("x"), says(kSuccess)});
  Person person;
  person.types("x");
  EXPECT_EQ(authenticate(daemon.path(), person), PAM_SUCCESS);
  EXPECT_EQ(person.shown().at(0).text, text);
}

TEST_F(Conversation, PassesOnAnyBytes) {
  for (const std::string& answer : {std::string(), std::string("\xff\xfe\x80"),
                                    std::string("\n\x1b[2J"), std::string(kMaxSecret, 'x')}) {
    const FakeDaemon daemon({begins(), says(kPassword), hears_answer(answer), says(kSuccess)});
    Person person;
    person.types(answer);
    EXPECT_EQ(authenticate(daemon.path(), person), PAM_SUCCESS);
  }
}

TEST_F(Conversation, RefusesAnAnswerOverTheLimitAndSaysNothingOfIt) {
  expect_refusal({.text = std::string(kMaxSecret + 1, 'x')}, "over 1024 bytes");
  expect_refusal({.text = std::string(100'000, 'x')}, "over 1024 bytes");
  EXPECT_EQ(logged_with("xxx"), 0);
}

TEST_F(Conversation, RefusesWhereTheProgramFailed) {
  for (const int code : {PAM_CONV_ERR, PAM_CONV_AGAIN, PAM_BUF_ERR, PAM_ABORT, 4711})
    expect_refusal({.code = code, .with_response = false}, "the conversation ended with");
}

TEST_F(Conversation, RefusesANullResponse) {
  expect_refusal({.with_response = false}, "no answer");
  expect_refusal({.with_response = true}, "no answer");
}

TEST_F(Conversation, AFailureWithAnAnswerIsStillAFailure) {
  expect_refusal({.code = PAM_CONV_ERR, .text = "horse"}, "the conversation ended with");
}

TEST_F(Conversation, RefusesWithoutAConversationFunction) {
  const FakeDaemon daemon({begins(), says(kPassword), hears<Cancel>()});
  const pam_conv none{.conv = nullptr, .appdata_ptr = nullptr};
  const PamStack stack({usher_line(daemon.path())}, none);
  EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_AUTH_ERR);
  EXPECT_EQ(logged_with("no conversation function"), 1);
}

TEST_F(Conversation, WipesEveryAnswerWhole) {
  struct Case {
    Person::Reply reply;
    std::size_t size;
    bool taken;
  };
  const std::vector<Case> cases = {
      {{.text = "correct horse"}, 13, true},
      {{.text = std::string(5000, 'x')}, 5000, false},
      {{.code = PAM_CONV_ERR, .text = "correct horse"}, 13, false},
  };
  for (const auto& [reply, size, taken] : cases) {
    const FakeDaemon daemon(
        taken ? std::vector{begins(), says(kPassword), hears_answer(*reply.text), says(kSuccess)}
              : std::vector{begins(), says(kPassword), hears<Cancel>()});
    Person person;
    person.replies(reply);
    EXPECT_EQ(authenticate(daemon.path(), person), taken ? PAM_SUCCESS : PAM_AUTH_ERR);
    EXPECT_EQ(take_wiped(person.last_response()), size);
  }
}

TEST_F(Conversation, ATextThatCouldNotBeShownChangesNothing) {
  const FakeDaemon daemon({begins(), says(Prompt{.style = PromptStyle::info, .text = "hello"}),
                           hears_answer(""), says(kSuccess)});
  const pam_conv deaf{
      .conv = [](int, const pam_message**, pam_response**, void*) { return PAM_CONV_ERR; },
      .appdata_ptr = nullptr};
  const PamStack stack({usher_line(daemon.path())}, deaf);
  EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_SUCCESS);
}

}  // namespace
}  // namespace usher::testing
