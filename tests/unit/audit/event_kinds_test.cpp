// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/event_kinds.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/unit/audit/audit_fixture.h"

namespace usher::testing {
namespace {

TEST(EventKinds, HaveAnIdAndAMessageIdOfTheirOwn) {
  std::set<std::string_view> ids;
  std::set<std::string_view> message_ids;
  for (const EventKindRow& row : kEventKinds) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id;
    EXPECT_TRUE(message_ids.insert(row.message_id).second) << row.id;
    EXPECT_EQ(row.message_id.size(), 32U) << row.id;
    EXPECT_EQ(id_of(row.kind), row.id);
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(EventKind::credential_tested));
}

TEST(EventKinds, WhatIsForEmergenciesIsLouderThanALogin) {
  EXPECT_EQ(row_of(EventKind::breakglass_used).priority, 1);     // alert
  EXPECT_EQ(row_of(EventKind::breakglass_refused).priority, 2);  // crit
  EXPECT_EQ(row_of(EventKind::recovery_used).priority, 4);       // warning
  EXPECT_EQ(row_of(EventKind::bypass_used).priority, 4);
}

TEST(EventKinds, AreAllExplainedInTheManual) {
  const std::string manual = content_of(EVENTS_MANUAL);
  for (const EventKindRow& row : kEventKinds) {
    EXPECT_NE(manual.find("### " + std::string(row.id) + "\n"), std::string::npos) << row.id;
    EXPECT_NE(manual.find(row.message_id), std::string::npos) << row.id;
  }
}

TEST(EventKinds, AnythingElseIsUnknown) { EXPECT_EQ(id_of(EventKind{200}), "unknown"); }

}  // namespace
}  // namespace usher::testing
