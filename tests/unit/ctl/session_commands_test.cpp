// SPDX-License-Identifier: Apache-2.0
// What session show, session end, history and whoami ask and print.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <ctime>

#include "tests/unit/ctl/fake_control.h"
#include "tests/unit/ctl/session_json.h"

namespace usher::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::vector<std::string>& wrong_ids() {
  static const std::vector<std::string> ids{
      "001", "zzzz", "00AA", std::string(33, 'a'), "00 11", "\x1b[2J", std::string(100'000, 'a')};
  return ids;
}

SessionJson past_session() {
  return session_with(
      session_id("aa"),
      {{"ended", 1772370005}, {"how", "revoked"}, {"ended_by", "bob"}, {"leader_runs", false}});
}

// session show ---------------------------------------------------------------------------------

TEST(SessionShow, TellsAllAboutAnOpenOne) {
  std::string heard;
  Outcome outcome;
  {
    const FakeControl usherd(
        returns(session_reply(session_with(session_id("bb"), {{"parent", session_id("aa")},
                                                              {"user", "root"},
                                                              {"uid", 0},
                                                              {"service", "su"},
                                                              {"ruser", "ada"},
                                                              {"observed", true},
                                                              {"proofs",
                                                               {{{"factor", "password"},
                                                                 {"by", "usher"},
                                                                 {"user", "root"},
                                                                 {"uid", 1000},
                                                                 {"proven", 1772366400},
                                                                 {"until", 1772366700}},
                                                                {{"factor", "publickey"},
                                                                 {"by", "stack"},
                                                                 {"user", "root"},
                                                                 {"uid", 1000},
                                                                 {"proven", 1772366400},
                                                                 {"until", 0}}}}})),
                &heard));
    outcome = usherctl({"session", "show", "bb11", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.out, R"(session    bb112233445566778899aabbccddeeff
inside of  aa112233445566778899aabbccddeeff
user       root, uid 0
service    su
from       192.0.2.7
tty        ssh
asked by   ada
since      2026-03-01 12:00:00
ended      not yet
factors    publickey, otp
rule       people over SSH, /etc/usher/rules.d/50-ssh.toml:7, only observed
process    1234, runs
hints      login uid 1000, audit session 7, kernel session 1230
proof      password of root, verified by usherd 2026-03-01 12:00:00, for processes of uid 1000, reusable until 2026-03-01 12:05:00
proof      publickey of root, verified by a PAM module 2026-03-01 12:00:00, for processes of uid 1000, not reusable
)");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(heard, R"({"method":"org.usher.control.GetSession","parameters":{"id":"bb11"}})");
}

TEST(SessionShow, TellsHowAPastOneEndedAndLeavesOutWhatIsNotKnown) {
  SessionJson session = past_session();
  for (const char* hint : {"login_uid", "audit_session", "kernel_session"}) session[hint] = -1;
  for (const char* text : {"from", "tty", "rule", "at"}) session[text] = "";
  session["factors"] = SessionJson::array();
  const FakeControl usherd(returns(session_reply(session)));
  EXPECT_EQ(usherctl({"session", "show", "aa112233", "--control", usherd.path()}).out,
            R"(session    aa112233445566778899aabbccddeeff
inside of  -
user       ada, uid 1000
service    sshd
from       -
tty        -
asked by   -
since      2026-03-01 12:00:00
ended      2026-03-01 13:00:05, ended by bob
factors    -
rule       none
process    1234, ended
hints      -
)");
}

TEST(SessionShow, AsJsonIsTheReply) {
  const std::string reply = session_reply(past_session());
  const FakeControl usherd(returns(reply));
  EXPECT_EQ(usherctl({"session", "show", "aa11", "--json", "--control", usherd.path()}).out,
            SessionJson::parse(reply).dump(2) + "\n");
}

TEST(SessionShow, NothingSteersTheTerminal) {
  const FakeControl usherd(returns(session_reply(session_with(
      session_id("aa"), {{"user", "a\x1b[2J"}, {"tty", "x\ny"}, {"at", "\x1b]0;x\x07"}}))));
  const Outcome outcome = usherctl({"session", "show", "aa11", "--control", usherd.path()});
  EXPECT_THAT(outcome.out, HasSubstr("user       a?[2J, uid 1000\n"));
  EXPECT_THAT(outcome.out, HasSubstr("tty        x?y\n"));
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
}

TEST(SessionShow, WhatIsNoIdIsAMistakeOfTheCommandLine) {
  for (const std::string& id : wrong_ids()) {
    const Outcome outcome = usherctl({"session", "show", id, "--control", "/nonexistent/sock"});
    EXPECT_EQ(outcome.exit_code, 2) << id.substr(0, 40);
    EXPECT_THAT(outcome.err, HasSubstr("is no id of a session"));
    EXPECT_LT(outcome.err.size(), std::size_t{1000});
    EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
  }
  EXPECT_EQ(usherctl({"session", "show"}).exit_code, 2);
}

TEST(SessionShow, AnUnknownIdIsSaid) {
  const FakeControl usherd(refuses("Failed", R"({"reason":"there is no such session"})"));
  const Outcome outcome = usherctl({"session", "show", "00112233", "--control", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.err, HasSubstr("there is no such session"));
  EXPECT_THAT(outcome.out, IsEmpty());
}

// session end ----------------------------------------------------------------------------------

TEST(SessionEnd, EndsTheOneThatItLookedUpAndPrintsEachThatEnded) {
  std::string looked;
  std::string ended;
  Outcome outcome;
  {
    const FakeControl usherd(
        {returns(session_reply(session_named(session_id("aa"))), &looked),
         returns(sessions_reply(
                     {session_named(session_id("aa")),
                      session_with(session_id("bb"),
                                   {{"user", "ro\x1b[2J\not"}, {"service", "su"}, {"from", ""}})}),
                 &ended)});
    outcome = usherctl({"session", "end", "aa11", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.out,
            "ended aa112233: ada through sshd, from 192.0.2.7\n"
            "ended bb112233: ro?[2J?ot through su, local\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(looked, R"({"method":"org.usher.control.GetSession","parameters":{"id":"aa11"}})");
  EXPECT_EQ(ended, R"({"method":"org.usher.control.EndSessions","parameters":{"id":")" +
                       session_id("aa") + R"("}})");
}

TEST(SessionEnd, WhatIsOverAlreadyIsOneAndLeftAlone) {
  // A second connection would never be answered.
  const FakeControl usherd(returns(session_reply(past_session())));
  const Outcome outcome = usherctl({"session", "end", "aa11", "--control", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(
      outcome.err,
      "usherctl: session aa112233 is over already, since 2026-03-01 13:00:05: ended by bob\n");
}

TEST(SessionEnd, EndsAllOfAUser) {
  std::string heard;
  Outcome outcome;
  {
    const FakeControl usherd(returns(sessions_reply({session_named(session_id("aa"))}), &heard));
    outcome = usherctl({"session", "end", "--user", "ada", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.out, "ended aa112233: ada through sshd, from 192.0.2.7\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(heard, R"({"method":"org.usher.control.EndSessions","parameters":{"user":"ada"}})");
}

TEST(SessionEnd, WhoHasNoneOpenIsOne) {
  const FakeControl usherd(returns(sessions_reply({})));
  const Outcome outcome = usherctl({"session", "end", "--user", "ada", "--control", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(outcome.err, "usherctl: `ada` has no open session\n");
}

TEST(SessionEnd, AsJsonIsTheReplyWithTheSameExitCodes) {
  const std::string reply = sessions_reply({session_named(session_id("aa"))});
  const FakeControl some(returns(reply));
  Outcome outcome =
      usherctl({"session", "end", "--user", "ada", "--json", "--control", some.path()});
  EXPECT_EQ(outcome.out, SessionJson::parse(reply).dump(2) + "\n");
  EXPECT_EQ(outcome.exit_code, 0);
  const FakeControl none(returns(sessions_reply({})));
  outcome = usherctl({"session", "end", "--user", "ada", "--json", "--control", none.path()});
  EXPECT_EQ(outcome.out, "{\n  \"sessions\": []\n}\n");
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST(SessionEnd, WantsAnIdOrAUser) {
  EXPECT_EQ(usherctl({"session", "end"}).exit_code, 2);
  EXPECT_EQ(usherctl({"session", "end", "00112233", "--user", "ada"}).exit_code, 2);
  for (const std::string& id : wrong_ids())
    EXPECT_EQ(usherctl({"session", "end", id, "--control", "/nonexistent/sock"}).exit_code, 2)
        << id.substr(0, 40);
}

TEST(SessionEnd, SomebodyElsesIsRefusedWithOne) {
  const FakeControl usherd(refuses("PermissionDenied", R"({"reason":"only root may"})"));
  const Outcome outcome = usherctl({"session", "end", "--user", "bob", "--control", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("only root may"));
}

TEST(SessionEnd, SaysThatProcessesGoOn) {
  EXPECT_THAT(usherctl({"session", "end", "--help"}).out, HasSubstr("Its processes go on"));
}

// history --------------------------------------------------------------------------------------

TEST(History, IsAlignedWithTheLatestLast) {
  std::string heard;
  Outcome outcome;
  {
    const FakeControl usherd(
        returns(sessions_reply({session_with(session_id("bb"), {{"opened", 1772373600}}),
                                session_with(session_id("aa"), {{"user", "bo\x1b[2Jb"},
                                                                {"service", "login"},
                                                                {"from", ""},
                                                                {"tty", "tty1"},
                                                                {"factors", {"password"}},
                                                                {"ended", 1772370005},
                                                                {"how", "closed"}})}),
                &heard));
    outcome = usherctl({"history", "--since", "2026-03-01", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.out,
            "2026-03-01 12:00:00  2026-03-01 13:00:05  1h 00m  bo?[2Jb  login  -          tty1  "
            "password        closed by the program  aa112233\n"
            "2026-03-01 14:00:00  open                 -       ada      sshd   192.0.2.7  ssh   "
            "publickey, otp  -                      bb112233\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(heard, R"({"method":"org.usher.control.History","parameters":)"
                   R"({"since":1772323200,"count":100}})");
}

TEST(History, OfSomebodyAndOnlySoMuch) {
  std::string heard;
  {
    const FakeControl usherd(returns(sessions_reply({}), &heard));
    EXPECT_EQ(
        usherctl({"history", "ada", "-n", "5", "--since", "2026-03-01", "--control", usherd.path()})
            .exit_code,
        0);
  }
  EXPECT_THAT(heard, EndsWith(R"("parameters":{"since":1772323200,"count":5,"user":"ada"}})"));
}

TEST(History, GoesBackThirtyDaysUnlessTold) {
  std::string heard;
  const std::int64_t before = std::time(nullptr);
  {
    const FakeControl usherd(returns(sessions_reply({}), &heard));
    EXPECT_EQ(usherctl({"history", "--control", usherd.path()}).exit_code, 0);
  }
  const auto since =
      SessionJson::parse(heard).at("parameters").at("since").get<std::int64_t>() + 30 * 86'400;
  EXPECT_GE(since, before);
  EXPECT_LE(since, std::time(nullptr));
}

TEST(History, NoneIsNoErrorAndNoOutput) {
  const FakeControl usherd(returns(sessions_reply({})));
  const Outcome outcome =
      usherctl({"history", "ada", "--since", "2026-03-01", "--control", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(outcome.err, "No session began since 2026-03-01, of ada.\n");
}

TEST(History, AsJsonIsTheReply) {
  const std::string reply = sessions_reply({session_named(session_id("bb")), past_session()});
  const FakeControl usherd(returns(reply));
  EXPECT_EQ(usherctl({"history", "--json", "--control", usherd.path()}).out,
            SessionJson::parse(reply).dump(2) + "\n");
}

TEST(History, RefusesNonsense) {
  EXPECT_EQ(usherctl({"history", "--since", "yesterday"}).exit_code, 2);
  EXPECT_EQ(usherctl({"history", "-n", "0"}).exit_code, 2);
  EXPECT_EQ(usherctl({"history", "-n", "10001"}).exit_code, 2);
  const FakeControl usherd(returns(R"({"sessions":7})"));
  EXPECT_EQ(usherctl({"history", "--control", usherd.path()}).exit_code, 5);
}

// whoami ---------------------------------------------------------------------------------------

TEST(Whoami, ShowsTheSessionAndWhatCanBeReused) {
  std::string heard;
  Outcome outcome;
  {
    const SessionJson session = session_with(session_id("aa"), {{"proofs",
                                                                 {{{"factor", "otp"},
                                                                   {"by", "usher"},
                                                                   {"user", "ada"},
                                                                   {"uid", 1000},
                                                                   {"proven", 1772366400},
                                                                   {"until", 1772382600}}}}});
    const FakeControl usherd(returns(
        SessionJson{
            {"user", "ada"},
            {"uid", 1000},
            {"factors", {{"password", "usher"}, {"codes", {"phone", "token"}}, {"recovery", 9}}},
            {"session", session}}
            .dump(),
        &heard));
    outcome = usherctl({"whoami", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.out,
            R"(user            ada, uid 1000
password        Usher's
codes           phone, token
recovery codes  9 left
session         aa112233445566778899aabbccddeeff, ada through sshd, from 192.0.2.7
since           2026-03-01 12:00:00
factors         publickey, otp
reusable until  otp 2026-03-01 16:30
)");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(heard, R"({"method":"org.usher.control.WhoAmI","parameters":{}})");
}

TEST(Whoami, SaysWhyThereMayBeNoSession) {
  const std::string reply =
      R"({"user":"a\u001b[2Jda","uid":1000,"factors":{"password":"none","codes":[],"recovery":0},"session":null})";
  const FakeControl usherd(returns(reply));
  const Outcome outcome = usherctl({"whoami", "--control", usherd.path()});
  EXPECT_THAT(
      outcome.out,
      StartsWith("user            a?[2Jda, uid 1000\npassword        none\ncodes           -\n"
                 "recovery codes  0 left\nsession         none: "));
  for (const char* why : {"through Usher", "tmux", "desktop", "cron"})
    EXPECT_THAT(outcome.out, HasSubstr(why));
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Whoami, AsJsonIsTheReply) {
  const FakeControl usherd(returns(
      R"({"user":"ada","uid":1000,"factors":{"password":"none","codes":[],"recovery":0},"session":null})"));
  EXPECT_EQ(usherctl({"whoami", "--json", "--control", usherd.path()}).out, R"({
  "user": "ada",
  "uid": 1000,
  "factors": {
    "password": "none",
    "codes": [],
    "recovery": 0
  },
  "session": null
}
)");
}

TEST(Whoami, AReplyThatDoesNotSayIsFive) {
  const FakeControl usherd(returns(R"({"user":"ada","uid":1000})"));
  EXPECT_EQ(usherctl({"whoami", "--control", usherd.path()}).exit_code, 5);
}

}  // namespace
}  // namespace usher::testing
