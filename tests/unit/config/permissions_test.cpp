// SPDX-License-Identifier: Apache-2.0
// What others could change is not read.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/config/config.h"
#include "daemon/config/safe_file.h"
#include "tests/unit/config/scratch_directory.h"

namespace usher::config {
namespace {

using usher::testing::ScratchDirectory;

constexpr uid_t kStranger = 54321;

class Permissions : public ::testing::Test {
 protected:
  Permissions() {
    scratch.write("etc/usher.toml", "[rules]\ndirectories = [\"rules.d\"]\n");
    scratch.write("etc/rules.d/50-ssh.toml", "[[rule]]\nname = \"r\"\ndeny = true\n");
  }
  /// What is wrong; empty where nothing is.
  [[nodiscard]] std::string load(std::string_view file = "etc/usher.toml") const {
    const auto loaded = load_configuration(scratch / file);
    if (loaded) return {};
    std::string all;
    for (const Finding& finding : loaded.error()) all += render(finding);
    return all;
  }
  ScratchDirectory scratch;
};

#define EXPECT_REFUSED(loaded, words) \
  EXPECT_NE((loaded).find(words), std::string::npos) << "told: " << (loaded)

TEST_F(Permissions, WhatBelongsToUsIsRead) { EXPECT_EQ(load(), ""); }

TEST_F(Permissions, EveryoneMayRead) {
  ScratchDirectory::set_mode(scratch / "etc", 0755);
  ScratchDirectory::set_mode(scratch / "etc/rules.d", 0755);
  ScratchDirectory::set_mode(scratch / "etc/usher.toml", 0644);
  EXPECT_EQ(load(), "");
}

TEST_F(Permissions, AFileThatOthersCanWriteIsRefused) {
  for (const char* file : {"etc/usher.toml", "etc/rules.d/50-ssh.toml"}) {
    for (const mode_t mode : {0620U, 0602U, 0666U}) {
      ScratchDirectory::set_mode(scratch / file, mode);
      const std::string told = load();
      EXPECT_REFUSED(told, "can be written by others");
      EXPECT_REFUSED(told, "chmod go-w '" + (scratch / file).string() + "'");
    }
    ScratchDirectory::set_mode(scratch / file, 0600);
  }
}

TEST_F(Permissions, ADirectoryThatOthersCanWriteIsRefused) {
  for (const char* directory : {"etc", "etc/rules.d"}) {
    for (const mode_t mode : {0720U, 0702U, 01777U}) {
      ScratchDirectory::set_mode(scratch / directory, mode);
      EXPECT_REFUSED(load(), "can be written by others");
    }
    ScratchDirectory::set_mode(scratch / directory, 0700);
  }
}

TEST_F(Permissions, WhatBelongsToAnotherIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  for (const char* path : {"etc/usher.toml", "etc/rules.d/50-ssh.toml", "etc", "etc/rules.d"}) {
    ASSERT_EQ(::chown((scratch / path).c_str(), kStranger, 0), 0);
    EXPECT_REFUSED(load(), "belongs to user id 54321") << path;
    ASSERT_EQ(::chown((scratch / path).c_str(), 0, 0), 0);
  }
  EXPECT_EQ(load(), "");
}

TEST_F(Permissions, WhatBelongsToRootIsReadByOthers) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another";
  ScratchDirectory::set_mode(scratch.path(), 0755);
  for (const char* path : {"etc", "etc/rules.d"}) ScratchDirectory::set_mode(scratch / path, 0755);
  for (const char* path : {"etc/usher.toml", "etc/rules.d/50-ssh.toml"})
    ScratchDirectory::set_mode(scratch / path, 0644);
  ASSERT_EQ(::seteuid(kStranger), 0);
  const std::string told = load();
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_EQ(told, "");
}

TEST_F(Permissions, WhatMayNotBeReadIsReported) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another";
  ScratchDirectory::set_mode(scratch.path(), 0755);
  ScratchDirectory::set_mode(scratch / "etc", 0755);
  ScratchDirectory::set_mode(scratch / "etc/usher.toml", 0644);
  ASSERT_EQ(::seteuid(kStranger), 0);
  const std::string told = load();
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_REFUSED(told, "usher.toml:2:16: the directory");
  EXPECT_REFUSED(told, "Permission denied");
}

TEST_F(Permissions, ASymbolicLinkIsRefused) {
  std::filesystem::create_symlink("usher.toml", scratch / "etc/link.toml");
  EXPECT_REFUSED(load("etc/link.toml"), "is a symbolic link");
  std::filesystem::create_directory_symlink("etc", scratch / "link");
  EXPECT_REFUSED(load("link/usher.toml"), "is a symbolic link");
}

TEST_F(Permissions, ASymbolicLinkAmongTheRulesIsRefused) {
  std::filesystem::create_symlink("50-ssh.toml", scratch / "etc/rules.d/60-link.toml");
  EXPECT_REFUSED(load(), "60-link.toml: the file is a symbolic link");
}

TEST_F(Permissions, ALinkToTheRulesIsRefusedEvenWithASlashBehindIt) {
  std::filesystem::create_directory_symlink("rules.d", scratch / "etc/linked.d");
  for (const char* spelled : {"linked.d", "linked.d/", "./linked.d//"}) {
    scratch.write("etc/usher.toml", "[rules]\ndirectories = [\"" + std::string(spelled) + "\"]\n");
    EXPECT_REFUSED(load(), "is a symbolic link") << spelled;
  }
}

TEST_F(Permissions, NoSpellingOfALinkIsADirectory) {
  std::filesystem::create_directory_symlink("rules.d", scratch / "etc/linked.d");
  EXPECT_TRUE(SafeDirectory::open(scratch / "etc/rules.d/"));
  EXPECT_FALSE(SafeDirectory::open(scratch / "etc/linked.d"));
  EXPECT_FALSE(SafeDirectory::open(scratch / "etc/linked.d/"));
}

TEST_F(Permissions, OnlyARegularFileIsRead) {
  ASSERT_EQ(::mkfifo((scratch / "etc/fifo.toml").c_str(), 0600), 0);
  EXPECT_REFUSED(load("etc/fifo.toml"), "not a regular file");
  EXPECT_REFUSED(load("etc/rules.d"), "not a regular file");
  EXPECT_REFUSED(load("etc/rules.d/"), "names no file");
  EXPECT_REFUSED(load("etc/missing.toml"), "No such file");
  EXPECT_REFUSED(load("missing/usher.toml"), "No such file");
  EXPECT_REFUSED(load("etc/usher.toml/x"), "Not a directory");
}

TEST_F(Permissions, AFileOfMoreThanOneMebibyteIsRefused) {
  scratch.write("etc/usher.toml", std::string(kMaxConfigurationFile + 1, '\n'));
  EXPECT_REFUSED(load(), "larger than 1 MiB");
  scratch.write("etc/usher.toml", "[rules]\ndirectories = [\"rules.d\"]\n" +
                                      std::string(kMaxConfigurationFile - 36, '\n'));
  EXPECT_EQ(load(), "");
}

TEST_F(Permissions, AHintCanBePastedIntoAShell) {
  scratch.make_directory("it's; rm");
  const auto file = scratch.write("it's; rm/usher.toml", "");
  ScratchDirectory::set_mode(file, 0666);
  EXPECT_REFUSED(load("it's; rm/usher.toml"),
                 "chmod go-w '" + scratch.path().string() + "/it'\\''s; rm/usher.toml'");
}

}  // namespace
}  // namespace usher::config
