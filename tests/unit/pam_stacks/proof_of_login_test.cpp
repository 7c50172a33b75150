// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/proof_of_login.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace usher::pam_stacks {
namespace {

constexpr std::int64_t kMade = 1'000'000;

Change change_of(std::vector<std::string> services, WhenDown when_down = WhenDown::none) {
  Change change;
  change.made_microseconds = kMade;
  change.services = std::move(services);
  change.when_down.kind = when_down;
  return change;
}

/// An event `after` the change.
RecordedRequest event(const std::string& service, const std::string& phase, pid_t caller,
                      std::int64_t after, const std::string& outcome) {
  RecordedRequest request;
  request.service = service;
  request.phase = phase;
  request.caller = caller;
  request.time_microseconds = kMade + after;
  request.outcome = outcome;
  request.user = "ada";
  return request;
}

RecordedRequest asked(const std::string& service, pid_t caller, std::int64_t after,
                      const std::string& outcome = "accepted") {
  return event(service, "authenticate", caller, after, outcome);
}
RecordedRequest opened(const std::string& service, pid_t caller, std::int64_t after,
                       const std::string& outcome = "opened") {
  return event(service, "open_session", caller, after, outcome);
}

/// usherctl, its shell, and the process 10 that opened the session, begun `after` the change.
std::vector<Ancestor> below_ten(std::int64_t after = 100) {
  return {{.pid = 30, .started_microseconds = kMade + 900},
          {.pid = 20, .started_microseconds = kMade + 800},
          {.pid = 10, .started_microseconds = kMade + after}};
}

const std::vector<std::string> kLockers = {"i3lock"};

bool proves(const std::vector<RecordedRequest>& log, const Change& change,
            const std::vector<Ancestor>& ancestors = below_ten()) {
  return find_proof(log, change, ancestors, kLockers).has_value();
}

TEST(ProofOfLogin, IsASessionThatThisProcessComesFromAndThatWasAsked) {
  const Change change = change_of({"sshd"});
  EXPECT_TRUE(proves({asked("sshd", 11, 200), opened("sshd", 10, 300)}, change));
  EXPECT_FALSE(proves({}, change));
  EXPECT_FALSE(proves({opened("sshd", 10, 300)}, change)) << "nobody was asked";
  EXPECT_FALSE(proves({asked("sshd", 11, 200), opened("sshd", 40, 300)}, change))
      << "somebody else's session";
  EXPECT_FALSE(proves({asked("sshd", 11, 200, "denied"), opened("sshd", 10, 300)}, change));
  EXPECT_FALSE(proves({asked("login", 11, 200), opened("login", 10, 300)}, change))
      << "not by a changed service";
}

TEST(ProofOfLogin, WhatWasBeforeTheChangeIsNone) {
  const Change change = change_of({"sshd"});
  EXPECT_FALSE(
      proves({asked("sshd", 11, -200), opened("sshd", 10, -100)}, change, below_ten(-300)));
  EXPECT_FALSE(proves({asked("sshd", 11, 200), opened("sshd", 10, 300)}, change, below_ten(-300)))
      << "a process from before has the old stacks";
}

TEST(ProofOfLogin, LoginIsWhatGettyWas) {
  EXPECT_TRUE(proves({asked("login", 10, 200), opened("login", 10, 300)}, change_of({"login"}),
                     below_ten(-300)));
}

TEST(ProofOfLogin, APidThatIsAnothersByNowIsNone) {
  EXPECT_FALSE(proves({asked("sshd", 11, 200), opened("sshd", 10, 300)}, change_of({"sshd"}),
                      below_ten(400)));
}

TEST(ProofOfLogin, OfSshdTheSamePersonIsAsked) {
  RecordedRequest other = asked("sshd", 11, 200);
  other.user = "bob";
  EXPECT_FALSE(proves({other, opened("sshd", 10, 300)}, change_of({"sshd"})));
}

TEST(ProofOfLogin, OfOthersTheSameProcessAsks) {
  const Change change = change_of({"sudo"});
  EXPECT_TRUE(proves({asked("sudo", 10, 200), opened("sudo", 10, 300)}, change));
  EXPECT_FALSE(proves({asked("sudo", 11, 200), opened("sudo", 10, 300)}, change));
}

TEST(ProofOfLogin, WhatAShellIsLeftByDoesNotShowThatOneCanBeHad) {
  const std::vector<RecordedRequest> log = {asked("sudo", 10, 200), opened("sudo", 10, 300)};
  EXPECT_FALSE(proves(log, change_of({"sshd", "sudo"})));
  EXPECT_TRUE(proves(log, change_of({"cron", "i3lock", "sudo"}))) << "nothing else can be had";
}

TEST(ProofOfLogin, AKeyThatSshdVerifiedIsOneAndIsSaid) {
  RecordedRequest session = opened("sshd", 10, 300);
  session.judged.given = {{.factor = Factor::publickey, .by = ProvenBy::sshd}};
  const auto proof = find_proof({session}, change_of({"sshd"}), below_ten(), kLockers);
  ASSERT_TRUE(proof.has_value());
  EXPECT_TRUE(proof->by_key);
  session.judged.given = {{.factor = Factor::password, .by = ProvenBy::stack}};
  EXPECT_FALSE(proves({session}, change_of({"sshd"})));
}

TEST(ProofOfLogin, StacksThatOnlyLookOnLetInWhomUsherdWouldNot) {
  const std::vector<RecordedRequest> log = {asked("sshd", 11, 200, "denied"),
                                            opened("sshd", 10, 300, "denied")};
  EXPECT_TRUE(proves(log, change_of({"sshd"}, WhenDown::observe)));
  EXPECT_FALSE(proves(log, change_of({"sshd"}, WhenDown::group)));
  EXPECT_FALSE(proves({asked("sshd", 11, 200, "aborted"), opened("sshd", 10, 300, "aborted")},
                      change_of({"sshd"}, WhenDown::observe)));
}

TEST(ProofOfLogin, WhereNobodyLogsInAnySuccessIsOne) {
  EXPECT_TRUE(nobody_logs_in_by(change_of({"i3lock", "cron"}), kLockers));
  EXPECT_FALSE(nobody_logs_in_by(change_of({"i3lock", "sshd"}), kLockers));
  EXPECT_TRUE(proves({asked("i3lock", 99, 200)}, change_of({"i3lock"})));
  EXPECT_FALSE(proves({asked("i3lock", 99, -200)}, change_of({"i3lock"})));
  EXPECT_FALSE(proves({asked("i3lock", 99, 200, "denied")}, change_of({"i3lock"})));
}

}  // namespace
}  // namespace usher::pam_stacks
