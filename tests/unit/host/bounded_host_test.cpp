// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/bounded_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/unit/host/stuck_host.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kAtOnce = 1;          // too soon for what hangs
constexpr std::int64_t kNeverHere = 60'000;  // later than any test takes

/// Waits for what another thread is about to bring about.
template <typename Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

class BoundedHostTest : public ::testing::Test {
 protected:
  BoundedHostTest() {
    inner_->machine.add_user("alice", 1000, {{"staff", 50}});
    inner_->machine.add_user("stuck", 2000);
    inner_->machine.add_user("root", 0, {{"root", 0}});
    inner_->machine.add_group("stuck group", {.gid = 60, .members = {"alice"}});
    inner_->machine.add_group("wheel", {.gid = 10, .members = {"alice"}});
  }
  ~BoundedHostTest() override {
    inner_->release();
    host_.reset();
    // Threads that hung have ended: no test leaves one behind for the next.
    wait_until([this] { return inner_.use_count() == 1; });
  }
  BoundedHost& host(NameServiceBounds bounds) {
    host_.emplace(inner_, clock_, bounds);
    return *host_;
  }
  BoundedHost& patient_host() { return host({.milliseconds = kNeverHere}); }

  FakeClock clock_;
  std::shared_ptr<StuckHost> inner_ = std::make_shared<StuckHost>();
  std::optional<BoundedHost> host_;
};

TEST_F(BoundedHostTest, AnswersAsTheInnerHostDoes) {
  BoundedHost& host = patient_host();
  const auto alice = host.find_user("alice");
  ASSERT_TRUE(alice && *alice);
  EXPECT_EQ((*alice)->uid, 1000U);
  const auto by_uid = host.find_user(uid_t{1000});
  ASSERT_TRUE(by_uid && *by_uid);
  EXPECT_EQ((*by_uid)->name, "alice");
  const auto nobody = host.find_user("nobody-here");
  ASSERT_TRUE(nobody);
  EXPECT_FALSE(*nobody);
  const auto wheel = host.find_group("wheel");
  ASSERT_TRUE(wheel && *wheel);
  EXPECT_EQ((*wheel)->gid, 10U);
  const auto none = host.find_group("no-such-group");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST_F(BoundedHostTest, WhatIsNoLookUpGoesStraightThroughWithoutAThread) {
  inner_->machine.set_start_time(42, 99);
  inner_->machine.set_real_uid(42, 7);
  inner_->machine.set_parent(42, {.pid = 41, .start_time = 98});
  BoundedHost& host = patient_host();
  EXPECT_EQ(host.peer_of(-1, 42).start_time, 99U);
  EXPECT_TRUE(host.is_there({.pid = 42, .start_time = 99}));
  EXPECT_EQ(host.boot_id(), inner_->machine.boot_id());
  EXPECT_EQ(host.real_uid_of(42), 7U);
  EXPECT_EQ(host.parent_of({.pid = 42, .start_time = 99}).pid, 41);
  EXPECT_EQ(host.machine_name(), "testbed");
  EXPECT_EQ(host.workers(), 0U);
}

TEST_F(BoundedHostTest, AnErrorOfTheNameServicesStaysOne) {
  inner_->machine.fail_lookups(true);
  BoundedHost& host = patient_host();
  const auto found = host.find_user("alice");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("the fake name service is down"));
}

TEST_F(BoundedHostTest, ALookUpThatHangsIsAnErrorOnceTheTimeIsUp) {
  BoundedHost& host = this->host({.milliseconds = kAtOnce});
  EXPECT_FALSE(host.find_user("stuck"));
  EXPECT_FALSE(host.find_user(StuckHost::kStuckUid));
  EXPECT_FALSE(host.find_group("stuck group"));
}

TEST_F(BoundedHostTest, AHungLookUpIsNotAskedAgainWhileItHangs) {
  BoundedHost& host = this->host({.milliseconds = kAtOnce, .account_workers = 2});
  while (inner_->times_asked("stuck") == 0) EXPECT_FALSE(host.find_user("stuck"));
  ASSERT_TRUE(inner_->comes_to_hang(1));
  for (int i = 0; i < 5; ++i) {
    const auto found = host.find_user("stuck");
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message, HasSubstr("did not answer within 0.001 s"));
  }
  EXPECT_EQ(inner_->times_asked("stuck"), 1U);
}

