// SPDX-License-Identifier: Apache-2.0
// The schema's history of a version of Usher to come, for usherd_next: that of this version and one
// step more, which $USHER_NEXT_STEP chooses.
#include <cstdlib>
#include <string_view>
#include <vector>

#include "daemon/store/schema.h"

#define migrations migrations_of_this_version
#include "daemon/store/migrations.cpp"
#undef migrations

namespace usher {
namespace {

Migration next_step() {
  const char* const chosen = std::getenv("USHER_NEXT_STEP");
  const std::string_view kind = chosen != nullptr ? chosen : "good";
  if (kind == "failing") return {"CREATE TABLE more (x); INSERT INTO absent VALUES (1);"};
  if (kind == "damaging")
    return {
        "CREATE TABLE more (x); PRAGMA ignore_check_constraints = ON;"
        "UPDATE otp SET digits = 9; PRAGMA ignore_check_constraints = OFF;"};
  return {
      "CREATE TABLE more AS SELECT user, hash FROM password;"
      "ALTER TABLE password ADD COLUMN changed_by TEXT; UPDATE password SET changed_by = user;"};
}

}  // namespace

std::span<const Migration> migrations() noexcept {
  static const std::vector<Migration> steps = [] {
    const auto before = migrations_of_this_version();
    std::vector<Migration> all(before.begin(), before.end());
    all.push_back(next_step());
    return all;
  }();
  return steps;
}

}  // namespace usher
