// SPDX-License-Identifier: Apache-2.0
// What of sessions root, their owner and everybody else may see and end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/control/control_fixture.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kNoSession = "org.usher.control.NoSession";

using Ids = std::vector<std::string>;

Ids ids_in(const VarlinkReply& reply) {
  Ids ids;
  EXPECT_TRUE(reply) << (reply ? "" : reply.error().parameters.dump());
  if (reply)
    for (const Json& session : (*reply)["sessions"]) ids.push_back(session["id"]);
  return ids;
}

std::string reason_of(const VarlinkReply& reply) {
  return reply ? "" : reply.error().parameters.value("reason", "");
}

class SessionMethodsTest : public ControlFixture {
 protected:
  static constexpr ControlPeer kBob{.pid = 4, .uid = 1001, .trusted = false};

  void SetUp() override {
    ControlFixture::SetUp();
    host_.add_user("root", 0);
  }
  ProcessId process(pid_t pid, const ProcessId& parent = {}) {
    host_.set_start_time(pid, 77);
    host_.set_parent(pid, parent);
    return {.pid = pid, .start_time = 77};
  }
  std::string open(const ProcessId& anchor, const std::string& user, uid_t uid,
                   std::vector<EarnedProof> proofs = {}) {
    const auto opened = sessions_.open({.user = user,
                                        .uid = uid,
                                        .service = "sshd",
                                        .rhost = "192.0.2.7",
                                        .tty = "pts/3",
                                        .ruser = "somebody",
                                        .anchor = anchor,
                                        .rule = "ssh",
                                        .rule_at = "50-ssh.toml:7",
                                        .factors = {"publickey", "otp"}},
                                       std::move(proofs));
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? opened->id : std::string();
  }
  std::string alices() { return open(process(100), "alice", 1000); }
  std::string bobs() { return open(process(200), "bob", 1001); }
  /// One of the past, with an id that begins like that.
  std::string past(std::string begin, const std::string& user, uid_t uid,
                   std::int64_t opened = 1'000) {
    std::string id = begin + std::string(kSessionIdSize - begin.size(), '0');
    std::vector<Effect> effects;
    effects.emplace_back(OpenSession{
        .session = {.id = id, .user = user, .uid = uid, .boot_id = "x", .opened = opened}});
    effects.emplace_back(EndSession{id, {.how = SessionEnd::closed, .at = opened + 5, .by = {}}});
    effects.emplace_back(DropAnchor{id});
    EXPECT_EQ(store_.commit(effects), CommitOutcome::committed);
    return id;
  }
  EarnedProof proof(Factor factor, std::int64_t age = 0, ProvenBy by = ProvenBy::sshd) {
    return {.user = "alice",
            .for_uid = 1000,
            .factor = factor,
            .by = by,
            .boot_at = clock_.boot_microseconds() - age * FakeClock::kMicroseconds,
            .wall_at = now() - age};
  }
  [[nodiscard]] std::int64_t now() const {
    return clock_.wall_microseconds() / FakeClock::kMicroseconds;
  }
  VarlinkReply list(const ControlPeer& peer) { return call(peer, "org.usher.control.Sessions"); }
  VarlinkReply get(const ControlPeer& peer, const std::string& id) {
    return call(peer, "org.usher.control.GetSession", {{"id", id}});
  }
  VarlinkReply history(const ControlPeer& peer, const Json& user = nullptr, const Json& since = 0,
                       const Json& count = 100) {
    return call(peer, "org.usher.control.History",
                {{"user", user}, {"since", since}, {"count", count}});
  }
  VarlinkReply end(const ControlPeer& peer, const Json& id, const Json& user = nullptr) {
    return call(peer, "org.usher.control.EndSessions", {{"id", id}, {"user", user}});
  }
  Ids open_ids() { return ids_in(list(kRoot)); }
  Session stored(const std::string& id) {
    const auto found = store_.sessions_named(id);
    EXPECT_TRUE(found && found->size() == 1);
    return found && found->size() == 1 ? found->front() : Session{};
  }
};

// ---- Sessions and GetSession
// ---------------------------------------------------------------------

