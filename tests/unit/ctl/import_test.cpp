// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/init.h"
#include "daemon/store/sqlite_store.h"
#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kImportSettings = R"([state]
store = "state/store.db"
master_key = "state/master.key"
[audit]
file = "state/audit.jsonl"
)";
constexpr auto kGoogle =
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n\" DISALLOW_REUSE 7 9\n\" TOTP_AUTH\n12345678\n";

/// The account that the tests run as.
std::string own_account() { return ::getpwuid(::getuid())->pw_name; }

class ImportCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    config = folder.write("usher.toml", kImportSettings);
    fs::create_directory(at("state"));
    fs::permissions(at("state"), fs::perms::owner_all);
    ASSERT_TRUE(initialise_store(at("state/store.db"), at("state/master.key")));
  }
  [[nodiscard]] std::string at(const std::string& name) const { return folder.path() + "/" + name; }
  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
    const std::string file = folder.write(name, content);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    return file;
  }
  [[nodiscard]] std::string csv(const std::string& name, const std::string& records) const {
    return write(name, "user,label,secret\n" + records);
  }
  [[nodiscard]] Outcome import(std::vector<std::string> arguments,
                               const std::string& input = {}) const {
    arguments.insert(arguments.begin(), {"--config", config, "import"});
    return usherctl(std::move(arguments), input);
  }
  /// The labels of the codes that the account has in the store.
  [[nodiscard]] std::vector<std::string> enrolled(const std::string& user) const {
    const auto store = SqliteStore::open(at("state/store.db"), at("state/master.key"));
    EXPECT_TRUE(store) << store.error().message;
    std::vector<std::string> labels;
    const auto codes = (*store)->otp_credentials(user);
    for (const OtpCredential& code : *codes) labels.push_back(code.label);
    return labels;
  }
  [[nodiscard]] std::string log() const {
    std::ifstream in(at("state/audit.jsonl"));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  ScratchFolder folder;
  std::string config;
  std::string me = own_account();
  std::string secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  std::string other = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR";
};

TEST_F(ImportCommand, TakesOverWhatAFileHolds) {
  const Outcome outcome = import({"--user", me, write("ga", kGoogle)});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1 code taken over"));
  EXPECT_THAT(outcome.out, HasSubstr("ga:4:1: note: 1 scratch code is not taken over"));
  EXPECT_THAT(outcome.out, HasSubstr("delete them"));
  EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("GEZDGNBV")));
  EXPECT_THAT(enrolled(me), ElementsAre("google-authenticator"));
  const auto store = SqliteStore::open(at("state/store.db"), at("state/master.key"));
  const auto codes = (*store)->otp_credentials(me);
  EXPECT_EQ(codes->front().seed.expose(), "12345678901234567890");
  EXPECT_EQ(codes->front().last_step, 9U);
}

TEST_F(ImportCommand, IsWrittenDown) {
  ASSERT_EQ(import({csv("table.csv", me + ",phone," + secret + "\n")}).exit_code, 0);
  const Json event = Json::parse(log());
  EXPECT_EQ(event.at("kind"), "credential-changed");
  EXPECT_EQ(event.at("operation"), "otp.import");
  EXPECT_EQ(event.at("label"), "phone");
  EXPECT_EQ(event.at("reason"), "taken over from " + at("table.csv") + ":2");
  EXPECT_THAT(log(), Not(HasSubstr("GEZDGNBV")));
}

TEST_F(ImportCommand, TrialChangesNothing) {
  const Outcome outcome = import({"--dry-run", "--user", me, write("ga", kGoogle)});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1 code would be taken over"));
  EXPECT_THAT(outcome.out, HasSubstr("Nothing was changed"));
  EXPECT_THAT(enrolled(me), IsEmpty());
  EXPECT_EQ(log(), "");
}

TEST_F(ImportCommand, IsAllOrNothing) {
  const std::string file = csv("table.csv", me + ",phone," + secret + "\n" + me +
                                                ",old,GEZDGNBV\n" + me + ",token," + other + "\n");
  const Outcome outcome = import({file});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("table.csv:3:"));
  EXPECT_THAT(outcome.out, HasSubstr("2 codes would be taken over"));
  EXPECT_THAT(outcome.err, HasSubstr("nothing was changed"));
  EXPECT_THAT(outcome.err, HasSubstr("--skip-bad"));
  EXPECT_THAT(enrolled(me), IsEmpty());

  EXPECT_EQ(import({"--skip-bad", file}).exit_code, 0);
  EXPECT_THAT(enrolled(me), ElementsAre("phone", "token"));
}

TEST_F(ImportCommand, TakesNothingTwice) {
  const std::string file = csv("table.csv", me + ",phone," + secret + "\n");
  ASSERT_EQ(import({file}).exit_code, 0);
  const Outcome again = import({file});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.out, HasSubstr("has this secret already, as `phone`"));
  const Outcome renamed = import({"--skip-bad", csv("other.csv", me + ",other," + secret + "\n")});
  EXPECT_EQ(renamed.exit_code, 1);
  EXPECT_THAT(renamed.err, HasSubstr("no code could be taken over"));
  EXPECT_THAT(enrolled(me), ElementsAre("phone"));
  EXPECT_EQ(
      import({csv("one.csv", me + ",a," + other + "\n"), csv("two.csv", me + ",b," + other + "\n")})
          .exit_code,
      1);
}