TEST_F(BoundedHostTest, EqualLookUpsAtOneTimeShareOneQuestion) {
  BoundedHost& host = patient_host();
  const auto ask = [&host] { return host.find_user("stuck"); };
  auto first = std::async(std::launch::async, ask);
  auto second = std::async(std::launch::async, ask);
  wait_until([&host] { return host.waiting() == 2; });
  ASSERT_TRUE(inner_->comes_to_hang(1));
  inner_->release();
  for (auto* const asker : {&first, &second}) {
    const auto found = asker->get();
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->uid, 2000U);
  }
  EXPECT_EQ(inner_->times_asked("stuck"), 1U);
  EXPECT_EQ(host.workers(), 1U);
}

TEST_F(BoundedHostTest, AnIdleThreadIsUsedAgain) {
  BoundedHost& host = patient_host();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(host.find_user("alice"));
  EXPECT_EQ(inner_->times_asked("alice"), 3U);  // and an account is never remembered
  EXPECT_EQ(host.workers(), 1U);
}

TEST_F(BoundedHostTest, WhereAllThreadsHangTheNextIsRefusedAndNeverFoundMissing) {
  BoundedHost& host = this->host({.milliseconds = kAtOnce, .account_workers = 1});
  while (inner_->times_asked("stuck") == 0) EXPECT_FALSE(host.find_user("stuck"));
  const auto refused = host.find_user("alice");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("too many look-ups wait"));
  EXPECT_EQ(inner_->times_asked("alice"), 0U);
  EXPECT_EQ(host.workers(), 1U);
}

TEST_F(BoundedHostTest, WhoWaitsForAThreadGetsTheOneThatComesFree) {
  BoundedHost& host = this->host({.milliseconds = kNeverHere, .account_workers = 1});
  auto first = std::async(std::launch::async, [&host] { return host.find_user("stuck"); });
  ASSERT_TRUE(inner_->comes_to_hang(1));
  auto second = std::async(std::launch::async, [&host] { return host.find_user("alice"); });
  wait_until([&host] { return host.waiting() == 2; });
  EXPECT_EQ(inner_->times_asked("alice"), 0U);
  inner_->release();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(host.workers(), 1U);
}

TEST_F(BoundedHostTest, RootAndGroupsAreFoundWhileAllThreadsForAccountsHang) {
  BoundedHost& host = this->host({.milliseconds = kNeverHere, .account_workers = 1});
  auto hung = std::async(std::launch::async, [&host] { return host.find_user("stuck"); });
  ASSERT_TRUE(inner_->comes_to_hang(1));
  EXPECT_TRUE(host.find_user("root"));
  EXPECT_TRUE(host.find_user(uid_t{0}));
  EXPECT_TRUE(host.find_group("wheel"));
  inner_->release();
  EXPECT_TRUE(hung.get());
}

TEST_F(BoundedHostTest, AllGroupsOfOneRequestAreAskedForAtOnceAndAnsweredInOrder) {
  inner_->machine.add_group("stuck too", {.gid = 61, .members = {}});
  BoundedHost& host = patient_host();
  auto asked = std::async(std::launch::async, [&host] {
    constexpr std::array<std::string_view, 4> names = {"stuck group", "none", "stuck too", "wheel"};
    return host.find_groups(names);
  });
  ASSERT_TRUE(inner_->comes_to_hang(2));  // one after the other, there would only ever be one
  inner_->release();
  const auto groups = asked.get();
  ASSERT_EQ(groups.size(), 4U);
  for (const std::size_t there : {0U, 2U, 3U}) ASSERT_TRUE(groups[there] && *groups[there]);
  EXPECT_EQ((*groups[0])->gid, 60U);
  EXPECT_TRUE(groups[1] && !*groups[1]);
  EXPECT_EQ((*groups[2])->gid, 61U);
  EXPECT_EQ((*groups[3])->gid, 10U);
}

