// SPDX-License-Identifier: Apache-2.0
// `usherctl key`, `backup` and `restore`: what they say, and what a person at a terminal meets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/ctl/person.h"
#include "tests/unit/ctl/usherctl_process.h"
#include "tests/unit/golden_file.h"

namespace usher::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Json = nlohmann::json;

constexpr auto kKeySettings = R"([state]
store = "state/store.db"
master_key = "state/master.key"
[audit]
file = "log/audit.jsonl"
)";
constexpr auto kPassphrase = "several words in a row\n";

/// A store of its own, as root or as whoever runs the test.
class KeyCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    config_ = folder_.write("usher.toml", kKeySettings);
    for (const char* each : {"state", "log", "out"}) {
      fs::create_directory(at(each));
      fs::permissions(at(each), fs::perms::owner_all);
    }
    ASSERT_EQ(run({"init"}).exit_code, 0);
  }
  [[nodiscard]] std::string at(const std::string& name) const {
    return folder_.path() + "/" + name;
  }
  [[nodiscard]] Outcome run(std::vector<std::string> arguments,
                            const std::string& input = {}) const {
    arguments.insert(arguments.end(), {"--config", config_});
    return usherctl(std::move(arguments), input);
  }
  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), USHERCTL);
    arguments.insert(arguments.end(), {"--config", config_});
    return arguments;
  }
  /// The least work that is done for a passphrase.
  [[nodiscard]] std::vector<std::string> backup(const std::vector<std::string>& options) const {
    std::vector<std::string> words = {"backup", at("out/b"), "--memory", "64 MiB"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }
  void back_up() const { ASSERT_EQ(run(backup({"--stdin"}), kPassphrase).exit_code, 0); }
  [[nodiscard]] std::vector<std::string> files_in(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(at(name)))
      names.push_back(entry.path().filename().string());
    return names;
  }
  [[nodiscard]] std::string log() const { return content_of(at("log/audit.jsonl")); }
  [[nodiscard]] std::string key() const { return content_of(at("state/master.key")); }
  [[nodiscard]] std::string in_force() const {
    return Json::parse(run({"key", "status", "--json"}).out).at("in_force");
  }

  ScratchFolder folder_;
  std::string config_;
};

