// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/person_behind.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_host.h"

namespace usher::testing {
namespace {

class PersonBehind : public ::testing::Test {
 protected:
  FakeHost host_;
};

TEST_F(PersonBehind, ASetuidProgramIsWhoStartedIt) {
  host_.set_real_uid(100, 1000);
  EXPECT_EQ(person_behind({.pid = 100, .uid = 0, .gid = 0}, host_), 1000U);
}

TEST_F(PersonBehind, OneThatSpeaksForItselfIsThePeer) {
  host_.set_real_uid(100, 0);
  EXPECT_EQ(person_behind({.pid = 100, .uid = 1000, .gid = 1000}, host_), 1000U);
}

TEST_F(PersonBehind, OneThatCanNotBeReadAnyMoreIsNobody) {
  EXPECT_EQ(person_behind({.pid = 100, .uid = 0, .gid = 0}, host_), static_cast<uid_t>(-1));
}

}  // namespace
}  // namespace usher::testing
