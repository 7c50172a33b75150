// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/login_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <stdexcept>
#include <vector>

#include "tests/unit/server/login_server_fixture.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class LoginServerTest : public LoginServerFixture {};

TEST_F(LoginServerTest, CarriesADialogueToASealedSuccess) {
  start(ask_once);
  TestModule module = this->module();
  ASSERT_TRUE(module.open());
  ASSERT_TRUE(module.expect<Prompt>());
  ASSERT_TRUE(module.answer("right"));
  const auto verdict = module.expect<Verdict>();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->seal, Seal::success);
  EXPECT_EQ(verdict->pam_code, std::uint32_t{PAM_SUCCESS});
  EXPECT_EQ(verdict->password_length, 5U);
  ASSERT_TRUE(stop());
  EXPECT_EQ(counters_.accepted, 1U);
  EXPECT_EQ(counters_.denied, 0U);
  EXPECT_EQ(counters_.dialogues_now, 0U);
  EXPECT_TRUE(audit_.events().empty());  // verdicts are the login room's to audit
}

TEST_F(LoginServerTest, SealsADenialAsOne) {
  start(ask_once);
  TestModule module = this->module();
  ASSERT_TRUE(module.open());
  ASSERT_TRUE(module.expect<Prompt>());
  ASSERT_TRUE(module.answer("wrong"));
  const auto verdict = module.expect<Verdict>();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->seal, Seal::denied);
  EXPECT_EQ(verdict->pam_code, std::uint32_t{PAM_AUTH_ERR});
  ASSERT_TRUE(stop());
  EXPECT_EQ(counters_.denied, 1U);
}

TEST_F(LoginServerTest, TakesAVerdictThatContradictsItselfForADenial) {
  VerdictResult contradictions[4];
  contradictions[0].accepted = true;  // with PAM_AUTH_ERR
  contradictions[1].pam_code = PAM_SUCCESS;
  contradictions[2].pam_code = -1;
  contradictions[3].accepted = true;
  contradictions[3].pam_code = PAM_IGNORE;
  start([&](const Request& request, Dialogue&) -> std::optional<VerdictResult> {
    return contradictions[request.user[0] - '0'];
  });
  for (const char* user : {"0", "1", "2", "3"}) {
    TestModule module = this->module();
    ASSERT_TRUE(module.open(user));
    const auto verdict = module.expect<Verdict>();
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->seal, Seal::denied);
    EXPECT_EQ(verdict->pam_code, std::uint32_t{PAM_SYSTEM_ERR});
  }
}

TEST_F(LoginServerTest, KnowsTheCallerFromTheKernelAndTheHost) {
  host_.set_start_time(::getpid(), 4711);
  std::promise<Request> seen;
  start([&](const Request& request, Dialogue&) -> std::optional<VerdictResult> {
    seen.set_value(request);
    return VerdictResult::deny(PAM_AUTH_ERR, "seen");
  });
  TestModule module = this->module();
  ASSERT_TRUE(module.open("alice", "192.0.2.7"));
  const Request request = seen.get_future().get();
  EXPECT_EQ(request.caller.pid, ::getpid());
  EXPECT_EQ(request.caller.uid, ::getuid());
  EXPECT_EQ(request.caller.gid, ::getgid());
  EXPECT_EQ(request.caller.start_time, 4711U);
  EXPECT_TRUE(request.caller.trusted);
  EXPECT_EQ(request.user, "alice");
  EXPECT_EQ(request.rhost, "192.0.2.7");
  EXPECT_EQ(request.tty, "tty1");
}

TEST_F(LoginServerTest, AnswersAnExceptionWithADenial) {
  start([](const Request&, Dialogue&) -> std::optional<VerdictResult> {
    throw std::runtime_error("expected by this test");
  });
  TestModule module = this->module();
  ASSERT_TRUE(module.open());
  const auto verdict = module.expect<Verdict>();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->seal, Seal::denied);
}

TEST_F(LoginServerTest, DropsATextThatDoesNotFitRatherThanTheVerdict) {
  start([](const Request&, Dialogue&) -> std::optional<VerdictResult> {
    return VerdictResult::deny(PAM_AUTH_ERR, "", std::string(kMaxText + 1, 'x'));
  });
  TestModule module = this->module();
  ASSERT_TRUE(module.open());
  const auto verdict = module.expect<Verdict>();
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->text.empty());
}

TEST_F(LoginServerTest, TellsModulesThatWaitForAPersonToComeBack) {
  start(ask_once);
  TestModule module = this->module();
  ASSERT_TRUE(module.open());
  ASSERT_TRUE(module.expect<Prompt>());
  auto stopped = std::async(std::launch::async, [this] { return stop(); });
  EXPECT_TRUE(module.expect<Restart>());
  EXPECT_TRUE(stopped.get());
}

TEST_F(LoginServerTest, TellsAModuleToComeBackOnlyOnceNobodyIsAcceptedHere) {
  start(ask_once);
  TestModule module = this->module();
  ASSERT_TRUE(module.open());
  ASSERT_TRUE(module.expect<Prompt>());
  auto stopped = std::async(std::launch::async, [this] { return stop(); });
  ASSERT_TRUE(module.expect<Restart>());
  EXPECT_FALSE(connect_to(directory_.socket()).valid());
  EXPECT_TRUE(stopped.get());
}

