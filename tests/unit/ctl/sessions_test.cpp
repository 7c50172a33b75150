// SPDX-License-Identifier: Apache-2.0
// The tree of open sessions, once and watched.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/unit/ctl/fake_control.h"
#include "tests/unit/ctl/person.h"
#include "tests/unit/ctl/session_json.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Proofs = std::vector<SessionJson>;

SessionJson proof(const std::string& factor, const std::string& user, std::int64_t until) {
  return {{"factor", factor}, {"by", "usher"},        {"user", user},
          {"uid", 1000},      {"proven", 1772366400}, {"until", until}};
}

Outcome sessions_of(const std::vector<SessionJson>& sessions) {
  const FakeControl usherd(returns(sessions_reply(sessions)));
  return usherctl({"sessions", "--control", usherd.path()});
}

TEST(Sessions, ShowsWhatWasOpenedInsideOfAnotherBelowIt) {
  const std::string outer = session_id("aa");
  const std::string inner = session_id("bb");
  const Outcome outcome = sessions_of({
      session_with(outer, {{"proofs", Proofs{proof("otp", "ada", 1772382600),
                                             proof("password", "root", 1772366700),
                                             proof("publickey", "ada", 0)}}}),
      session_with(session_id("cc"), {{"user", "bob"},
                                      {"service", "login"},
                                      {"from", ""},
                                      {"tty", "tty1"},
                                      {"opened", 1772366460},
                                      {"observed", true},
                                      {"rule", "console"},
                                      {"factors", SessionJson::array()}}),
      session_with(inner, {{"parent", outer},
                           {"user", "root"},
                           {"service", "sudo"},
                           {"from", ""},
                           {"tty", "pts/0"},
                           {"factors", {"otp (reused)"}}}),
      session_with(session_id("dd"), {{"parent", inner},
                                      {"user", "eve"},
                                      {"service", "su"},
                                      {"from", ""},
                                      {"tty", ""},
                                      {"rule", ""}}),
      session_with(
          session_id("ee"),
          {{"parent", outer}, {"user", "root"}, {"service", "su"}, {"from", ""}, {"tty", "pts/0"}}),
  });
  EXPECT_EQ(outcome.out,
            "aa112233  ada      sshd   192.0.2.7  ssh    2026-03-01 12:00:00  publickey, otp  "
            "people over SSH     otp 2026-03-01 16:30, password of root 2026-03-01 12:05\n"
            "bb112233  ├ root   sudo   -          pts/0  2026-03-01 12:00:00  otp (reused)    "
            "people over SSH     -\n"
            "dd112233  │ └ eve  su     -          -      2026-03-01 12:00:00  publickey, otp  "
            "-                   -\n"
            "ee112233  └ root   su     -          pts/0  2026-03-01 12:00:00  publickey, otp  "
            "people over SSH     -\n"
            "cc112233  bob      login  -          tty1   2026-03-01 12:01:00  -               "
            "console (observed)  -\n");
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Sessions, AsksForNothingElse) {
  std::string heard;
  {
    const FakeControl usherd(returns(sessions_reply({}), &heard));
    EXPECT_EQ(usherctl({"sessions", "--control", usherd.path()}).exit_code, 0);
  }
  EXPECT_EQ(heard, R"({"method":"org.usher.control.Sessions","parameters":{}})");
}

TEST(Sessions, WhoseParentIsNotListedStandsByItself) {
  // Somebody's sudo session, say, that root may see and they may not.
  const Outcome outcome =
      sessions_of({session_with(session_id("aa"), {{"parent", session_id("99")}})});
  EXPECT_THAT(outcome.out, StartsWith("aa112233  ada  sshd"));
}

