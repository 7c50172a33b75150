// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/master_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store/scratch.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class MasterKeyTest : public ::testing::Test {
 protected:
  void write(std::string_view content, mode_t mode = 0400) {
    std::filesystem::remove(scratch_.key());
    write_file(scratch_.key(), content);
    ASSERT_EQ(::chmod(scratch_.key().c_str(), mode), 0);
  }
  std::string why_refused() {
    const auto read = MasterKey::read(scratch_.key());
    EXPECT_FALSE(read);
    return read ? std::string() : read.error().message;
  }
  Scratch scratch_;
  const std::string content_{MasterKey::generate()->encode()->expose()};
};

TEST_F(MasterKeyTest, ReadsWhatItEncodes) {
  const auto key = MasterKey::generate();
  ASSERT_TRUE(key);
  write(key->encode()->expose());
  const auto read = MasterKey::read(scratch_.key());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->id(), key->id());
  EXPECT_TRUE(read->sealing_key()->equals(key->sealing_key()->expose()));
}

TEST_F(MasterKeyTest, TheFileIsOneLineOfText) {
  EXPECT_THAT(content_, ::testing::MatchesRegex("usher-master-key-1 [0-9a-f]+\n"));
  EXPECT_EQ(content_.size(), 19U + 64 + 1);
}

TEST_F(MasterKeyTest, TwoKeysDiffer) {
  EXPECT_NE(MasterKey::generate()->id(), MasterKey::generate()->id());
}

TEST_F(MasterKeyTest, WhatIsDerivedDoesNotTellTheKey) {
  write("usher-master-key-1 " + std::string(64, '0') + "\n");
  const auto key = MasterKey::read(scratch_.key());
  ASSERT_TRUE(key);
  const KeyId id = key->id();
  const auto sealing = key->sealing_key();
  EXPECT_FALSE(sealing->equals(std::string(32, '\0')));
  EXPECT_NE(std::string(id.begin(), id.end()), sealing->expose().substr(0, id.size()));
}

TEST_F(MasterKeyTest, EveryOtherContentIsRefused) {
  const std::string too_short = content_.substr(0, content_.size() - 2) + "\n";
  std::string no_hex = content_;
  no_hex[30] = 'g';
  std::string other_version = content_;
  other_version[17] = '2';
  for (const std::string& wrong :
       {std::string(), std::string(32, 'k'), content_ + content_, content_ + "\n",
        content_.substr(0, content_.size() - 1), too_short, no_hex, other_version}) {
    write(wrong);
    EXPECT_THAT(why_refused(), HasSubstr("is not a master key"));
  }
}

TEST_F(MasterKeyTest, AnErrorNeverQuotesTheFile) {
  write("usher-master-key-1 " + std::string(60, 'a') + "\n");
  EXPECT_THAT(why_refused(), ::testing::Not(HasSubstr("aaaa")));
}

TEST_F(MasterKeyTest, AMissingFileIsNamed) {
  EXPECT_THAT(why_refused(), HasSubstr(scratch_.key().string()));
}

TEST_F(MasterKeyTest, AFileOthersCanReadIsRefused) {
  for (const mode_t mode : {0404U, 0420U, 0402U, 0644U, 0460U}) {
    write(content_, mode);
    EXPECT_THAT(why_refused(), HasSubstr("open to others")) << std::oct << mode;
  }
  for (const mode_t mode : {0400U, 0600U}) {
    write(content_, mode);
    EXPECT_TRUE(MasterKey::read(scratch_.key()));
  }
}

TEST_F(MasterKeyTest, OnlyRootsOwnFileMayBeReadableByItsGroup) {
  write(content_, 0440);
  if (::geteuid() != 0) {
    EXPECT_THAT(why_refused(), HasSubstr("open to others"));
    GTEST_SKIP() << "only root can make root's file";
  }
  ASSERT_EQ(::chown(scratch_.key().c_str(), 0, 0), 0);
  EXPECT_TRUE(MasterKey::read(scratch_.key()));
  ASSERT_EQ(::chown(scratch_.key().c_str(), 0, 100), 0);
  EXPECT_THAT(why_refused(), HasSubstr("open to others"));
}

TEST_F(MasterKeyTest, AnotherUsersFileIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write(content_);
  ASSERT_EQ(::chown(scratch_.key().c_str(), 65534, 65534), 0);
  EXPECT_THAT(why_refused(), HasSubstr("belongs to uid 65534"));
}

TEST_F(MasterKeyTest, WhatIsNoRegularFileIsRefused) {
  write_file(scratch_.path() / "real", content_);
  ASSERT_EQ(::chmod((scratch_.path() / "real").c_str(), 0400), 0);
  std::filesystem::create_symlink(scratch_.path() / "real", scratch_.key());
  EXPECT_THAT(why_refused(), HasSubstr("symbolic link"));
  std::filesystem::remove(scratch_.key());
  // Opening a FIFO that nobody writes must not block either.
  ASSERT_EQ(::mkfifo(scratch_.key().c_str(), 0400), 0);
  EXPECT_THAT(why_refused(), HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace usher::testing
