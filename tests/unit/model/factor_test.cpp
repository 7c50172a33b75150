// SPDX-License-Identifier: Apache-2.0
#include "daemon/model/factor.h"

#include <gtest/gtest.h>

namespace usher {
namespace {

TEST(Factor, EveryNameReadsBackAsItsFactor) {
  for (const FactorName& row : kFactorNames) {
    EXPECT_EQ(name_of(row.factor), row.name);
    EXPECT_EQ(factor_named(row.name), row.factor);
  }
}

TEST(Factor, NothingElseIsAFactor) {
  EXPECT_FALSE(factor_named(""));
  EXPECT_FALSE(factor_named("Password"));
  EXPECT_FALSE(factor_named("otp "));
  EXPECT_FALSE(factor_named("unknown"));
  EXPECT_EQ(name_of(Factor{}), "unknown");
}

TEST(Factor, APublicKeyCanOnlyHaveBeenProvenElsewhere) {
  EXPECT_TRUE(can_be_asked(Factor::password));
  EXPECT_TRUE(can_be_asked(Factor::otp));
  EXPECT_FALSE(can_be_asked(Factor::publickey));
}

}  // namespace
}  // namespace usher