TEST(Sessions, EachIsShownOnceEvenWhereParentsGoRoundInACircle) {
  const std::string first = session_id("aa");
  const std::string second = session_id("bb");
  const Outcome outcome = sessions_of(
      {session_with(first, {{"parent", second}}), session_with(second, {{"parent", first}}),
       session_with(session_id("cc"), {{"parent", session_id("cc")}})});
  EXPECT_THAT(outcome.out, StartsWith("aa112233  ada    sshd"));
  EXPECT_THAT(outcome.out, HasSubstr("\nbb112233  └ ada  sshd"));
  EXPECT_THAT(outcome.out, HasSubstr("\ncc112233  ada    sshd"));
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 3);
}

TEST(Sessions, HasHeadingsOnATerminal) {
  const FakeControl usherd(returns(sessions_reply({session_named(session_id("aa"))})));
  Person person;
  person.run({"/usr/bin/env", "NO_COLOR=1", "TERM=xterm", USHERCTL, "sessions", "--control",
              usherd.path()});
  EXPECT_EQ(person.ended(), 0);
  EXPECT_THAT(person.screen(), StartsWith("ID        USER  SERVICE  FROM       TTY  SINCE"));
  EXPECT_THAT(person.screen(), HasSubstr("FACTORS         RULE             REUSABLE UNTIL\r\n"));
}

TEST(Sessions, NoNameSteersTheTerminalOrBreaksItsLine) {
  const Outcome outcome = sessions_of({session_with(session_id("aa"), {{"user", "a\x1b[2J\nb"},
                                                                       {"from", "\x07"},
                                                                       {"rule",
                                                                        "\xc2\x9b"
                                                                        "2J"}})});
  EXPECT_THAT(outcome.out, StartsWith("aa112233  a?[2J?b  sshd  ?  ssh"));
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 1);
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(outcome.out.find("\xc2\x9b"), std::string::npos);
}

