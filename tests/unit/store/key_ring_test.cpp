// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/key_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store/scratch.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class KeyRingTest : public ::testing::Test {
 protected:
  void write(std::string_view content, mode_t mode = 0400) {
    std::filesystem::remove(scratch_.key());
    write_file(scratch_.key(), content);
    ASSERT_EQ(::chmod(scratch_.key().c_str(), mode), 0);
  }
  std::string why_refused() {
    const auto read = KeyRing::read(scratch_.key());
    EXPECT_FALSE(read);
    return read ? std::string() : read.error().message;
  }
  static std::string line() { return std::string(MasterKey::generate()->encode()->expose()); }
  static KeyRing ring_of(MasterKey one, MasterKey other) {
    std::vector<MasterKey> keys;
    keys.push_back(std::move(one));
    keys.push_back(std::move(other));
    auto ring = KeyRing::of(std::move(keys));
    EXPECT_TRUE(ring);
    return *std::move(ring);
  }
  static MasterKey twin_of(const MasterKey& key) {
    return *MasterKey::decode(key.encode()->expose());
  }
  Scratch scratch_;
  const std::string content_ = line();
};

TEST_F(KeyRingTest, ReadsOneKeyOrTwoInTheirOrder) {
  const auto one = MasterKey::generate();
  const auto other = MasterKey::generate();
  write(one->encode()->expose());
  const auto single = KeyRing::read(scratch_.key());
  ASSERT_TRUE(single) << single.error().message;
  ASSERT_EQ(single->keys().size(), 1U);
  EXPECT_EQ(single->keys().front().id(), one->id());
  write(ring_of(twin_of(*one), twin_of(*other)).encode()->expose());
  const auto pair = KeyRing::read(scratch_.key());
  ASSERT_TRUE(pair) << pair.error().message;
  ASSERT_EQ(pair->keys().size(), 2U);
  EXPECT_EQ(pair->keys().front().id(), one->id());
  EXPECT_EQ(pair->keys().back().id(), other->id());
}

TEST_F(KeyRingTest, FindsAKeyByItsId) {
  auto one = *MasterKey::generate();
  auto other = *MasterKey::generate();
  const KeyId wanted = other.id();
  const KeyRing ring = ring_of(std::move(one), std::move(other));
  ASSERT_NE(ring.find(wanted), nullptr);
  EXPECT_EQ(ring.find(wanted)->id(), wanted);
  EXPECT_EQ(ring.find(KeyId{1}), nullptr);
  EXPECT_EQ(ring.find(std::span(wanted).first(15)), nullptr);
}

TEST_F(KeyRingTest, KeepsOneOfTwo) {
  auto one = *MasterKey::generate();
  auto other = *MasterKey::generate();
  const KeyId kept = other.id();
  KeyRing ring = ring_of(std::move(one), std::move(other));
  ring.keep_only(kept);
  ASSERT_EQ(ring.keys().size(), 1U);
  EXPECT_EQ(ring.keys().front().id(), kept);
}

TEST_F(KeyRingTest, TakesNoThirdKeyAndNoneTwice) {
  const auto one = MasterKey::generate();
  std::vector<MasterKey> keys;
  keys.push_back(twin_of(*one));
  auto ring = KeyRing::of(std::move(keys));
  ASSERT_TRUE(ring);
  EXPECT_FALSE(ring->add(twin_of(*one)));
  EXPECT_EQ(ring->keys().size(), 1U);
  EXPECT_TRUE(ring->add(*MasterKey::generate()));
  EXPECT_FALSE(ring->add(*MasterKey::generate()));
  EXPECT_EQ(ring->keys().size(), 2U);
  EXPECT_FALSE(KeyRing::of({}));
}

TEST_F(KeyRingTest, EveryOtherContentIsRefused) {
  const std::string second = line();
  for (const std::string& wrong :
       {std::string(), content_ + "\n", content_ + second.substr(0, second.size() - 1),
        content_ + "\n" + second, content_ + second + line(), content_ + second + "\n"}) {
    write(wrong);
    EXPECT_THAT(why_refused(), HasSubstr("is not a master key"));
  }
  write(content_ + content_);
  EXPECT_THAT(why_refused(), HasSubstr("the same key twice"));
}

TEST_F(KeyRingTest, AnErrorNeverQuotesTheFile) {
  write("usher-master-key-1 " + std::string(60, 'a') + "\n");
  EXPECT_THAT(why_refused(), ::testing::Not(HasSubstr("aaaa")));
}

TEST_F(KeyRingTest, AMissingFileIsNamed) {
  EXPECT_THAT(why_refused(), HasSubstr(scratch_.key().string()));
}

TEST_F(KeyRingTest, AFileOthersCanReadIsRefused) {
  for (const mode_t mode : {0404U, 0420U, 0402U, 0644U, 0460U}) {
    write(content_, mode);
    EXPECT_THAT(why_refused(), HasSubstr("open to others")) << std::oct << mode;
  }
  for (const mode_t mode : {0400U, 0600U}) {
    write(content_, mode);
    EXPECT_TRUE(KeyRing::read(scratch_.key()));
  }
}

TEST_F(KeyRingTest, OnlyRootsOwnFileMayBeReadableByItsGroup) {
  write(content_, 0440);
  if (::geteuid() != 0) {
    EXPECT_THAT(why_refused(), HasSubstr("open to others"));
    GTEST_SKIP() << "only root can make root's file";
  }
  ASSERT_EQ(::chown(scratch_.key().c_str(), 0, 0), 0);
  EXPECT_TRUE(KeyRing::read(scratch_.key()));
  ASSERT_EQ(::chown(scratch_.key().c_str(), 0, 100), 0);
  EXPECT_THAT(why_refused(), HasSubstr("open to others"));
}

TEST_F(KeyRingTest, AnotherUsersFileIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write(content_);
  ASSERT_EQ(::chown(scratch_.key().c_str(), 65534, 65534), 0);
  EXPECT_THAT(why_refused(), HasSubstr("belongs to uid 65534"));
}

TEST_F(KeyRingTest, WhatIsNoRegularFileIsRefused) {
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
