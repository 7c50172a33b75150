// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/backup_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/store/scratch.h"
#include "usher/unique_fd.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHead = "what belongs into locked memory";
constexpr std::size_t kHeaderSize = 15 + 4 + 8 + 16 + 16 + 24;

std::vector<std::uint8_t> image_of(std::size_t size) {
  std::vector<std::uint8_t> image(size);
  for (std::size_t i = 0; i < size; ++i) image[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return image;
}

class BackupFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return scratch_.path() / "backup"; }
  void write(std::span<const std::uint8_t> image) const {
    const UniqueFd out(::open(file().c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    const Secret head = secret(kHead);
    const auto written =
        write_backup_file(out.get(), secret(kPassphrase), kCheap, head.expose_bytes(), image);
    ASSERT_TRUE(written) << written.error().message;
  }
  [[nodiscard]] Result<BackupContent> read(std::string_view passphrase = kPassphrase) const {
    const UniqueFd in(::open(file().c_str(), O_RDONLY));
    return read_backup_file(in.get(), secret(passphrase));
  }
  [[nodiscard]] std::string why_refused(std::string_view passphrase = kPassphrase) const {
    const auto content = read(passphrase);
    EXPECT_FALSE(content);
    return content ? std::string() : content.error().message;
  }
  Scratch scratch_;
};

TEST_F(BackupFileTest, GivesBackWhatWasWritten) {
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 131'072U, 300'000U}) {
    const auto image = image_of(size);
    write(image);
    const auto content = read();
    ASSERT_TRUE(content) << content.error().message;
    EXPECT_TRUE(content->head.equals(kHead));
    EXPECT_EQ(content->image, image);
  }
}

TEST_F(BackupFileTest, NothingOfItCanBeReadInTheFile) {
  std::vector<std::uint8_t> image(1000, 'A');
  write(image);
  const std::string content = read_file(file());
  EXPECT_EQ(content.find(kHead), std::string::npos);
  EXPECT_EQ(content.find(kPassphrase), std::string::npos);
  EXPECT_EQ(content.find("AAAAAAAA"), std::string::npos);
}

TEST_F(BackupFileTest, TwoOfTheSameHaveNothingInCommon) {
  write(image_of(100));
  const std::string first = read_file(file());
  write(image_of(100));
  const std::string second = read_file(file());
  EXPECT_EQ(first.substr(0, 27), second.substr(0, 27));  // magic and cost
  EXPECT_NE(first.substr(27, 16), second.substr(27, 16));
  EXPECT_NE(first.substr(kHeaderSize), second.substr(kHeaderSize));
}

TEST_F(BackupFileTest, AnotherPassphraseIsSaidToBeWrong) {
  write(image_of(100));
  EXPECT_THAT(why_refused("correct horse batterz"), HasSubstr("the passphrase is wrong"));
  EXPECT_THAT(why_refused("correct horse battery "), HasSubstr("the passphrase is wrong"));
}

TEST_F(BackupFileTest, EveryFlippedBitIsFound) {
  write(image_of(100));
  const std::string good = read_file(file());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    // The cost is what reading takes: not to be tried out.
    if (i >= 15 && i < 27 && static_cast<unsigned char>(bad[i]) > 3) continue;
    write_file(file(), bad);
    EXPECT_FALSE(read()) << "byte " << i;
  }
}

TEST_F(BackupFileTest, AChangedByteOfTheContentIsNotAWrongPassphrase) {
  write(image_of(100));
  std::string bad = read_file(file());
  bad[bad.size() - 20] = static_cast<char>(bad[bad.size() - 20] ^ 1);
  write_file(file(), bad);
  EXPECT_THAT(why_refused(), HasSubstr("changed or damaged"));
}

