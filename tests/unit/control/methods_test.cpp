// SPDX-License-Identifier: Apache-2.0
#include "daemon/control/methods.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "daemon/factors/otp_enrolment.h"
#include "tests/unit/control/control_fixture.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class MethodsTest : public ControlFixture {
 protected:
  void TearDown() override {
    if (!ports_.audit_file.empty()) std::filesystem::remove(ports_.audit_file);
  }
  void write_log(const std::string& content) {
    std::string name = (std::filesystem::temp_directory_path() / "usher-log-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    ASSERT_GE(file, 0);
    ::close(file);
    std::ofstream(name) << content;
    ports_.audit_file = name;
  }
};

TEST_F(MethodsTest, AreRefusedToWhoeverIsNotRoot) {
  for (const char* method : {"org.usher.control.Status", "org.usher.control.Reload",
                             "org.usher.control.Explain", "org.usher.control.Log"}) {
    EXPECT_EQ(error_of(call(kAlice, method)), kDenied) << method;
    EXPECT_NE(error_of(call(kRoot, method)), kDenied) << method;
  }
  EXPECT_EQ(reloaded_for_, kRoot.pid);
}

TEST_F(MethodsTest, ThatDoNotExistAreNotFound) {
  const auto reply = call(kRoot, "org.usher.control.Shutdown");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().name, "org.varlink.service.MethodNotFound");
  EXPECT_EQ(reply.error().parameters["method"], "org.usher.control.Shutdown");
}

TEST_F(MethodsTest, OfTheInterfaceFileAreAllThere) {
  const auto described = call(kAlice, "org.varlink.service.GetInterfaceDescription",
                              {{"interface", "org.usher.control"}});
  ASSERT_TRUE(described);
  const auto text = (*described)["description"].get<std::string>();
  const std::regex method(R"(method (\w+)\()");
  int methods = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), method), end; it != end; ++it) {
    ++methods;
    EXPECT_NE(error_of(call(kRoot, "org.usher.control." + (*it)[1].str())),
              "org.varlink.service.MethodNotFound")
        << (*it)[1];
  }
  EXPECT_EQ(methods, 14);
}

TEST_F(MethodsTest, GetInfoNamesTheInterfaces) {
  const auto info = call(kNobody, "org.varlink.service.GetInfo");
  ASSERT_TRUE(info);
  EXPECT_EQ((*info)["version"], "1.2.3");
  EXPECT_EQ((*info)["interfaces"], (Json::array({"org.varlink.service", "org.usher.control"})));
  EXPECT_EQ(error_of(call(kNobody, "org.varlink.service.GetInterfaceDescription",
                          {{"interface", "org.example"}})),
            "org.varlink.service.InterfaceNotFound");
}

TEST_F(MethodsTest, StatusTellsNumbersAndRules) {
  const auto status = call(kRoot, "org.usher.control.Status");
  ASSERT_TRUE(status);
  EXPECT_EQ(*status, (Json{{"version", "1.2.3"},
                           {"pid", ::getpid()},
                           {"started", 1'000'000'000},
                           {"configuration", "/etc/usher/usher.toml"},
                           {"rules", 1},
                           {"rules_version", "0123456789abcdef"},
                           {"dialogues", 1},
                           {"accepted", 2},
                           {"denied", 3},
                           {"observed", 5},
                           {"refused", 4}}));
}

TEST_F(MethodsTest, ReloadTellsTheRulesOrTheFindings) {
  const auto loaded = call(kRoot, "org.usher.control.Reload");
  ASSERT_TRUE(loaded);
  EXPECT_EQ((*loaded)["rules"], 1);
  reload_failure_ = {.in_configuration = true, .text = "50-ssh.toml:3:1: no such key"};
  const auto rejected = call(kRoot, "org.usher.control.Reload");
  ASSERT_FALSE(rejected);
  EXPECT_EQ(rejected.error().name, "org.usher.control.ConfigurationRejected");
  EXPECT_EQ(rejected.error().parameters["findings"], reload_failure_.text);
}

TEST_F(MethodsTest, ReloadThatCouldNotBeRecordedIsNoMistakeInTheConfiguration) {
  reload_failure_ = {.text = "the log's disk is full"};
  const auto failed = call(kRoot, "org.usher.control.Reload");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().name, kFailed);
  EXPECT_EQ(failed.error().parameters["reason"], reload_failure_.text);
}

