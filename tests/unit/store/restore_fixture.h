// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/store/restore.h"
#include "tests/unit/store/scratch.h"
#include "usher/unique_fd.h"

namespace usher::testing {

constexpr OtpParameters kCounting{.kind = OtpKind::hotp};

inline std::int64_t now() {
  using std::chrono::floor, std::chrono::seconds, std::chrono::system_clock;
  return floor<seconds>(system_clock::now()).time_since_epoch().count();
}
inline std::uint64_t step_now() { return static_cast<std::uint64_t>(now() / 30); }

inline LookupHash hash_of(std::uint8_t mark) {
  LookupHash hash{};
  hash.fill(mark);
  return hash;
}

inline AddLookupSecrets add_secrets(std::string user, LookupKind kind,
                                    std::vector<LookupHash> hashes, std::uint32_t uses = 1) {
  return {.user = std::move(user),
          .hashes = std::move(hashes),
          .alike = {.kind = kind, .uses_left = uses, .issued_by = "root"},
          .replace = true};
}

/// A store with credentials of alice's, a backup of it, and what happens to it after that.
class RestoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(initialise_store(scratch_.store(), scratch_.key()));
    commit(effects(SetPassword{"alice", "hash of then"}, add_otp("alice", "phone", kSeed, 100)));
  }
  [[nodiscard]] std::filesystem::path backup_file() const { return scratch_.path() / "backup"; }

  void commit(const std::vector<Effect>& wanted) {
    const auto store = open_store(scratch_);
    ASSERT_TRUE(store) << store.error().message;
    const auto outcome = (*store)->commit(wanted);
    ASSERT_TRUE(outcome) << outcome.error().message;
    ASSERT_EQ(*outcome, CommitOutcome::committed);
  }
  void back_up() {
    const auto snapshot = take_snapshot(scratch_.store(), scratch_.key());
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    const UniqueFd out(::open(backup_file().c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    const auto written = write_backup(out.get(), *snapshot, secret(kPassphrase), kCheap);
    ASSERT_TRUE(written) << written.error().message;
  }
  [[nodiscard]] Result<Snapshot> read() const {
    const UniqueFd in(::open(backup_file().c_str(), O_RDONLY));
    return read_backup(in.get(), secret(kPassphrase));
  }
  [[nodiscard]] RestorePlan plan() const {
    return {.store = scratch_.store(),
            .key_file = scratch_.key(),
            .record = [](const RestoreReport&) { return Result<void>{}; }};
  }
  Result<RestoreReport> restore(const RestorePlan& plan) {
    auto backup = read();
    if (!backup) return std::unexpected(backup.error());
    return restore_store(plan, *std::move(backup));
  }
  RestoreReport restore() {
    auto report = restore(plan());
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : RestoreReport{};
  }
  std::string why_refused(const RestorePlan& plan) {
    const auto report = restore(plan);
    EXPECT_FALSE(report);
    return report ? std::string() : report.error().message;
  }
  std::unique_ptr<SqliteStore> open() {
    auto store = open_store(scratch_);
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }
  std::optional<OtpCredential> generator(std::string_view user, std::string_view label = "phone") {
    const auto store = open();
    if (store == nullptr) return std::nullopt;
    auto all = store->otp_credentials(user);
    EXPECT_TRUE(all) << all.error().message;
    for (OtpCredential& each : *all)
      if (each.label == label) return std::move(each);
    return std::nullopt;
  }
  static std::vector<std::string> told(const RestoreReport& report) {
    std::vector<std::string> all;
    for (const RestoreRemark& remark : report.remarks)
      all.push_back(fmt::format("{} {} {} {}", static_cast<int>(remark.kind), remark.user,
                                remark.label, remark.count));
    return all;
  }
  static std::string remark(RestoreRemark::Kind kind, std::string_view user,
                            std::string_view label = {}, std::size_t count = 1) {
    return fmt::format("{} {} {} {}", static_cast<int>(kind), user, label, count);
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.path()))
      names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }
  void lose_store() const {
    for (const char* suffix : {"", "-wal", "-shm"})
      std::filesystem::remove(scratch_.store().string() + suffix);
  }
  void tamper(const char* sql) const {
    Database database(scratch_.store());
    database.run(sql);
  }

  Scratch scratch_;
};

}  // namespace usher::testing
