// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/store/master_key.h"
#include "daemon/store/schema.h"
#include "daemon/store/sealer.h"
#include "daemon/store/sqlite.h"
#include "daemon/store/store.h"

namespace usher {

/// The store in one SQLite file (docs/store.md). Reads and commits do not wait for each other.
class SqliteStore final : public Store {
 public:
  /// Opens the store at `file`, finishes what a crash interrupted, and brings an older schema up to
  /// date, once a copy of it is kept beside it (upgrade.h). An Error where the file is missing,
  /// damaged, from a newer Usher, made with another master key, or where another user than root and
  /// the calling one could have changed it: never an empty store instead.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(
      const std::filesystem::path& file, MasterKey key,
      std::span<const Migration> steps = migrations());

  [[nodiscard]] Result<std::optional<std::string>> password_hash(std::string_view user) override;
  [[nodiscard]] Result<bool> must_change_password(std::string_view user) override;
  [[nodiscard]] Result<std::vector<std::string>> former_hashes(std::string_view user) override;
  [[nodiscard]] Result<std::vector<OtpCredential>> otp_credentials(std::string_view user) override;
  [[nodiscard]] Result<std::vector<OtpSummary>> list_otp(std::string_view user) override;
  [[nodiscard]] Result<bool> has_had_otp(std::string_view user) override;
  [[nodiscard]] Result<std::vector<LookupSecret>> lookup_secrets(std::string_view user) override;
  [[nodiscard]] Result<std::vector<IssuedSecret>> issued_secrets(LookupKind kind) override;
  [[nodiscard]] Result<std::vector<Notice>> notices(std::string_view user) override;
  [[nodiscard]] Result<std::vector<Session>> watched_sessions() override;
  [[nodiscard]] Result<std::vector<Session>> sessions(const SessionQuery& query) override;
  [[nodiscard]] Result<std::vector<Session>> sessions_named(std::string_view id) override;
  [[nodiscard]] Result<std::vector<EarnedProof>> proofs_of(std::string_view session) override;
  [[nodiscard]] Result<std::vector<HeldProof>> proofs() override;
  [[nodiscard]] Result<CommitOutcome> commit(std::span<const Effect> effects) override;

 private:
  /// A connection and the mutex it is used under, so that there is no way around the mutex.
  class Connection {
   public:
    explicit Connection(Database database) noexcept : database_(std::move(database)) {}
    template <typename Work>
    auto with(Work work) {
      const std::lock_guard lock(mutex_);
      return work(database_);
    }

   private:
    std::mutex mutex_;
    Database database_;  // under mutex_
  };

  template <typename Read>
  auto read_credentials(Read read);
  template <typename Read>
  auto read_sessions(Read read);

  SqliteStore(std::filesystem::path file, Sealer sealer, Database reader, Database writer)
      : file_(std::move(file)),
        sealer_(std::move(sealer)),
        reader_(std::move(reader)),
        writer_(std::move(writer)) {}

  const std::filesystem::path file_;
  const Sealer sealer_;
  Connection reader_;
  Connection writer_;
};

}  // namespace usher
