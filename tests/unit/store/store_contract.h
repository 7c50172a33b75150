// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/fakes/memory_store.h"
#include "tests/unit/store/scratch.h"

namespace usher::testing {

struct StoreKind {
  const char* name;
  std::function<std::unique_ptr<Store>(const Scratch&)> make;
};

/// The real one, and the one that the other tests use.
inline auto store_kinds() {
  return ::testing::Values(
      StoreKind{"Sqlite",
                [](const Scratch& scratch) -> std::unique_ptr<Store> {
                  EXPECT_TRUE(initialise_store(scratch.store(), scratch.key()));
                  auto opened = open_store(scratch);
                  EXPECT_TRUE(opened) << opened.error().message;
                  return opened ? *std::move(opened) : nullptr;
                }},
      StoreKind{"Memory", [](const Scratch&) -> std::unique_ptr<Store> {
                  return std::make_unique<MemoryStore>();
                }});
}

inline std::string name_of_kind(const ::testing::TestParamInfo<StoreKind>& kind) {
  return kind.param.name;
}

/// What every Store promises, checked on each kind of it.
class StoreContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override {
    store_ = GetParam().make(scratch_);
    ASSERT_NE(store_, nullptr);
  }
  CommitOutcome commit(std::vector<Effect> wanted) {
    const auto outcome = store_->commit(wanted);
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome.value_or(CommitOutcome{});
  }
  OtpCredential only_generator_of(std::string_view user) {
    auto found = store_->otp_credentials(user);
    EXPECT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->size(), 1U);
    return found && found->size() == 1 ? std::move(found->front()) : OtpCredential{};
  }
  std::optional<std::string> password_of(std::string_view user) {
    auto found = store_->password_hash(user);
    EXPECT_TRUE(found);
    return found.value_or(std::nullopt);
  }

  Scratch scratch_;
  std::unique_ptr<Store> store_;
};

}  // namespace usher::testing