TEST_F(SessionMethodsTest, RootSeesAllThatAreOpenAndOthersTheirOwn) {
  const std::string first = alices();
  const std::string second = bobs();
  const std::string third = open(process(300), "alice", 1000);
  past("aaaa", "alice", 1000);
  EXPECT_THAT(ids_in(list(kRoot)), ElementsAre(first, second, third));
  EXPECT_THAT(ids_in(list(kAlice)), ElementsAre(first, third));
  EXPECT_THAT(ids_in(list(kBob)), ElementsAre(second));
  EXPECT_THAT(ids_in(list(kNobody)), IsEmpty());
}

TEST_F(SessionMethodsTest, ANameThatWasGivenAnewShowsNothingOfTheOneBefore) {
  const std::string former = open(process(100), "alice", 2000);
  past("aaaa", "alice", 2000);
  EXPECT_THAT(ids_in(list(kAlice)), IsEmpty());
  EXPECT_THAT(ids_in(history(kAlice)), IsEmpty());
  EXPECT_EQ(error_of(get(kAlice, former)), kNoSession);
  EXPECT_EQ(error_of(end(kAlice, former)), kNoSession);
  EXPECT_THAT(ids_in(end(kAlice, nullptr, "alice")), IsEmpty());
  EXPECT_THAT(open_ids(), ElementsAre(former));
}

TEST_F(SessionMethodsTest, ASessionIsToldWithAllThatIsKnownOfIt) {
  const ProcessId sshd = process(100);
  const std::string outer = open(sshd, "bob", 1001);
  const std::string id = open(process(101, sshd), "alice", 1000, {proof(Factor::publickey, 10)});
  const auto got = get(kAlice, id);
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)["session"], (Json{{"id", id},
                                     {"parent", outer},
                                     {"user", "alice"},
                                     {"uid", 1000},
                                     {"service", "sshd"},
                                     {"from", "192.0.2.7"},
                                     {"tty", "pts/3"},
                                     {"ruser", "somebody"},
                                     {"opened", now()},
                                     {"ended", 0},
                                     {"how", ""},
                                     {"ended_by", ""},
                                     {"observed", false},
                                     {"rule", "ssh"},
                                     {"at", "50-ssh.toml:7"},
                                     {"factors", {"publickey", "otp"}},
                                     {"leader", 101},
                                     {"leader_runs", true},
                                     {"login_uid", 1000},
                                     {"audit_session", 7},
                                     {"kernel_session", 101},
                                     {"proofs",
                                      {{{"factor", "publickey"},
                                        {"by", "sshd"},
                                        {"user", "alice"},
                                        {"uid", 1000},
                                        {"proven", now() - 10},
                                        {"until", 0}}}}}));
  const auto listed = list(kAlice);
  ASSERT_TRUE(listed);
  EXPECT_EQ((*listed)["sessions"][0], (*got)["session"]);
}

