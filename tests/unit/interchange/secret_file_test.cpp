// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/secret_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "usher/unique_fd.h"

namespace usher::testing {
namespace {

namespace fs = std::filesystem;
using interchange::kMostBytes;
using interchange::SecretFile;
using ::testing::HasSubstr;

class SecretFiles : public ::testing::Test {
 protected:
  SecretFiles() {
    std::string name = (fs::temp_directory_path() / "usher-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder = name;
  }
  SecretFiles(const SecretFiles&) = delete;
  SecretFiles& operator=(const SecretFiles&) = delete;
  ~SecretFiles() override { fs::remove_all(folder); }

  [[nodiscard]] fs::path write(const std::string& content, fs::perms mode) const {
    const fs::path file = folder / "file";
    std::ofstream(file, std::ios::binary) << content;
    fs::permissions(file, mode);
    return file;
  }
  static std::string refusal(const fs::path& file) {
    const auto read = SecretFile::read(file);
    return read ? "read" : read.error().message;
  }

  fs::path folder;
};

constexpr auto kPrivate = static_cast<fs::perms>(0600);

TEST_F(SecretFiles, AreReadWhole) {
  const std::string content = std::string("a\0b\n", 4) + std::string(100'000, 'x');
  const auto read = SecretFile::read(write(content, kPrivate));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->content(), content);
  EXPECT_FALSE(read->is_open_to_others());
}

TEST_F(SecretFiles, BelongToTheirOwnerButRootsToNobody) {
  const auto file = write("x", kPrivate);
  const std::optional<uid_t> own = ::getuid() == 0 ? std::nullopt : std::optional(::getuid());
  EXPECT_EQ(SecretFile::read(file)->owner(), own);
  if (::getuid() != 0) return;
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  EXPECT_EQ(SecretFile::read(file)->owner(), 12345U);
}

TEST_F(SecretFiles, ThatOthersMayReadAreToldOf) {
  EXPECT_TRUE(SecretFile::read(write("x", static_cast<fs::perms>(0644)))->is_open_to_others());
  EXPECT_TRUE(SecretFile::read(write("x", static_cast<fs::perms>(0640)))->is_open_to_others());
}

TEST_F(SecretFiles, ThatOthersMayWriteAreRefused) {
  EXPECT_THAT(refusal(write("x", static_cast<fs::perms>(0602))),
              HasSubstr("written by others (mode 0602)"));
  EXPECT_THAT(refusal(write("x", static_cast<fs::perms>(0620))),
              HasSubstr("written by others (mode 0620)"));
}

TEST_F(SecretFiles, AreNoLinksNorFifosNorFolders) {
  const auto file = write("x", kPrivate);
  fs::create_symlink(file, folder / "link");
  EXPECT_THAT(refusal(folder / "link"), HasSubstr("symbolic link"));
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(refusal(folder / "fifo"), HasSubstr("not a regular file"));
  EXPECT_THAT(refusal(folder), HasSubstr("not a regular file"));
  EXPECT_THAT(refusal(folder / "none"), HasSubstr("No such file"));
}

TEST_F(SecretFiles, AreOf1MebibyteAtMost) {
  EXPECT_EQ(refusal(write(std::string(kMostBytes, 'x'), kPrivate)), "read");
  EXPECT_THAT(refusal(write(std::string(kMostBytes + 1, 'x'), kPrivate)),
              HasSubstr("larger than 1 MiB"));
}

TEST_F(SecretFiles, MayBeAPipe) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd from(ends[0]);
  {
    const UniqueFd to(ends[1]);
    ASSERT_EQ(::write(to.get(), "abc", 3), 3);
  }
  const auto read = SecretFile::read(from.get(), "-");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->content(), "abc");
  EXPECT_EQ(read->owner(), std::nullopt);
  EXPECT_EQ(SecretFile::read(-1, "-").error().at.file, "-");
}

}  // namespace
}  // namespace usher::testing