TEST(Sessions, NoneIsNoErrorAndNoOutput) {
  const Outcome outcome = sessions_of({});
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(outcome.err, "No session is open that you may see.\n");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Sessions, AsJsonIsTheReply) {
  const SessionJson reply{{"sessions", {session_named(session_id("aa"))}}};
  const FakeControl usherd(returns(reply.dump()));
  const Outcome outcome = usherctl({"sessions", "--json", "--control", usherd.path()});
  EXPECT_EQ(outcome.out, reply.dump(2) + "\n");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Sessions, AReplyWithoutThemIsFive) {
  const FakeControl usherd(returns(R"({"sessions":[{"id":"aa"}]})"));
  const Outcome outcome = usherctl({"sessions", "--control", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST(Sessions, TenThousandCanBeShownEachInsideOfTheOneBefore) {
  std::vector<SessionJson> many;
  std::string parent;
  for (int number = 0; number < 10'000; ++number) {
    const std::string id = fmt::format("{:08x}445566778899aabbccddeeff", number);
    many.push_back(session_with(
        id, {{"parent", parent},
             {"proofs", Proofs{proof("otp", "ada", 1772382600), proof("password", "ada", 0),
                               proof("password", "root", 1772366700)}}}));
    parent = id;
  }
  const std::string reply = sessions_reply(many);
  ASSERT_GT(reply.size(), std::size_t{7'000'000});
  const FakeControl usherd(returns(reply));
  const Outcome outcome = usherctl({"sessions", "--control", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 10'000);
  EXPECT_LT(outcome.out.size(), std::size_t{4'000'000});  // no deeper than people can see
}

// Watching -------------------------------------------------------------------------------------

std::string one() { return sessions_reply({session_named(session_id("aa"))}); }
std::string other() { return sessions_reply({session_with(session_id("bb"), {{"user", "bob"}})}); }

FakeControl::Serve hangs_up() {
  return [](FakeControl::Peer& peer) { peer.hear(); };
}

constexpr auto kOneRow =
    "aa112233  ada  sshd  192.0.2.7  ssh  2026-03-01 12:00:00  "
    "publickey, otp  people over SSH  -\n";
constexpr auto kOtherRow =
    "bb112233  bob  sshd  192.0.2.7  ssh  2026-03-01 12:00:00  "
    "publickey, otp  people over SSH  -\n";

TEST(WatchingSessions, PrintsOnlyWhatChangedAndOutlastsUsherd) {
  const FakeControl usherd({returns(one()), returns(one()), hangs_up(), hangs_up(), returns(one()),
                            returns(other()), returns(sessions_reply({})),
                            refuses("PermissionDenied", R"({"reason":"enough"})")});
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome = usherctl({"sessions", "--watch", "--control", usherd.path()});
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(7));  // asks gently
  EXPECT_EQ(outcome.out,
            std::string(kOneRow) + "\n" + kOtherRow + "\nNo session is open that you may see.\n");
  EXPECT_THAT(outcome.err, StartsWith("usherctl: usherd does not answer at " + usherd.path()));
  EXPECT_THAT(outcome.err, HasSubstr("\n  Still trying; Ctrl-C ends this.\n"
                                     "usherctl: usherd answers again\n"
                                     "usherctl: enough\n"));  // each once
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST(WatchingSessions, AsJsonIsALineForEachChange) {
  const FakeControl usherd({returns(one()), returns(one()), returns(other()),
                            refuses("PermissionDenied", R"({"reason":"enough"})")});
  const Outcome outcome = usherctl({"sessions", "--watch", "--json", "--control", usherd.path()});
  EXPECT_EQ(outcome.out, one() + "\n" + other() + "\n");
}

TEST(WatchingSessions, DrawsTheScreenAnewAndEndsWithControlC) {
  const FakeControl usherd({returns(one()), returns(other())});
  Person person;
  person.run({"/usr/bin/env", "NO_COLOR=1", "TERM=xterm", USHERCTL, "sessions", "--watch",
              "--control", usherd.path()});
  ASSERT_TRUE(person.sees("\x1b[H\x1b[2JID "));
  ASSERT_TRUE(person.sees("aa112233"));
  ASSERT_TRUE(person.sees("\x1b[H\x1b[2JID "));
  ASSERT_TRUE(person.sees("bb112233"));
  // The next question is never answered: that must not keep anybody.
  person.type("\x03");
  EXPECT_EQ(person.ended(), 0);
  EXPECT_THAT(person.screen(), Not(HasSubstr("does not answer")));
}

TEST(WatchingSessions, DrawsTheSameAnewBehindAWordOnTheScreen) {
  const FakeControl usherd({returns(one()), hangs_up(), returns(one())});
  Person person;
  person.run({"/usr/bin/env", "NO_COLOR=1", "TERM=xterm", USHERCTL, "sessions", "--watch",
              "--control", usherd.path()});
  ASSERT_TRUE(person.sees("aa112233"));
  ASSERT_TRUE(person.sees("usherd does not answer"));
  ASSERT_TRUE(person.sees("\x1b[H\x1b[2JID "));
  ASSERT_TRUE(person.sees("aa112233"));
  person.type("\x03");
  EXPECT_EQ(person.ended(), 0);
}

TEST(WatchingSessions, ADumbTerminalIsNotCleared) {
  const FakeControl usherd({returns(one()), returns(other())});
  Person person;
  person.run(
      {"/usr/bin/env", "TERM=dumb", USHERCTL, "sessions", "--watch", "--control", usherd.path()});
  ASSERT_TRUE(person.sees("bb112233"));
  person.type("\x03");
  EXPECT_EQ(person.ended(), 0);
  EXPECT_THAT(person.screen(), Not(HasSubstr("\x1b")));
}

TEST(WatchingSessions, EndsWhenNobodyReadsAnyMore) {
  const FakeControl usherd(returns(one()));
  const Outcome outcome =
      run_program("/bin/bash", {"-c",
                                "\"$0\" sessions --watch --control \"$1\" | head -n 1; "
                                "echo \"${PIPESTATUS[0]}\"",
                                USHERCTL, usherd.path()});
  EXPECT_EQ(outcome.out, std::string(kOneRow) + "0\n");
}

}  // namespace
}  // namespace usher::testing