TEST_F(SessionMethodsTest, OfOneThatIsOverItIsToldHowItEnded) {
  const auto got = get(kRoot, past("aaaa", "alice", 1000, 1'000));
  ASSERT_TRUE(got);
  const Json& session = (*got)["session"];
  EXPECT_EQ(session["ended"], 1'005);
  EXPECT_EQ(session["how"], "closed");
  EXPECT_EQ(session["leader_runs"], false);
  EXPECT_EQ(session["login_uid"], -1);
  EXPECT_EQ(session["audit_session"], -1);
  EXPECT_EQ(session["kernel_session"], -1);
}

TEST_F(SessionMethodsTest, AProofCountsUntilTheLastRuleThatReusesItLetsItNoMore) {
  RuleSet rules = some_rules();
  const auto reusing = [](Factor factor, std::uint32_t seconds) {
    Rule rule;
    rule.reuse = {{.factor = factor, .seconds = seconds}};
    return rule;
  };
  rules.rules.push_back(reusing(Factor::publickey, 60));
  rules.rules.push_back(reusing(Factor::publickey, 300));
  rules.rules.push_back(reusing(Factor::otp, 30));
  rules.rules.push_back(reusing(Factor::password, 300));
  rules.rules.push_back(reusing(Factor::publickey, 3'000));
  rules.rules.back().observe = true;
  rules_.replace(std::move(rules));
  const std::string id = open(process(100), "alice", 1000,
                              {proof(Factor::publickey, 10), proof(Factor::otp, 31),
                               proof(Factor::password, 1, ProvenBy::stack)});
  const auto got = get(kAlice, id);
  ASSERT_TRUE(got);
  std::map<std::string, std::int64_t> until;
  for (const Json& each : (*got)["session"]["proofs"]) until[each["factor"]] = each["until"];
  EXPECT_EQ(until["publickey"], now() + 290);
  EXPECT_EQ(until["otp"], 0);
  EXPECT_EQ(until["password"], 0);
}

TEST_F(SessionMethodsTest, OneIsFoundByHowItsIdBegins) {
  const std::string id = past("abcd12", "alice", 1000);
  for (const ControlPeer& peer : {kRoot, kAlice})
    for (const std::size_t size : {std::size_t{4}, std::size_t{6}, kSessionIdSize}) {
      const auto got = get(peer, id.substr(0, size));
      ASSERT_TRUE(got) << size;
      EXPECT_EQ((*got)["session"]["id"], id);
    }
  for (const std::string& none : {std::string("abc"), std::string(), std::string("ABCD"),
                                  std::string("abc%"), std::string("abcg"), id + "0"})
    EXPECT_EQ(error_of(get(kRoot, none)), kInvalid) << none;
  EXPECT_EQ(error_of(call(kRoot, "org.usher.control.GetSession")), kInvalid);
  EXPECT_EQ(error_of(call(kRoot, "org.usher.control.GetSession", {{"id", 1}})), kInvalid);
  EXPECT_EQ(error_of(get(kRoot, "abce")), kNoSession);
}

TEST_F(SessionMethodsTest, WhatMayBeSeveralIsNone) {
  past("abcd1", "alice", 1000);
  past("abcd2", "bob", 1001);
  EXPECT_THAT(reason_of(get(kRoot, "abcd")), HasSubstr("more than one"));
  EXPECT_TRUE(get(kRoot, "abcd1"));
}

TEST_F(SessionMethodsTest, SomebodyElsesIsToldAsNoneWouldBe) {
  const std::string id = bobs();
  past("abcd1", "bob", 1001);
  past("abcd2", "bob", 1001);
  const std::string none = frame_reply(get(kAlice, std::string(kSessionIdSize, '0')));
  EXPECT_EQ(frame_reply(get(kAlice, id)), none);
  EXPECT_EQ(frame_reply(get(kAlice, id.substr(0, 8))), none);
  EXPECT_EQ(frame_reply(get(kAlice, "abcd1")), none);
  EXPECT_EQ(frame_reply(get(kAlice, "abcd")), none) << "nor how many there are";
  EXPECT_EQ(frame_reply(end(kAlice, id)), none);
  EXPECT_THAT(open_ids(), ElementsAre(id));
}

// ---- History
// -------------------------------------------------------------------------------------

TEST_F(SessionMethodsTest, HistoryHasTheLatestFirst) {
  const std::string first = past("aaaa", "alice", 1000, now() - 300);
  const std::string second = past("bbbb", "bob", 1001, now() - 200);
  const std::string third = past("cccc", "alice", 1000, now() - 100);
  const std::string open_one = alices();
  EXPECT_THAT(ids_in(history(kRoot)), ElementsAre(open_one, third, second, first));
  EXPECT_THAT(ids_in(history(kRoot, nullptr, now() - 200)), ElementsAre(open_one, third, second));
  EXPECT_THAT(ids_in(history(kRoot, nullptr, 0, 2)), ElementsAre(open_one, third));
  EXPECT_THAT(ids_in(history(kRoot, "bob")), ElementsAre(second));
  EXPECT_THAT(ids_in(history(kAlice)), ElementsAre(open_one, third, first));
  EXPECT_THAT(ids_in(history(kAlice, "alice")), ElementsAre(open_one, third, first));
}

TEST_F(SessionMethodsTest, HistoryShowsRootAnotherSpellingAndWhoIsGone) {
  host_.add_spelling("ALICE", "alice");
  const std::string first = past("aaaa", "alice", 1000);
  const std::string gone = past("bbbb", "carol", 1002);
  EXPECT_THAT(ids_in(history(kRoot, "ALICE")), ElementsAre(first));
  EXPECT_THAT(ids_in(history(kRoot, "carol")), ElementsAre(gone));
  host_.fail_lookups(true);
  EXPECT_THAT(ids_in(history(kRoot, "carol")), ElementsAre(gone));
}

TEST_F(SessionMethodsTest, HistoryTellsAStrangerNothingNotEvenWhoExists) {
  past("bbbb", "bob", 1001);
  const auto exists = history(kAlice, "bob");
  EXPECT_EQ(error_of(exists), kDenied);
  EXPECT_EQ(frame_reply(exists), frame_reply(history(kAlice, "nobody-of-that-name")));
  EXPECT_EQ(error_of(history(kNobody)), kDenied) << "who has no account has no past";
  host_.fail_lookups(true);
  EXPECT_EQ(error_of(history(kAlice)), kFailed);
}

TEST_F(SessionMethodsTest, NoNameOfAStrangersIsLookedUp) {
  // By which it would be found to be theirs.
  host_.add_spelling("ALICE", "alice");
  alices();
  EXPECT_EQ(error_of(history(kAlice, "ALICE")), kDenied);
  EXPECT_EQ(error_of(end(kAlice, nullptr, "ALICE")), kDenied);
}

TEST_F(SessionMethodsTest, HistoryWantsNumbersWithinReason) {
  for (const Json& count : {Json(0), Json(-1), Json(10'001), Json("5"), Json(1.5), Json()})
    EXPECT_EQ(error_of(history(kRoot, nullptr, 0, count)), kInvalid) << count;
  for (const Json& since : {Json("0"), Json(1.5), Json()})
    EXPECT_EQ(error_of(history(kRoot, nullptr, since)), kInvalid) << since;
  EXPECT_EQ(error_of(history(kRoot, 5)), kInvalid);
  EXPECT_TRUE(history(kRoot, nullptr, 0, 10'000));
}

// ---- EndSessions
// ---------------------------------------------------------------------------------

TEST_F(SessionMethodsTest, RootAndTheOwnerEndOne) {
  const std::string first = alices();
  const std::string second = open(process(300), "alice", 1000, {proof(Factor::publickey)});
  const auto by_root = end(kRoot, first.substr(0, 12));
  EXPECT_THAT(ids_in(by_root), ElementsAre(first));
  EXPECT_EQ((*by_root)["sessions"][0]["how"], "revoked");
  EXPECT_EQ((*by_root)["sessions"][0]["ended_by"], "root");
  EXPECT_EQ(stored(first).ending->by, "root");

  const auto by_alice = end(kAlice, second);
  EXPECT_THAT(ids_in(by_alice), ElementsAre(second));
  EXPECT_EQ((*by_alice)["sessions"][0]["proofs"], Json::array());
  EXPECT_EQ(stored(second).ending->by, "alice");
  EXPECT_THAT(open_ids(), IsEmpty());
  EXPECT_EQ(audit_.last().kind, EventKind::session_revoked);
}

TEST_F(SessionMethodsTest, EndingTakesAlongWhatWasOpenedInside) {
  const ProcessId sshd = process(100);
  const std::string outer = open(sshd, "alice", 1000);
  const std::string inner = open(process(101, sshd), "root", 0);
  EXPECT_EQ(error_of(end(kAlice, inner)), kNoSession) << "that is root's";
  EXPECT_THAT(ids_in(end(kAlice, outer)), ElementsAre(outer)) << "which is all she may see";
  EXPECT_THAT(open_ids(), IsEmpty()) << "though both are over";
}

TEST_F(SessionMethodsTest, AllOfOnePersonAreEndedByRootOrThemselves) {
  const std::string first = alices();
  const std::string second = bobs();
  const std::string third = open(process(300), "alice", 1000);
  EXPECT_EQ(error_of(end(kBob, nullptr, "alice")), kDenied);
  EXPECT_EQ(frame_reply(end(kBob, nullptr, "alice")),
            frame_reply(end(kBob, nullptr, "nobody-of-that-name")));
  EXPECT_EQ(error_of(end(kNobody, nullptr, "alice")), kDenied);
  EXPECT_EQ(open_ids().size(), 3U);
  EXPECT_THAT(ids_in(end(kAlice, nullptr, "alice")), ElementsAre(first, third));
  EXPECT_THAT(ids_in(end(kRoot, nullptr, "bob")), ElementsAre(second));
}

TEST_F(SessionMethodsTest, RootEndsThemByAnotherSpellingAndOfWhoIsGone) {
  host_.add_spelling("BOB", "bob");
  const std::string first = bobs();
  const std::string gone = open(process(300), "carol", 1002);
  EXPECT_THAT(ids_in(end(kRoot, nullptr, "BOB")), ElementsAre(first));
  EXPECT_THAT(ids_in(end(kRoot, nullptr, "carol")), ElementsAre(gone));
}

TEST_F(SessionMethodsTest, EndingWhatIsOverSaysSo) {
  const std::string id = past("aaaa", "alice", 1000);
  EXPECT_THAT(reason_of(end(kAlice, id)), HasSubstr("over already"));
  EXPECT_THAT(ids_in(end(kAlice, nullptr, "alice")), IsEmpty());
  EXPECT_EQ(stored(id).ending->how, SessionEnd::closed);
}

TEST_F(SessionMethodsTest, EndingWantsAnIdOrAPerson) {
  const std::string id = alices();
  EXPECT_EQ(error_of(end(kRoot, nullptr)), kInvalid);
  EXPECT_EQ(error_of(end(kRoot, id, "alice")), kInvalid);
  EXPECT_EQ(error_of(end(kRoot, 5)), kInvalid);
  EXPECT_EQ(error_of(call(kRoot, "org.usher.control.EndSessions")), kInvalid);
  EXPECT_THAT(open_ids(), ElementsAre(id));
}

TEST_F(SessionMethodsTest, WhatCannotBeWrittenDownIsSaid) {
  const std::string id = alices();
  store_.fail_commits(true);
  EXPECT_EQ(error_of(end(kRoot, id)), kFailed);
  EXPECT_THAT(open_ids(), IsEmpty()) << "it is over all the same";
}

TEST_F(SessionMethodsTest, WithoutTheStoreNothingIsKnown) {
  const std::string id = alices();
  store_.fail_reads(true);
  for (const VarlinkReply& reply : {list(kRoot), get(kAlice, id), history(kRoot), end(kRoot, id)})
    EXPECT_EQ(error_of(reply), kFailed);
}

// ---- WhoAmI
// --------------------------------------------------------------------------------------

TEST_F(SessionMethodsTest, WhoAmITellsTheSessionThatTheCallerStandsIn) {
  const ProcessId sshd = process(100);
  const std::string id = open(sshd, "alice", 1000, {proof(Factor::publickey)});
  ControlPeer inside = kAlice;
  inside.process = process(101, sshd);
  const auto reply = call(inside, "org.usher.control.WhoAmI");
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["user"], "alice");
  EXPECT_EQ((*reply)["uid"], 1000);
  EXPECT_EQ((*reply)["session"]["id"], id);
  EXPECT_EQ((*reply)["session"]["proofs"].size(), 1U);

  ControlPeer outside = kAlice;
  outside.process = process(102);
  EXPECT_EQ((*call(outside, "org.usher.control.WhoAmI"))["session"], nullptr);
  EXPECT_EQ((*call(kAlice, "org.usher.control.WhoAmI"))["session"], nullptr);
}

TEST_F(SessionMethodsTest, WhoAmITellsNobodyOfSomebodyElsesSession) {
  const ProcessId sshd = process(100);
  const std::string id = open(sshd, "bob", 1001);
  ControlPeer inside = kAlice;
  inside.process = process(101, sshd);
  const auto reply = call(inside, "org.usher.control.WhoAmI");
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["user"], "alice");
  EXPECT_EQ((*reply)["session"], nullptr);
  ControlPeer root = kRoot;
  root.process = inside.process;
  EXPECT_EQ((*call(root, "org.usher.control.WhoAmI"))["session"]["id"], id);
}

TEST_F(SessionMethodsTest, WhoHasNoNameIsANumber) {
  EXPECT_EQ((*call(kNobody, "org.usher.control.WhoAmI"))["user"], "uid 4242");
  host_.fail_lookups(true);
  EXPECT_EQ((*call(kAlice, "org.usher.control.WhoAmI"))["user"], "uid 1000");
}

// ---- Explain
// -------------------------------------------------------------------------------------

class ExplainSessionTest : public SessionMethodsTest {
 protected:
  void SetUp() override {
    SessionMethodsTest::SetUp();
    enrol_otp("alice", "phone");
    store_.set_password("alice", "hash");
    RuleSet rules = some_rules();
    rules.rules[0].services = {"sshd", "sudo"};
    rules.rules[0].require = {{.any_of = {Factor::publickey}}, {.any_of = {Factor::otp}}};
    rules.rules[0].reuse = {{.factor = Factor::publickey, .seconds = 60}};
    rules_.replace(std::move(rules));
  }
  VarlinkReply explain(const Json& session, const std::string& user = "alice",
                       const std::string& service = "sudo", const std::string& from = "") {
    return call(kRoot, "org.usher.control.Explain",
                {{"user", user},
                 {"service", service},
                 {"from", from},
                 {"with", Json::array()},
                 {"session", session}});
  }
  /// What of the session would count.
  Json reused(const VarlinkReply& reply) {
    EXPECT_TRUE(reply) << reason_of(reply);
    return reply ? (*reply)["reused"] : Json();
  }
};

TEST_F(ExplainSessionTest, CountsWhatTheSessionHolds) {
  const std::string id =
      open(process(100), "alice", 1000, {proof(Factor::publickey, 10), proof(Factor::otp, 10)});
  const auto reply = explain(id.substr(0, 8));
  EXPECT_EQ(reused(reply), Json::array({{{"factor", "publickey"},
                                         {"by", "sshd"},
                                         {"user", "alice"},
                                         {"uid", 1000},
                                         {"proven", now() - 10},
                                         {"until", now() + 50}}}));
  EXPECT_EQ((*reply)["decision"], "ask");
  EXPECT_EQ((*reply)["proven"], Json::array({"publickey"}));
  EXPECT_THAT((*reply)["reason"].get<std::string>(), HasSubstr("its session holds publickey"));
  EXPECT_EQ(reused(explain(nullptr)), Json::array());
}

TEST_F(ExplainSessionTest, CountsNothingThatARequestWouldNot) {
  const EarnedProof key = proof(Factor::publickey, 10);
  EarnedProof old = proof(Factor::publickey, 61);
  EarnedProof bobs = key;
  bobs.user = "bob";
  EarnedProof of_others = key;
  of_others.for_uid = 1001;
  EarnedProof by_stack = key;
  by_stack.by = ProvenBy::stack;
  pid_t pid = 100;
  for (const EarnedProof& none : {old, bobs, of_others, by_stack})
    EXPECT_EQ(reused(explain(open(process(pid++), "alice", 1000, {none}))), Json::array());
  const std::string id = open(process(pid++), "alice", 1000, {key});
  EXPECT_EQ(reused(explain(id)).size(), 1U);
  EXPECT_EQ(reused(explain(id, "alice", "sudo", "local")).size(), 1U);
  EXPECT_EQ(reused(explain(id, "bob")), Json::array());
  EXPECT_EQ(reused(explain(id, "nobody-of-that-name")), Json::array());
  EXPECT_EQ(reused(explain(id, "alice", "sshd")), Json::array()) << "it begins one of its own";
  EXPECT_EQ(reused(explain(id, "alice", "sudo", "192.0.2.7")), Json::array());
  keeper_.set_entry("alice", "x", AccountState::locked);
  EXPECT_EQ(reused(explain(id)), Json::array());
}

TEST_F(ExplainSessionTest, OfTwoUidsProofsTellsTheOneThatCounts) {
  EarnedProof of_others = proof(Factor::publickey, 30);
  of_others.for_uid = 7;
  const std::string id =
      open(process(100), "alice", 1000, {of_others, proof(Factor::publickey, 10)});
  EXPECT_EQ(reused(explain(id))[0]["uid"], 1000);
  EXPECT_EQ(reused(explain(id))[0]["until"], now() + 50);
}

TEST_F(ExplainSessionTest, NothingStartedByRootStandsInASession) {
  EarnedProof roots = proof(Factor::publickey, 10);
  roots.for_uid = 0;
  EXPECT_EQ(reused(explain(open(process(100), "root", 0, {roots}))), Json::array());
}

TEST_F(ExplainSessionTest, ASessionThatIsOverOrNoneIsSaid) {
  EXPECT_THAT(reason_of(explain(past("abcd1", "alice", 1000))), HasSubstr("is over"));
  EXPECT_THAT(reason_of(explain("0123")), HasSubstr("no such session"));
  past("abcd2", "alice", 1000);
  EXPECT_THAT(reason_of(explain("abcd")), HasSubstr("more than one"));
  EXPECT_EQ(error_of(explain("xyz")), kInvalid);
}

}  // namespace
}  // namespace usher::testing
