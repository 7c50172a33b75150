// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/file_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "daemon/audit/composite_audit.h"
#include "daemon/audit/event_json.h"
#include "tests/fakes/recording_audit.h"
#include "tests/unit/audit/audit_fixture.h"

namespace usher::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::unique_ptr<FileAudit> open_or_throw(const fs::path& file) {
  auto opened = FileAudit::open(file);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::istringstream in(content_of(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// While it lives, files of this process may not grow over `bytes`: a full disk in small.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

TEST(FileAudit, MakesAPrivateFileAndAppendsOneLinePerEvent) {
  const LogDirectory directory;
  const auto audit = open_or_throw(directory.file());
  ASSERT_TRUE(audit->record(login_event()));
  ASSERT_TRUE(audit->record(login_event()));
  EXPECT_EQ(lines_of(directory.file()),
            (std::vector{to_json_line(login_event()), to_json_line(login_event())}));
  EXPECT_EQ(fs::status(directory.file()).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST(FileAudit, KeepsWhatIsThere) {
  const LogDirectory directory;
  ASSERT_TRUE(open_or_throw(directory.file())->record(login_event()));
  ASSERT_TRUE(open_or_throw(directory.file())->record(login_event()));
  EXPECT_EQ(lines_of(directory.file()).size(), 2U);
}

TEST(FileAudit, MakesTheFileAnewAfterItWasMovedAway) {
  const LogDirectory directory;
  const auto audit = open_or_throw(directory.file());
  ASSERT_TRUE(audit->record(login_event()));
  fs::rename(directory.file(), directory.other("audit.1"));
  ASSERT_TRUE(audit->record(login_event()));
  EXPECT_EQ(lines_of(directory.other("audit.1")).size(), 1U);
  EXPECT_EQ(lines_of(directory.file()).size(), 1U);
}

TEST(FileAudit, FollowsAFileThatAnotherTookThePlaceOf) {
  const LogDirectory directory;
  const auto audit = open_or_throw(directory.file());
  fs::rename(directory.file(), directory.other("audit.1"));
  write_content(directory.file(), "");
  fs::permissions(directory.file(), fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(audit->record(login_event()));
  EXPECT_EQ(lines_of(directory.file()).size(), 1U);
}

TEST(FileAudit, ReportsAnEventThatDidNotFitAndEndsItsLineLater) {
  const LogDirectory directory;
  const auto audit = open_or_throw(directory.file());
  const std::string line = to_json_line(login_event());
  {
    const FileSizeLimit limit(line.size() / 2);
    EXPECT_FALSE(audit->record(login_event()));  // half of it is taken
    EXPECT_FALSE(audit->record(login_event()));  // nothing is taken
  }
  ASSERT_TRUE(audit->record(login_event()));
  ASSERT_TRUE(audit->record(login_event()));
  EXPECT_EQ(lines_of(directory.file()), (std::vector{line.substr(0, line.size() / 2), line, line}));
}

TEST(FileAudit, EndsALineThatACrashLeftUnfinished) {
  const LogDirectory directory;
  write_content(directory.file(), "{\"time\":\"20");
  fs::permissions(directory.file(), fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(open_or_throw(directory.file())->record(login_event()));
  EXPECT_EQ(lines_of(directory.file()),
            (std::vector<std::string>{"{\"time\":\"20", to_json_line(login_event())}));
}

TEST(FileAudit, RefusesASymbolicLink) {
  const LogDirectory directory;
  write_content(directory.other("target"), "");
  fs::create_symlink(directory.other("target"), directory.file());
  EXPECT_FALSE(FileAudit::open(directory.file()));
}

TEST(FileAudit, RefusesWhatIsNoRegularFileWithoutWaiting) {
  const LogDirectory directory;
  ASSERT_EQ(::mkfifo(directory.file().c_str(), 0600), 0);
  const auto opened = FileAudit::open(directory.file());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("not a regular file"));
}

TEST(FileAudit, RefusesAFileThatOthersMayWrite) {
  const LogDirectory directory;
  write_content(directory.file(), "");
  fs::permissions(directory.file(), fs::perms::owner_all | fs::perms::others_write);
  const auto opened = FileAudit::open(directory.file());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("chmod go-w"));
}

TEST(FileAudit, FailsRatherThanWriteToAFileThatIsGone) {
  const LogDirectory directory;
  const auto audit = open_or_throw(directory.file());
  fs::remove(directory.file());
  fs::create_directory(directory.file());
  EXPECT_FALSE(audit->record(login_event()));
  fs::remove(directory.file());
  EXPECT_TRUE(audit->record(login_event()));
}

TEST(FileAudit, KeepsLinesApartWhenManyThreadsWrite) {
  const LogDirectory directory;
  const auto audit = open_or_throw(directory.file());
  constexpr int kThreads = 8;
  constexpr int kEvents = 50;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        for (int k = 0; k < kEvents; ++k) EXPECT_TRUE(audit->record(login_event()));
      });
  }
  const auto lines = lines_of(directory.file());
  EXPECT_EQ(lines.size(), std::size_t{kThreads * kEvents});
  for (const std::string& line : lines) EXPECT_EQ(line, to_json_line(login_event()));
}

TEST(CompositeAudit, HasRecordedOnlyWhatAllPartsHave) {
  auto good = std::make_unique<RecordingAudit>();
  auto bad = std::make_unique<RecordingAudit>();
  const RecordingAudit& seen = *good;
  RecordingAudit& failing = *bad;
  std::vector<std::unique_ptr<Audit>> parts;
  parts.push_back(std::move(bad));
  parts.push_back(std::move(good));
  CompositeAudit audit(std::move(parts));
  EXPECT_TRUE(audit.record(login_event()));
  failing.fail(true);
  EXPECT_FALSE(audit.record(login_event()));
  EXPECT_EQ(seen.events().size(), 2U);
}

TEST(CompositeAudit, RecordsNothingWithoutParts) {
  EXPECT_FALSE(CompositeAudit({}).record(login_event()));
}

}  // namespace
}  // namespace usher::testing