TEST_F(LoginServerTest, TellsAModuleThatHasNotBegunToComeBack) {
  start(ask_once);
  TestModule module = this->module();
  ASSERT_TRUE(module.greet());
  EXPECT_TRUE(stop());
  EXPECT_TRUE(module.expect<Restart>());
}

TEST_F(LoginServerTest, LetsARequestPastItsLastAnswerFinish) {
  std::latch computing(1);
  std::latch go_on(1);
  start([&](const Request& request, Dialogue& dialogue) {
    auto verdict = ask_once(request, dialogue);
    computing.count_down();
    go_on.wait();
    return verdict;
  });
  TestModule module = this->module();
  ASSERT_TRUE(module.open());
  ASSERT_TRUE(module.expect<Prompt>());
  ASSERT_TRUE(module.answer("right"));
  computing.wait();
  server_->stop_accepting();
  stop_.raise();
  EXPECT_FALSE(server_->drain(Deadline::after(0)));
  go_on.count_down();
  const auto verdict = module.expect<Verdict>();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->seal, Seal::success);
}

TEST_F(LoginServerTest, RefusesARemoteHostOverItsShareAndAuditsThat) {
  start(ask_once);
  TestModule first = module();
  TestModule second = module();
  ASSERT_TRUE(first.open("alice", "192.0.2.7") && first.expect<Prompt>());
  ASSERT_TRUE(second.open("alice", "::ffff:192.0.2.7") && second.expect<Prompt>());
  TestModule third = module();
  ASSERT_TRUE(third.open("alice", "192.0.2.7"));
  const auto verdict = third.expect<Verdict>();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->seal, Seal::denied);
  EXPECT_EQ(verdict->pam_code, std::uint32_t{PAM_SYSTEM_ERR});
  ASSERT_EQ(audit_.events().size(), 1U);
  EXPECT_EQ(audit_.last().kind, EventKind::request_refused);
  EXPECT_EQ(audit_.last().request.rhost, "192.0.2.7");

  TestModule other = module();
  ASSERT_TRUE(other.open("alice", "192.0.2.8"));
  EXPECT_TRUE(other.expect<Prompt>());
}

TEST_F(LoginServerTest, GivesARemoteHostItsPlaceBackWhenTheDialogueEnds) {
  start(ask_once);
  for (int i = 0; i < 5; ++i) {
    TestModule module = this->module();
    ASSERT_TRUE(module.open("alice", "192.0.2.7"));
    ASSERT_TRUE(module.expect<Prompt>());
    ASSERT_TRUE(module.answer("wrong"));
    ASSERT_TRUE(module.expect<Verdict>());
    EXPECT_TRUE(is_closed_by_peer(module.descriptor()));
  }
}

TEST_F(LoginServerTest, KeepsAShareForTheConsoleWhateverRemoteHostsDo) {
  LoginSocketPlan crowded = plan();
  crowded.limits = {.total = 4, .per_outsider = 4, .reserved_for_root = 2};
  start(crowded, ask_once);
  std::vector<TestModule> remote;
  for (const char* host : {"192.0.2.1", "192.0.2.2"}) {
    remote.push_back(module());
    ASSERT_TRUE(remote.back().open("alice", host) && remote.back().expect<Prompt>());
  }
  TestModule third = module();
  ASSERT_TRUE(third.open("alice", "192.0.2.3"));
  EXPECT_TRUE(third.expect<Verdict>());
  TestModule console = module();
  ASSERT_TRUE(console.open("root"));
  EXPECT_TRUE(console.expect<Prompt>());
}

TEST_F(LoginServerTest, KeepsRootsShareWhateverPeopleAndRemoteHostsDoTogether) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root, for whose programs others may stand";
  LoginSocketPlan crowded = plan();
  crowded.limits = {.total = 4, .per_outsider = 4, .reserved_for_root = 2};
  start(crowded, ask_once);
  TestModule remote = module();
  ASSERT_TRUE(remote.open("alice", "192.0.2.1") && remote.expect<Prompt>());
  host_.set_real_uid(::getpid(), 65534);
  TestModule person = module();
  ASSERT_TRUE(person.open("root") && person.expect<Prompt>());
  EXPECT_FALSE(module().greet());
  host_.set_real_uid(::getpid(), 0);
  TestModule another = module();
  ASSERT_TRUE(another.open("alice", "192.0.2.2"));
  EXPECT_TRUE(another.expect<Verdict>());
  TestModule console = module();
  ASSERT_TRUE(console.open("root"));
  EXPECT_TRUE(console.expect<Prompt>());
}

TEST_F(LoginServerTest, RefusesARequestThatNoHonestCallerSends) {
  start(ask_once);
  TestModule module = this->module();
  ASSERT_TRUE(module.open("alice", "two words"));
  const auto verdict = module.expect<Verdict>();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->seal, Seal::denied);
  EXPECT_THAT(audit_.last().reason, HasSubstr("not plain text"));
}

}  // namespace
}  // namespace usher::testing