TEST_F(BoundedHostTest, AGroupIsAskedForOnceInItsAgeAndAnewAfterIt) {
  BoundedHost& host = patient_host();
  ASSERT_TRUE(host.find_group("wheel"));
  inner_->machine.add_group("wheel", {.gid = 10, .members = {}});
  clock_.advance_seconds(9);
  EXPECT_EQ((*host.find_group("wheel"))->members.size(), 1U);
  EXPECT_EQ(inner_->times_asked("wheel"), 1U);
  clock_.advance_seconds(1);
  EXPECT_TRUE((*host.find_group("wheel"))->members.empty());
}

TEST_F(BoundedHostTest, ForgettingAsksForGroupsAnew) {
  BoundedHost& host = patient_host();
  ASSERT_TRUE(host.find_group("wheel"));
  host.forget();
  clock_.advance_seconds(1);
  ASSERT_TRUE(host.find_group("wheel"));
  EXPECT_EQ(inner_->times_asked("wheel"), 2U);
}

TEST_F(BoundedHostTest, AFailedGroupIsAnErrorForASecondAndAskedForAnewAfterIt) {
  BoundedHost& host = patient_host();
  inner_->machine.fail_groups(true);
  EXPECT_FALSE(host.find_group("wheel"));
  inner_->machine.fail_groups(false);
  const auto kept = host.find_group("wheel");
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().message, HasSubstr("the fake group service is down"));
  EXPECT_EQ(inner_->times_asked("wheel"), 1U);
  clock_.advance_seconds(1);
  const auto found = host.find_group("wheel");
  EXPECT_TRUE(found && *found);
}

TEST_F(BoundedHostTest, DestructionLeavesAHungLookUpBehind) {
  BoundedHost& host = this->host({.milliseconds = kAtOnce});
  while (inner_->times_asked("stuck") == 0) EXPECT_FALSE(host.find_user("stuck"));
  ASSERT_TRUE(inner_->comes_to_hang(1));
  host_.reset();
  EXPECT_GT(inner_.use_count(), 1);  // still held by the thread that hangs
}

TEST(LookUps, WhatAQuestionThrowsIsItsErrorAlone) {
  LookUps<std::string, int> look_ups(
      [](const std::string& key) -> Result<std::optional<int>> {
        if (key == "bad") throw std::runtime_error("expected by this test");
        return 1;
      },
      {.workers = 1, .milliseconds = kNeverHere});
  const auto failed = look_ups.wait(look_ups.begin("bad", 0));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "expected by this test");
  EXPECT_TRUE(look_ups.wait(look_ups.begin("good", 0)));
}

TEST(LookUps, AnAnswerThatCameTooLateIsGivenToNobody) {
  std::latch late(1);
  std::atomic<int> asked = 0;
  const auto ended = std::make_shared<int>(0);  // held by every thread
  {
    LookUps<std::string, int> look_ups(
        [&late, &asked, ended](const std::string&) -> Result<std::optional<int>> {
          const int turn = ++asked;
          if (turn == 1) late.wait();
          return turn;
        },
        {.workers = 1, .milliseconds = kAtOnce});
    decltype(look_ups)::Asked first;
    do {
      first = look_ups.begin("any", 0);
      EXPECT_FALSE(look_ups.wait(first));
    } while (asked == 0);
    late.count_down();
    Result<std::optional<int>> answer = failure("none yet");
    wait_until([&] {
      answer = look_ups.wait(look_ups.begin("any", 0));
      return answer.has_value();
    });
    EXPECT_GT(**answer, 1);
    EXPECT_FALSE(look_ups.wait(first));  // nor to who joined while it was on its way
  }
  wait_until([&ended] { return ended.use_count() == 1; });
}

TEST(LookUps, WithoutAThreadThereIsAnErrorAtOnce) {
  LookUps<std::string, int> look_ups(
      [](const std::string&) -> Result<std::optional<int>> { return 1; },
      {.workers = 0, .milliseconds = kNeverHere});
  const auto failed = look_ups.wait(look_ups.begin("any", 0));
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("no thread could be started"));
}

}  // namespace
}  // namespace usher::testing