TEST_F(BackupFileTest, CutAnywhereItIsRefused) {
  write(image_of(70'000));
  const std::string good = read_file(file());
  for (std::size_t size = 15; size < good.size(); size += size < 300 ? 1 : 997) {
    write_file(file(), good.substr(0, size));
    EXPECT_THAT(why_refused(), HasSubstr("cut short")) << size;
  }
}

TEST_F(BackupFileTest, CutBetweenTwoChunksItIsRefused) {
  write(image_of(65'536 + 10));
  const std::string good = read_file(file());
  const std::size_t last = 4 + 10 + crypto_secretstream_xchacha20poly1305_ABYTES;
  write_file(file(), good.substr(0, good.size() - last));
  EXPECT_THAT(why_refused(), HasSubstr("cut short"));
}

TEST_F(BackupFileTest, WhatGoesOnBehindTheEndIsRefused) {
  write(image_of(100));
  write_file(file(), read_file(file()) + "x");
  EXPECT_THAT(why_refused(), HasSubstr("changed or damaged"));
}

TEST_F(BackupFileTest, ChunksOfAnotherOrderAreRefused) {
  write(image_of(3 * 65'536));
  std::string bad = read_file(file());
  const std::size_t head = 4 + kHead.size() + crypto_secretstream_xchacha20poly1305_ABYTES;
  const std::size_t chunk = 4 + 65'536 + crypto_secretstream_xchacha20poly1305_ABYTES;
  std::swap_ranges(bad.begin() + kHeaderSize + head, bad.begin() + kHeaderSize + head + chunk,
                   bad.begin() + kHeaderSize + head + chunk);
  write_file(file(), bad);
  EXPECT_THAT(why_refused(), HasSubstr("changed or damaged"));
}

TEST_F(BackupFileTest, FilesOfOtherKindsAreNamedAsSuch) {
  for (const std::string& other :
       {std::string(), std::string("SQLite format 3"), std::string(200, '\0')}) {
    write_file(file(), other);
    EXPECT_THAT(why_refused(), HasSubstr("not a backup that `usherctl backup` made"));
    const UniqueFd in(::open(file().c_str(), O_RDONLY));
    EXPECT_FALSE(expect_backup_file(in.get()));
  }
  write_file(file(), "usher-backup-2\n" + std::string(200, 'x'));
  EXPECT_THAT(why_refused(), HasSubstr("another version"));
}

TEST_F(BackupFileTest, LookingAtTheBeginningReadsNothing) {
  write(image_of(10));
  const UniqueFd in(::open(file().c_str(), O_RDONLY));
  ASSERT_TRUE(expect_backup_file(in.get()));
  EXPECT_TRUE(read_backup_file(in.get(), secret(kPassphrase)));
}

// Before the passphrase is tried, the header is anybody's word.
TEST_F(BackupFileTest, AHeaderThatAsksForTooMuchIsRefusedAtOnce) {
  write(image_of(10));
  const std::string good = read_file(file());
  for (const auto& [at, byte] : {std::pair{15, '\x7f'}, std::pair{19, '\x01'}}) {
    std::string bad = good;
    bad[static_cast<std::size_t>(at)] = byte;
    write_file(file(), bad);
    EXPECT_THAT(why_refused(), HasSubstr("header is damaged"));
  }
  std::string nothing = good;
  for (std::size_t i = 15; i < 27; ++i) nothing[i] = '\0';
  write_file(file(), nothing);
  EXPECT_THAT(why_refused(), HasSubstr("header is damaged"));
}

TEST_F(BackupFileTest, NothingIsWrittenWithoutAPassphrase) {
  const UniqueFd out(::open(file().c_str(), O_WRONLY | O_CREAT, 0600));
  EXPECT_FALSE(write_backup_file(out.get(), Secret(), kCheap, {}, {}));
  EXPECT_EQ(read_file(file()), "");
}

TEST_F(BackupFileTest, WhatCantBeWrittenIsAnError) {
  const UniqueFd full(::open("/dev/full", O_WRONLY));
  const auto written = write_backup_file(full.get(), secret(kPassphrase), kCheap, {}, image_of(10));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("No space left"));
}

}  // namespace
}  // namespace usher::testing
