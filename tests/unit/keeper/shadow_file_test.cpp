// SPDX-License-Identifier: Apache-2.0
#include "keeper/shadow_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/keeper/scratch_shadow.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class ShadowFileTest : public ::testing::Test {
 protected:
  Result<LockedText> read(uid_t owner = ::geteuid()) const {
    return ShadowFile(scratch_.path(), owner).read();
  }
  std::string complaint() const {
    const auto text = read();
    EXPECT_FALSE(text);
    return text ? "" : text.error().message;
  }
  ScratchShadow scratch_;
};

TEST_F(ShadowFileTest, ReadsAllOfIt) {
  const std::string text(100'000, 'x');
  scratch_.write(text);
  EXPECT_EQ(read()->view(), text);
  scratch_.write("");
  EXPECT_EQ(read()->view(), "");
}

TEST_F(ShadowFileTest, SeesWhatTookItsPlace) {
  const ShadowFile file(scratch_.path(), ::geteuid());
  scratch_.write("old");
  ASSERT_EQ(file.read()->view(), "old");
  std::filesystem::remove(scratch_.path());
  scratch_.write("new");
  EXPECT_EQ(file.read()->view(), "new");
}

TEST_F(ShadowFileTest, RefusesWhatOthersCouldWrite) {
  for (const unsigned mode : {0660U, 0602U, 0666U}) {
    std::filesystem::permissions(scratch_.path(), std::filesystem::perms(mode));
    EXPECT_THAT(complaint(), HasSubstr("can write")) << mode;
  }
}

TEST_F(ShadowFileTest, RefusesWhatIsAnothers) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to give a file away";
  ASSERT_EQ(::chown(scratch_.path().c_str(), 65534, 0), 0);
  EXPECT_THAT(complaint(), HasSubstr("must be root's"));
  EXPECT_TRUE(read(65534));
}

TEST_F(ShadowFileTest, RefusesLinksFifosAndFolders) {
  const std::string other = scratch_.directory() / "other";
  std::filesystem::rename(scratch_.path(), other);
  EXPECT_FALSE(read()) << "nothing is there";
  std::filesystem::create_symlink(other, scratch_.path());
  EXPECT_FALSE(read());
  std::filesystem::remove(scratch_.path());
  ASSERT_EQ(::mkfifo(scratch_.path().c_str(), 0600), 0);
  EXPECT_THAT(complaint(), HasSubstr("not a regular file"));
  std::filesystem::remove(scratch_.path());
  std::filesystem::create_directory(scratch_.path());
  EXPECT_FALSE(read());
}

TEST_F(ShadowFileTest, RefusesWhatIsTooLarge) {
  std::filesystem::resize_file(scratch_.path(), ShadowFile::kMostBytes);
  EXPECT_TRUE(read());
  std::filesystem::resize_file(scratch_.path(), ShadowFile::kMostBytes + 1);
  EXPECT_THAT(complaint(), HasSubstr("larger than"));
}

}  // namespace
}  // namespace usher::testing
