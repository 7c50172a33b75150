// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/refusal_log.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/recording_audit.h"

namespace usher::testing {
namespace {

class RefusalLogTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  RecordingAudit audit_;
  Counters counters_;
  RefusalLog log_{"self.sock", audit_, clock_, counters_};
  const Request request_{.caller = {.pid = 5, .uid = 1000}};
};

TEST_F(RefusalLogTest, NamesSocketReasonAndCaller) {
  log_.note(request_, "too many");
  ASSERT_EQ(audit_.events().size(), 1U);
  const AuditEvent event = audit_.last();
  EXPECT_EQ(event.kind, EventKind::request_refused);
  EXPECT_EQ(event.reason, "self.sock: too many");
  EXPECT_EQ(event.request.caller.uid, 1000U);
  EXPECT_EQ(event.time_microseconds, clock_.wall_microseconds());
  EXPECT_EQ(event.id.size(), 32U);
}

TEST_F(RefusalLogTest, WritesOneEventASecondAndCountsTheRest) {
  for (int i = 0; i < 1000; ++i) log_.note(request_, "too many");
  EXPECT_EQ(audit_.events().size(), 1U);
  clock_.advance_seconds(1);
  log_.note(request_, "too many");
  ASSERT_EQ(audit_.events().size(), 2U);
  EXPECT_EQ(audit_.last().reason, "self.sock: too many (999 more refused here and not listed)");
  EXPECT_EQ(counters_.refused, 1001U);
}

TEST_F(RefusalLogTest, TellsAtTheEndWhatWasOnlyCounted) {
  log_.note(request_, "too many");
  log_.flush();
  EXPECT_EQ(audit_.events().size(), 1U);
  log_.note(request_, "too many");
  log_.flush();
  ASSERT_EQ(audit_.events().size(), 2U);
  EXPECT_EQ(audit_.last().reason,
            "self.sock: more were refused (1 more refused here and not listed)");
}

TEST_F(RefusalLogTest, GoesOnWhereTheAuditFails) {
  audit_.fail(true);
  log_.note(request_, "too many");
  EXPECT_EQ(counters_.refused, 1U);
}

}  // namespace
}  // namespace usher::testing