TEST_F(MethodsTest, ListOtpShowsOnesOwnCodesAndRootEverybodys) {
  enrol_otp("alice", "phone");
  for (const ControlPeer& peer : {kAlice, kRoot}) {
    const auto codes = call(peer, "org.usher.control.ListOtp", {{"user", "alice"}});
    ASSERT_TRUE(codes);
    EXPECT_EQ((*codes)["codes"].size(), 1U);
    EXPECT_EQ((*codes)["codes"][0]["label"], "phone");
    EXPECT_EQ((*codes)["codes"][0]["algorithm"], name_of(OtpAlgorithm::sha1));
    EXPECT_EQ((*codes)["codes"][0]["kind"], "TOTP");
    EXPECT_EQ((*codes)["codes"][0]["digits"], 6);
    EXPECT_EQ((*codes)["codes"][0]["period"], 30);
    EXPECT_EQ((*codes)["codes"][0].size(), 7U);  // and no seed
  }
}

TEST_F(MethodsTest, ListOtpTellsAStrangerNothingNotEvenWhoExists) {
  enrol_otp("bob", "phone");
  const auto exists = call(kAlice, "org.usher.control.ListOtp", {{"user", "bob"}});
  const auto missing = call(kAlice, "org.usher.control.ListOtp", {{"user", "carol"}});
  ASSERT_FALSE(exists || missing);
  EXPECT_EQ(frame_reply(exists), frame_reply(missing));
  EXPECT_EQ(error_of(exists), kDenied);
  EXPECT_EQ(error_of(call(kNobody, "org.usher.control.ListOtp", {{"user", "bob"}})), kDenied);
}

TEST_F(MethodsTest, ListOtpUnderstandsAnotherSpellingOfOnesOwnName) {
  host_.add_spelling("ALICE", "alice");
  enrol_otp("alice", "phone");
  const auto codes = call(kAlice, "org.usher.control.ListOtp", {{"user", "ALICE"}});
  ASSERT_TRUE(codes);
  EXPECT_EQ((*codes)["codes"].size(), 1U);
}

TEST_F(MethodsTest, ListOtpShowsRootWhatAnAccountThatIsGoneLeftBehind) {
  enrol_otp("carol", "phone");
  const auto codes = call(kRoot, "org.usher.control.ListOtp", {{"user", "carol"}});
  ASSERT_TRUE(codes);
  EXPECT_EQ((*codes)["codes"].size(), 1U);
}

TEST_F(MethodsTest, ListOtpFailsWhereNothingIsKnown) {
  host_.fail_lookups(true);
  EXPECT_FALSE(call(kAlice, "org.usher.control.ListOtp", {{"user", "alice"}}));
  EXPECT_EQ(error_of(call(kRoot, "org.usher.control.ListOtp", {{"user", "alice"}})), kFailed);
  host_.fail_lookups(false);
  store_.fail_reads(true);
  EXPECT_EQ(error_of(call(kAlice, "org.usher.control.ListOtp", {{"user", "alice"}})), kFailed);
  EXPECT_EQ(error_of(call(kAlice, "org.usher.control.ListOtp")), kInvalid);
}

TEST_F(MethodsTest, LogGivesTheNewestEventsOldestFirst) {
  write_log("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
  const auto log = call(kRoot, "org.usher.control.Log", {{"count", 2}});
  ASSERT_TRUE(log);
  EXPECT_EQ((*log)["events"], Json::array({"{\"n\":2}", "{\"n\":3}"}));
}

TEST_F(MethodsTest, LogFindsAPersonByTypedAndByCanonicalName) {
  write_log(R"({"n":1,"user":"ALICE","person":"alice"}
{"n":2,"user":"bob","person":"bob"}
not json, alice
{"n":3,"user":"alice","person":""}
{"n":4,"reason":"alice"}
)");
  const auto log = call(kRoot, "org.usher.control.Log", {{"count", 10}, {"user", "alice"}});
  ASSERT_TRUE(log);
  ASSERT_EQ((*log)["events"].size(), 2U);
  EXPECT_THAT((*log)["events"][0].get<std::string>(), HasSubstr("\"n\":1"));
  EXPECT_THAT((*log)["events"][1].get<std::string>(), HasSubstr("\"n\":3"));
}

TEST_F(MethodsTest, LogWantsACountWithinReason) {
  write_log("");
  for (const Json& count : {Json(0), Json(-1), Json(10'001), Json("5"), Json(1.5), Json(1e300),
                            Json(UINT64_MAX), Json()})
    EXPECT_EQ(error_of(call(kRoot, "org.usher.control.Log", {{"count", count}})), kInvalid)
        << count;
  EXPECT_TRUE(call(kRoot, "org.usher.control.Log", {{"count", 1}, {"user", nullptr}}));
}

TEST_F(MethodsTest, LogSaysWhereElseToLookWithoutAFile) {
  const auto log = call(kRoot, "org.usher.control.Log", {{"count", 1}});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().name, kFailed);
  EXPECT_THAT(log.error().parameters["reason"].get<std::string>(), HasSubstr("journalctl"));
}

}  // namespace
}  // namespace usher::testing
