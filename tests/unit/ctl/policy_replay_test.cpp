// SPDX-License-Identifier: Apache-2.0
// `usherctl policy replay`: recorded requests before other rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/config/scratch_directory.h"
#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

/// An event of ada, who is in group staff, by sshd from 192.0.2.7 with a key.
std::string event(const std::string& decision, const std::string& phase = "authenticate",
                  const std::string& facts = "") {
  return R"({"time":"2026-03-01T12:00:00.000000Z","kind":"login-accepted","id":"a","service":"sshd",)"
         R"("user":"ada","person":"ada","rhost":"192.0.2.7","tty":"ssh","phase":")" +
         phase + R"(","rule":"people","at":"/r.toml:1","rules_version":"0123456789abcdef",)" +
         R"("asked":[],"held":[],)" + decision + R"(,"facts":{"groups":{"staff":50},)" + facts +
         R"("given":[{"factor":"publickey","by":"sshd"}],"tty_believed":true},)"
         R"("outcome":"accepted","reason":""})" +
         "\n";
}
constexpr auto kAskOtp = R"("decision":"ask","missing":["otp"])";

class PolicyReplay : public ::testing::Test {
 protected:
  PolicyReplay() {
    log_ = folder_.write("audit.jsonl", event(kAskOtp));
    settings_ =
        folder_.write("usher.toml", "[rules]\ndirectories = [\"rules.d\"]\n[audit]\nfile = \"" +
                                        log_.string() + "\"\n");
    folder_.write("rules.d/50-ssh.toml",
                  "[[rule]]\nname = \"people\"\nrequire = [\"password|publickey\", \"otp\"]\n");
  }
  /// With the rule that `lines` make of it in place of the one in force.
  Outcome replay_with(const std::string& lines, std::vector<std::string> more = {}) {
    static_cast<void>(folder_.make_directory("draft"));
    folder_.write("draft/50-ssh.toml", "[[rule]]\n" + lines);
    more.insert(more.end(), {"--with", (folder_ / "draft").string()});
    return replay(more);
  }
  Outcome replay(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"policy", "replay", "--config", settings_.string()};
    if (std::ranges::find(more, "--since") == more.end())
      words.insert(words.end(), {"--since", "2026-01-01"});
    words.insert(words.end(), more.begin(), more.end());
    return usherctl(words);
  }

  ScratchDirectory folder_;
  std::filesystem::path log_;
  std::filesystem::path settings_;
};