TEST_F(ImportCommand, SaysItInJson) {
  const Outcome outcome = import({"--json", "--dry-run", "--user", me, write("ga", kGoogle)});
  const Json said = Json::parse(outcome.out);
  EXPECT_EQ(said.at("dry_run"), true);
  EXPECT_EQ(said.at("changed"), false);
  const Json& code = said.at("codes").at(0);
  EXPECT_EQ(code.at("user"), me);
  EXPECT_EQ(code.at("label"), "google-authenticator");
  EXPECT_EQ(code.at("kind"), "totp");
  EXPECT_EQ(code.at("algorithm"), "sha1");
  EXPECT_EQ(code.at("digits"), 6);
  EXPECT_EQ(code.at("period"), 30);
  EXPECT_EQ(code.at("file"), at("ga"));
  EXPECT_EQ(code.at("line"), 1);
  EXPECT_EQ(said.at("findings").at(0).at("severity"), "note");
  EXPECT_EQ(said.at("findings").at(0).at("line"), 4);

  const Json failed = Json::parse(import({"--json", csv("bad.csv", "x\n")}).out);
  EXPECT_EQ(failed.at("changed"), false);
  EXPECT_THAT(failed.at("codes"), IsEmpty());
}

TEST_F(ImportCommand, ReadsStandardInput) {
  const Outcome outcome =
      import({"--user", me, "-"}, "otpauth://totp/Example:ada?secret=" + secret + "\n");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(enrolled(me), ElementsAre("Example:ada"));
}

TEST_F(ImportCommand, LabelMayBeChosen) {
  const std::string file = write("ga", kGoogle);
  EXPECT_EQ(import({"--user", me, "--label", "", file}).exit_code, 2);
  EXPECT_EQ(import({"--user", me, "--label", std::string(65, 'x'), file}).exit_code, 2);
  EXPECT_EQ(import({"--user", me, "--label", "old phone", file}).exit_code, 0);
  EXPECT_THAT(enrolled(me), ElementsAre("old phone"));
}

TEST_F(ImportCommand, FormatIsToldOrFound) {
  const std::string odd = write("odd", "secret\n" + secret + "\n");
  const Outcome unknown = import({"--user", me, odd});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.out, HasSubstr("of no format that is known here"));
  EXPECT_THAT(unknown.out,
              HasSubstr("--format: `google-authenticator`, `users.oath`, `otpauth` or `csv`"));
  EXPECT_EQ(import({"--user", me, "--format", "csv", odd}).exit_code, 0);
  EXPECT_EQ(import({"--format", "excel", odd}).exit_code, 2);
  EXPECT_EQ(import({}).exit_code, 2);
}

TEST_F(ImportCommand, FileThatIsNotThereIsAMistake) {
  const std::string file = csv("table.csv", me + ",phone," + secret + "\n");
  const Outcome outcome = import({file, at("none")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("none: can't be read: No such file"));
  EXPECT_THAT(enrolled(me), IsEmpty());
}

TEST_F(ImportCommand, FileThatOthersMayReadIsWarnedOf) {
  const std::string file = csv("table.csv", me + ",phone," + secret + "\n");
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  const Outcome outcome = import({file});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out,
              HasSubstr("table.csv: warning: others than its owner may read this file"));
}

TEST_F(ImportCommand, FileThatSaysTooMuchWrongIsNotTakenInPart) {
  std::string records = me + ",phone," + secret + "\n";
  for (int i = 0; i < 1'100; ++i) records += "x\n";
  const Outcome outcome = import({"--skip-bad", csv("table.csv", records)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("not all could be read"));
  EXPECT_THAT(enrolled(me), IsEmpty());
}

TEST_F(ImportCommand, GoogleAuthenticatorsFileIsItsOwners) {
  const std::string file = write("ga", kGoogle);
  if (::getuid() != 0) {
    EXPECT_EQ(import({file}).exit_code, 0);
    EXPECT_THAT(enrolled(me), ElementsAre("google-authenticator"));
    return;
  }
  const Outcome of_root = import({file});
  EXPECT_EQ(of_root.exit_code, 1);
  EXPECT_THAT(of_root.out, HasSubstr("nothing says whose code"));
  const passwd* somebody = ::getpwnam("daemon");
  ASSERT_NE(somebody, nullptr);
  ASSERT_EQ(::chown(file.c_str(), somebody->pw_uid, somebody->pw_gid), 0);
  EXPECT_EQ(import({file}).exit_code, 0);
  EXPECT_THAT(enrolled("daemon"), ElementsAre("google-authenticator"));
}

}  // namespace
}  // namespace usher::testing
