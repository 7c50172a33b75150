// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/master_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/store/scratch.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

std::string encoded(const MasterKey& key) { return std::string(key.encode()->expose()); }

TEST(MasterKeyTest, DecodesWhatItEncodes) {
  const auto key = MasterKey::generate();
  ASSERT_TRUE(key);
  const auto read = MasterKey::decode(encoded(*key));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->id(), key->id());
  EXPECT_TRUE(read->sealing_key()->equals(key->sealing_key()->expose()));
}

TEST(MasterKeyTest, IsOneLineOfText) {
  const std::string line = encoded(*MasterKey::generate());
  EXPECT_THAT(line, ::testing::MatchesRegex("usher-master-key-1 [0-9a-f]+\n"));
  EXPECT_EQ(line.size(), 19U + 64 + 1);
}

TEST(MasterKeyTest, TwoKeysDiffer) {
  EXPECT_NE(MasterKey::generate()->id(), MasterKey::generate()->id());
}

TEST(MasterKeyTest, WhatIsDerivedDoesNotTellTheKey) {
  const auto key = MasterKey::decode("usher-master-key-1 " + std::string(64, '0') + "\n");
  ASSERT_TRUE(key);
  const KeyId id = key->id();
  const auto sealing = key->sealing_key();
  EXPECT_FALSE(sealing->equals(std::string(32, '\0')));
  EXPECT_NE(std::string(id.begin(), id.end()), sealing->expose().substr(0, id.size()));
}

TEST(MasterKeyTest, EveryOtherLineIsRefused) {
  const std::string line = encoded(*MasterKey::generate());
  const std::string too_short = line.substr(0, line.size() - 2) + "\n";
  std::string no_hex = line;
  no_hex[30] = 'g';
  std::string other_version = line;
  other_version[17] = '2';
  for (const std::string& wrong :
       {std::string(), std::string(32, 'k'), line + line, line + "\n",
        line.substr(0, line.size() - 1), too_short, no_hex, other_version}) {
    const auto read = MasterKey::decode(wrong);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("is not a master key"));
  }
}

}  // namespace
}  // namespace usher::testing