TEST_F(PolicyReplay, TheSameRulesChangeNothing) {
  const Outcome outcome = replay();
  EXPECT_EQ(outcome.out,
            "1 request replayed: 0 would end otherwise, 0 the same by another rule.\n");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST_F(PolicyReplay, ListsWhatWouldEndOtherwise) {
  folder_.write("audit.jsonl", event(kAskOtp) + event(kAskOtp));
  const Outcome outcome =
      replay_with("name = \"key\"\ngroup = [\"staff\"]\nrequire = [\"publickey\"]\n");
  EXPECT_THAT(outcome.out, HasSubstr("ada  sshd  192.0.2.7  ask otp  satisfied  key @ "));
  EXPECT_THAT(outcome.out, HasSubstr("2 requests replayed: 2 would end otherwise"));
  EXPECT_EQ(outcome.exit_code, 1);
  const auto json = nlohmann::json::parse(
      replay_with("name = \"key\"\nuser = [\"bob\"]\nrequire = [\"otp\"]\n", {"--json"}).out);
  EXPECT_EQ(json["changed"], 2);
  EXPECT_EQ(json["changes"][0]["becomes"], "denied");
  EXPECT_EQ(json["changes"][0]["times"], 2);
}

TEST_F(PolicyReplay, AnotherRuleWithTheSameEndIsCountedApart) {
  const Outcome outcome =
      replay_with("name = \"others\"\nrequire = [\"otp\", \"publickey|password\"]\n");
  EXPECT_THAT(outcome.out, HasSubstr("0 would end otherwise, 1 the same by another rule"));
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST_F(PolicyReplay, JudgesAtTheTimeOfTheEvent) {
  EXPECT_EQ(replay_with("name = \"people\"\nhours = [\"Sun 12:00-12:01 UTC\"]\n"
                        "require = [\"password|publickey\", \"otp\"]\n")
                .exit_code,
            0);
  EXPECT_EQ(replay_with("name = \"people\"\nhours = [\"Sun 12:01-12:02 UTC\"]\n"
                        "require = [\"password|publickey\", \"otp\"]\n")
                .exit_code,
            1);
}

TEST_F(PolicyReplay, ASessionsProofsAreAsOldAsTheyWere) {
  std::string line = event(R"("decision":"satisfied","missing":[])");
  const std::string key = R"({"factor":"publickey","by":"sshd"})";
  line.replace(line.find(key), key.size(),
               R"({"factor":"otp","by":"session","age":3600},)"
               R"({"factor":"password","by":"session","age":60})");
  folder_.write("audit.jsonl", line);
  const auto with_reuse = [&](const std::string& reuse) {
    return replay_with("name = \"people\"\nrequire = [\"password\", \"otp\"]\n" + reuse).out;
  };
  EXPECT_THAT(with_reuse("reuse = { otp = \"1h\", password = \"1m\" }\n"),
              HasSubstr("1 request replayed: 0 would end otherwise"));
  EXPECT_THAT(with_reuse("reuse = { otp = \"59m\", password = \"1m\" }\n"),
              HasSubstr("satisfied  ask otp"));
  EXPECT_THAT(with_reuse(""), HasSubstr("satisfied  ask password and otp"));
}

TEST_F(PolicyReplay, LeavesOutWhatCannotBeJudgedAgain) {
  folder_.write("audit.jsonl", event(kAskOtp, "account") +
                                   event(kAskOtp, "authenticate", "\"cut\":true,") +
                                   "{\"time\":\"2026-0\n" + std::string(70'000, 'x') + "\n" +
                                   "{\"kind\":\"x\"}\n" + event(kAskOtp));
  const Outcome outcome = replay();
  EXPECT_THAT(outcome.out, HasSubstr("1 request replayed: 0 would"));
  EXPECT_THAT(outcome.out, HasSubstr("1 request could not be replayed"));
  EXPECT_THAT(outcome.out, HasSubstr("2 damaged lines of the log left out."));
}

TEST_F(PolicyReplay, AGroupByNumberIsTheAccountsOfThatNumber) {
  const std::string people =
      "\n[[rule]]\nname = \"people\"\nrequire = [\"password|publickey\", \"otp\"]\n";
  const auto denying = [&](const std::string& group) {
    return replay_with("name = \"first\"\ngroup = [\"" + group + "\"]\ndeny = true\n" + people);
  };
  EXPECT_THAT(denying("50").out, HasSubstr("1 would end otherwise"));
  EXPECT_THAT(denying("51").out, HasSubstr("0 would end otherwise"));
  EXPECT_THAT(denying("staff").out, HasSubstr("1 would end otherwise"));
}

TEST_F(PolicyReplay, MadeUpNamesAreOneUser) {
  std::string lines;
  for (const char* name : {"mallory", "oscar"}) {
    std::string line = event(kAskOtp);
    line.replace(line.find("\"user\":\"ada\",\"person\":\"ada\""), 27,
                 "\"user\":\"" + std::string(name) + "\",\"person\":\"\"");
    lines += line;
  }
  folder_.write("audit.jsonl", lines);
  const Outcome outcome = replay_with("name = \"nobody\"\ndeny = true\n");
  EXPECT_THAT(outcome.out, ::testing::StartsWith("2 "));
  EXPECT_THAT(outcome.out, HasSubstr("  (no account)  sshd  "));
}

TEST_F(PolicyReplay, WithoutAnAuditFileItAsksForOne) {
  settings_ = folder_.write(
      "usher.toml", "[rules]\ndirectories = [\"rules.d\"]\n[audit]\nfile = \"\"\njournal = true\n");
  const Outcome outcome = replay();
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("--log"));
}

TEST_F(PolicyReplay, SinceAndLogSayWhichEvents) {
  EXPECT_THAT(replay({"--since", "2026-03-02"}).out, HasSubstr("0 requests replayed"));
  const auto other = folder_.write("audit.jsonl.1", event(kAskOtp) + event(kAskOtp));
  EXPECT_THAT(replay({"--log", other.string(), "--log", log_.string()}).out,
              HasSubstr("3 requests replayed"));
  EXPECT_EQ(replay({"--log", (folder_ / "nowhere").string()}).exit_code, 5);
  EXPECT_EQ(replay({"--since", "whenever"}).exit_code, 2);
}

TEST_F(PolicyReplay, RulesWithAMistakeAreShown) {
  EXPECT_EQ(replay_with("name = \"x\"\n").exit_code, 4);
}

}  // namespace
}  // namespace usher::testing
