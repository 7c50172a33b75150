// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/journal_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "daemon/audit/event_json.h"
#include "tests/unit/audit/audit_fixture.h"

namespace usher::testing {
namespace {

using ::testing::Contains;
using ::testing::StartsWith;

std::vector<std::string> sent;

int take(const iovec* fields, int count) {
  sent.clear();
  for (int i = 0; i < count; ++i)
    sent.emplace_back(static_cast<const char*>(fields[i].iov_base), fields[i].iov_len);
  return 0;
}
int refuse(const iovec*, int) { return -ENOBUFS; }

TEST(JournalAudit, SendsMessageKindAndTheWholeEvent) {
  const LogDirectory directory;
  write_content(directory.other("socket"), "");
  auto audit = JournalAudit::open(directory.other("socket"), &take);
  ASSERT_TRUE(audit);
  ASSERT_TRUE((*audit)->record(login_event()));
  EXPECT_THAT(sent, Contains("MESSAGE_ID=498367eb5c2d4631bf0896a711c1b2b1"));
  EXPECT_THAT(sent, Contains(StartsWith("MESSAGE=login-denied: Alice by sshd")));
  EXPECT_THAT(sent, Contains("USHER_KIND=login-denied"));
  EXPECT_THAT(sent, Contains("USHER_PERSON=alice"));
  EXPECT_THAT(sent, Contains("USHER_EVENT=" + to_json_line(login_event())));
}

TEST(JournalAudit, IsAnErrorWhereNoJournalListens) {
  const LogDirectory directory;
  EXPECT_FALSE(JournalAudit::open(directory.other("missing"), &take));
  write_content(directory.other("socket"), "");
  auto audit = JournalAudit::open(directory.other("socket"), &take);
  ASSERT_TRUE(audit);
  std::filesystem::remove(directory.other("socket"));
  EXPECT_FALSE((*audit)->record(login_event()));
}

TEST(JournalAudit, IsAnErrorWhereTheJournalTakesNothing) {
  const LogDirectory directory;
  write_content(directory.other("socket"), "");
  auto audit = JournalAudit::open(directory.other("socket"), &refuse);
  ASSERT_TRUE(audit);
  EXPECT_FALSE((*audit)->record(login_event()));
}

}  // namespace
}  // namespace usher::testing
