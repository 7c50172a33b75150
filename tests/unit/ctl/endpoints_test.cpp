// SPDX-License-Identifier: Apache-2.0
#include "ctl/endpoints.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/ctl/usherctl_process.h"

namespace usher::ctl {
namespace {

class Endpoints : public ::testing::Test {
 protected:
  Globals configured(const std::string& settings) const {
    Globals globals;
    globals.config = folder.write("usher.toml", settings);
    globals.config_given = true;
    return globals;
  }
  testing::ScratchFolder folder;
};

constexpr auto kSockets = R"([sockets]
root = "root.sock"
self = "self.sock"
control = "control.sock"
)";

TEST_F(Endpoints, ComeFromTheConfiguration) {
  const Globals globals = configured(kSockets);
  EXPECT_EQ(control_endpoint(globals)->path, folder.path() + "/control.sock");
  EXPECT_EQ(login_endpoint(globals)->path,
            folder.path() + (::geteuid() == 0 ? "/root.sock" : "/self.sock"));
  EXPECT_EQ(control_endpoint(globals)->doubt, "");
}

TEST_F(Endpoints, OnTheCommandLineGoFirst) {
  Globals globals = configured(kSockets);
  globals.login_socket = "/x/login";
  globals.control_socket = "/x/control";
  EXPECT_EQ(login_endpoint(globals)->path, "/x/login");
  EXPECT_EQ(control_endpoint(globals)->path, "/x/control");
}

TEST_F(Endpoints, AMistakeInARuleDoesNotHideThem) {
  const Globals globals = configured(kSockets);
  EXPECT_TRUE(folder.write("rules.d/10-bad.toml", "[[rule]]\nnonsense = 1\n").ends_with(".toml"));
  EXPECT_EQ(control_endpoint(globals)->path, folder.path() + "/control.sock");
  EXPECT_EQ(control_endpoint(globals)->doubt, "");
}

TEST_F(Endpoints, AMistakeInAnotherSettingOnlyCastsDoubt) {
  const auto endpoint = control_endpoint(configured(std::string(kSockets) + "[login]\nno = 1\n"));
  EXPECT_EQ(endpoint->path, folder.path() + "/control.sock");
  EXPECT_NE(endpoint->doubt, "");
}

TEST_F(Endpoints, AConfigurationThatWasAskedForMustBeThere) {
  Globals globals;
  globals.config = folder.path() + "/missing.toml";
  globals.config_given = true;
  const auto endpoint = control_endpoint(globals);
  ASSERT_FALSE(endpoint);
  EXPECT_EQ(endpoint.error().code, ExitCode::configuration);
}

TEST_F(Endpoints, WithoutTheUsualConfigurationTheyAreTheUsualOnes) {
  Globals globals;
  globals.config = folder.path() + "/missing.toml";
  const auto endpoint = control_endpoint(globals);
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->path, "/run/usher/control.sock");
  EXPECT_NE(endpoint->doubt, "");
}

TEST_F(Endpoints, TheOwnerOfTheFolderMayListen) {
  struct stat status{};
  ASSERT_EQ(::stat(folder.path().c_str(), &status), 0);
  EXPECT_EQ(expected_server_of(folder.path() + "/any.sock"), status.st_uid);
  EXPECT_EQ(expected_server_of("/nonexistent/folder/sock"), 0U);
}

TEST_F(Endpoints, SettingsWithAMistakeAreNotReturned) {
  EXPECT_TRUE(read_settings_of(configured(kSockets)));
  EXPECT_FALSE(read_settings_of(configured("[state]\nstor = \"x\"\n")));
}

}  // namespace
}  // namespace usher::ctl