TEST_F(KeyCommands, RotatePutsANewKeyInForce) {
  const std::string before = in_force();
  const Outcome outcome = run({"key", "rotate"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(in_force(), before);
  EXPECT_THAT(outcome.out, HasSubstr("The key " + in_force() + " is in force"));
  EXPECT_THAT(log(), HasSubstr(R"("operation":"key.rotate")"));
  EXPECT_THAT(log(), HasSubstr(in_force() + " is in force in place of " + before));
}

TEST_F(KeyCommands, NothingTellsTheKeyItself) {
  const std::string digits = key().substr(19, 64);
  std::string told;
  for (const std::vector<std::string>& command : {std::vector<std::string>{"key", "status"},
                                                  {"key", "rotate"},
                                                  {"key", "status"},
                                                  {"key", "status", "--json"}}) {
    const Outcome outcome = run(command);
    told += outcome.out + outcome.err;
  }
  told += log();
  EXPECT_THAT(told, Not(HasSubstr(digits)));
  EXPECT_THAT(told, Not(HasSubstr(key().substr(19, 64))));
}

TEST_F(KeyCommands, StatusSaysHowARotationStands) {
  EXPECT_EQ(run({"key", "status"}).exit_code, 0);
  const std::string second = usherctl({"key", "new"}).out;
  fs::permissions(at("state/master.key"), fs::perms::owner_read | fs::perms::owner_write);
  std::ofstream(at("state/master.key"), std::ios::app) << second;
  const Outcome half_way = run({"key", "status"});
  EXPECT_EQ(half_way.exit_code, 1);
  EXPECT_THAT(half_way.out, HasSubstr("A rotation is half-way: `usherctl key rotate` puts"));
  EXPECT_EQ(run({"key", "rotate"}).exit_code, 0);
  EXPECT_EQ(key(), second);
  EXPECT_EQ(run({"key", "status"}).exit_code, 0);
}

TEST_F(KeyCommands, StatusSeesAKeyThatIsNotTheStores) {
  const std::string other = usherctl({"key", "new"}).out;
  fs::remove(at("state/master.key"));
  std::ofstream(at("state/master.key")) << other;
  fs::permissions(at("state/master.key"), fs::perms::owner_read);
  const Outcome outcome = run({"key", "status"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("sealed with another key"));
  EXPECT_EQ(run({"key", "rotate"}).exit_code, 1);
}

TEST_F(KeyCommands, ARotationThatCantBeRecordedIsNotMade) {
  const std::string before = in_force();
  fs::remove(at("log/audit.jsonl"));
  fs::remove(at("log"));
  const Outcome outcome = run({"key", "rotate"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("What can't be recorded is not done."));
  EXPECT_EQ(in_force(), before);
}

TEST_F(KeyCommands, NewIsALineOfAKeyFileAndNotForATerminal) {
  EXPECT_THAT(usherctl({"key", "new"}).out,
              ::testing::MatchesRegex("usher-master-key-1 [0-9a-f]+\n"));
  Person person;
  person.run({USHERCTL, "key", "new"});
  ASSERT_TRUE(person.sees("not for a terminal"));
  EXPECT_EQ(person.ended(), 2);
  EXPECT_THAT(person.screen(), Not(HasSubstr("usher-master-key")));
}

TEST_F(KeyCommands, ABackupIsAFileForItsMakerAlone) {
  const Outcome outcome = run(backup({"--stdin"}), kPassphrase);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("holds 0 passwords, 0 generators of codes"));
  struct stat status{};
  ASSERT_EQ(::stat(at("out/b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_THAT(files_in("out"), ElementsAre("b"));
  EXPECT_THAT(log(), HasSubstr(R"("operation":"store.backup")"));
  EXPECT_THAT(content_of(at("out/b")), Not(HasSubstr("SQLite")));
}

TEST_F(KeyCommands, ABackupIsNotWrittenOverAFile) {
  static_cast<void>(folder_.write("out/b", "dear to somebody"));
  const Outcome outcome = run(backup({"--stdin"}), kPassphrase);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("is there already"));
  EXPECT_EQ(content_of(at("out/b")), "dear to somebody");
  EXPECT_THAT(log(), Not(HasSubstr("store.backup")));
  EXPECT_EQ(run(backup({"--stdin", "--force"}), kPassphrase).exit_code, 0);
  EXPECT_NE(content_of(at("out/b")), "dear to somebody");
}

TEST_F(KeyCommands, WhatGuessingTakesHasBounds) {
  for (const char* wrong : {"63 MiB", "5 GiB", "lots"}) {
    const Outcome outcome = run({"backup", at("out/b"), "--stdin", "--memory", wrong}, kPassphrase);
    EXPECT_EQ(outcome.exit_code, 2) << wrong;
    EXPECT_THAT(outcome.err, HasSubstr("from 64 MiB to 4 GiB"));
  }
  EXPECT_THAT(files_in("out"), IsEmpty());
}

TEST_F(KeyCommands, ABackupThatFailsLeavesNoFile) {
  EXPECT_EQ(run(backup({"--stdin"}), "short\n").exit_code, 1);
  EXPECT_EQ(run(backup({"--stdin"})).exit_code, 1);
  fs::remove(at("state/master.key"));
  EXPECT_EQ(run(backup({"--stdin"}), kPassphrase).exit_code, 1);
  EXPECT_THAT(files_in("out"), IsEmpty());
  EXPECT_EQ(run({"backup", at("nowhere/b"), "--stdin"}, kPassphrase).exit_code, 1);
}

TEST_F(KeyCommands, APassphraseFileThatOthersCanReadIsRefused) {
  const std::string file = folder_.write("passphrase", kPassphrase);
  fs::permissions(file, fs::perms::owner_read | fs::perms::others_read);
  const Outcome outcome = run(backup({"--passphrase-file", file}));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("open to others"));
  fs::permissions(file, fs::perms::owner_read);
  EXPECT_EQ(run(backup({"--passphrase-file", file})).exit_code, 0);
  EXPECT_EQ(run({"restore", at("out/b"), "--passphrase-file", file, "--dry-run"}).exit_code, 0);
}

TEST_F(KeyCommands, AtATerminalThePassphraseIsTypedTwiceAndNotEchoed) {
  Person person;
  person.run(command(backup({})));
  ASSERT_TRUE(person.sees("Passphrase for the backup: "));
  EXPECT_FALSE(person.echo());
  person.type(kPassphrase);
  ASSERT_TRUE(person.sees("The same passphrase again: "));
  person.type(kPassphrase);
  ASSERT_TRUE(person.sees("holds 0 passwords"));
  EXPECT_EQ(person.ended(), 0);
  EXPECT_THAT(person.screen(), Not(HasSubstr("several words")));
  EXPECT_EQ(run({"restore", at("out/b"), "--stdin", "--dry-run"}, kPassphrase).exit_code, 0);
}

TEST_F(KeyCommands, TwoPassphrasesMakeNoBackup) {
  Person person;
  person.run(command(backup({})));
  ASSERT_TRUE(person.sees("Passphrase for the backup: "));
  person.type(kPassphrase);
  ASSERT_TRUE(person.sees("The same passphrase again: "));
  person.type("several words in a raw\n");
  ASSERT_TRUE(person.sees("the two were not the same"));
  EXPECT_EQ(person.ended(), 1);
  EXPECT_THAT(files_in("out"), IsEmpty());
}

TEST_F(KeyCommands, BrokenOffABackupLeavesNothingBehind) {
  Person person;
  person.run(command(backup({})));
  ASSERT_TRUE(person.sees("Passphrase for the backup: "));
  EXPECT_EQ(files_in("out").size(), 1U);
  person.type("half\x03");
  EXPECT_EQ(person.ended(), 128 + SIGINT);
  EXPECT_TRUE(person.echo());
  EXPECT_THAT(files_in("out"), IsEmpty());
}

TEST_F(KeyCommands, ASignalToTheFirstProcessIsHandedOn) {
  Person person;
  person.run(command(backup({})));
  ASSERT_TRUE(person.sees("Passphrase for the backup: "));
  person.signal(SIGTERM);
  EXPECT_EQ(person.ended(), 128 + SIGTERM);
  EXPECT_TRUE(person.echo());
  EXPECT_THAT(files_in("out"), IsEmpty());
}

TEST_F(KeyCommands, RestoreSaysWhatItDid) {
  back_up();
  const Outcome dry = run({"restore", at("out/b"), "--stdin", "--dry-run"}, kPassphrase);
  EXPECT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("Nothing was changed"));
  EXPECT_THAT(log(), Not(HasSubstr("store.restore")));
  const Outcome outcome = run({"restore", at("out/b"), "--stdin"}, kPassphrase);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("store.db is as it was at"));
  EXPECT_THAT(outcome.out, HasSubstr("Now start usherd."));
  EXPECT_THAT(log(), HasSubstr(R"("operation":"store.restore")"));
  const Json again =
      Json::parse(run({"restore", at("out/b"), "--stdin", "--json"}, kPassphrase).out);
  EXPECT_EQ(again.at("restored"), true);
  EXPECT_TRUE(fs::exists(again.at("kept").get<std::string>()));
}

TEST_F(KeyCommands, RestoreAsksForThePassphraseOnce) {
  back_up();
  Person person;
  person.run(command({"restore", at("out/b")}));
  ASSERT_TRUE(person.sees("Passphrase of the backup: "));
  EXPECT_FALSE(person.echo());
  person.type("not those words\n");
  ASSERT_TRUE(person.sees("the passphrase is wrong"));
  EXPECT_EQ(person.ended(), 1);
}

TEST_F(KeyCommands, AFileThatIsNoBackupIsSaidBeforeAPassphraseIsAskedFor) {
  const std::string other = folder_.write("out/other", "something else");
  Person person;
  person.run(command({"restore", other}));
  ASSERT_TRUE(person.sees("it is not a backup"));
  EXPECT_EQ(person.ended(), 1);
  EXPECT_THAT(person.screen(), Not(HasSubstr("Passphrase")));
}

TEST_F(KeyCommands, RestoreTakesAKeyThatIsElsewhere) {
  back_up();
  fs::rename(at("state/master.key"), at("out/key"));
  const Outcome outcome =
      run({"restore", at("out/b"), "--stdin", "--master-key", at("out/key")}, kPassphrase);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_FALSE(fs::exists(at("state/master.key")));
  const Outcome none =
      run({"restore", at("out/b"), "--stdin", "--master-key", at("nowhere")}, kPassphrase);
  EXPECT_EQ(none.exit_code, 1);
}

}  // namespace
}  // namespace usher::testing
