// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/sealer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/store/scratch.h"

namespace usher::testing {
namespace {

class SealerTest : public ::testing::Test {
 protected:
  static Sealer make() { return *Sealer::create(*MasterKey::generate()); }
  const Sealer sealer_ = make();
  const SeedIdentity identity_{.user = "alice", .label = "phone", .parameters = {}};
};

TEST_F(SealerTest, OpensWhatItSealed) {
  const auto sealed = sealer_.seal(secret(kSeed), identity_);
  ASSERT_TRUE(sealed);
  const auto opened = sealer_.unseal(*sealed, identity_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->equals(kSeed));
}

TEST_F(SealerTest, SealsTheSameSeedDifferentlyEachTime) {
  EXPECT_NE(*sealer_.seal(secret(kSeed), identity_), *sealer_.seal(secret(kSeed), identity_));
}

TEST_F(SealerTest, ASealIsBoundToEveryPartOfItsRow) {
  const auto sealed = *sealer_.seal(secret(kSeed), identity_);
  SeedIdentity other = identity_;
  other.user = "bob";
  EXPECT_FALSE(sealer_.unseal(sealed, other));
  other = identity_;
  other.label = "tablet";
  EXPECT_FALSE(sealer_.unseal(sealed, other));
  other = identity_;
  other.parameters.algorithm = OtpAlgorithm::sha256;
  EXPECT_FALSE(sealer_.unseal(sealed, other));
  other = identity_;
  other.parameters.digits = 7;
  EXPECT_FALSE(sealer_.unseal(sealed, other));
  other = identity_;
  other.parameters.period = 31;
  EXPECT_FALSE(sealer_.unseal(sealed, other));
}

TEST_F(SealerTest, UserAndLabelCanNotRunTogether) {
  const auto sealed = *sealer_.seal(secret(kSeed), {.user = "ab", .label = "c", .parameters = {}});
  EXPECT_FALSE(sealer_.unseal(sealed, {.user = "a", .label = "bc", .parameters = {}}));
}

TEST_F(SealerTest, AnyChangedByteIsRefused) {
  const auto sealed = *sealer_.seal(secret(kSeed), identity_);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] ^= 1U;
    EXPECT_FALSE(sealer_.unseal(changed, identity_)) << i;
  }
}

TEST_F(SealerTest, AnyTruncationIsRefused) {
  const auto sealed = *sealer_.seal(secret(kSeed), identity_);
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(sealer_.unseal(std::span(sealed).first(size), identity_)) << size;
}

TEST_F(SealerTest, AnotherKeyOpensNothing) {
  EXPECT_FALSE(make().unseal(*sealer_.seal(secret(kSeed), identity_), identity_));
}

TEST_F(SealerTest, AnEmptySeedIsNotSealed) { EXPECT_FALSE(sealer_.seal(Secret(), identity_)); }

TEST_F(SealerTest, TheErrorNamesTheRowAndNotTheSeed) {
  auto sealed = *sealer_.seal(secret(kSeed), identity_);
  sealed.back() ^= 1U;
  const auto opened = sealer_.unseal(sealed, identity_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr("alice"));
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr("phone"));
  EXPECT_THAT(opened.error().message, ::testing::Not(::testing::HasSubstr(kSeed)));
}

}  // namespace
}  // namespace usher::testing
