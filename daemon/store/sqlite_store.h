// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/store/key_in_force.h"
#include "daemon/store/master_key.h"
#include "daemon/store/schema.h"
#include "daemon/store/sqlite.h"
#include "daemon/store/store.h"

namespace usher {

/// The store in one SQLite file (docs/store.md). Reads and commits do not wait for each other.
class SqliteStore final : public Store {
 public:
  /// What is done inside a commit's transaction, once its effects are applied and before they are
  /// durable. An Error undoes them.
  using BeforeDurable = std::function<Result<void>()>;

  /// Opens the store at `file`, finishes what a crash interrupted, and brings an older schema up to
  /// date, once a copy of it is kept beside it (upgrade.h). An Error where the file is missing,
  /// damaged, from a newer Usher, made with another master key than `key_file` holds, or where
  /// another user than root and the calling one could have changed it: never an empty store
  /// instead. The key is read again when the store names another, as after a rotation.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(
      const std::filesystem::path& file, const std::filesystem::path& key_file,
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
  /// The same, with something to be done on condition of which they are committed, and not without:
  /// their record. Where the commit itself fails after that, it was done for nothing. No other
  /// commit comes in between.
  [[nodiscard]] Result<CommitOutcome> commit(std::span<const Effect> effects,
                                             const BeforeDurable& before_durable);

 private:
  /// A connection, the key its seals are opened with, and the mutex both are used under, so that
  /// there is no way around the mutex.
  class Connection {
   public:
    Connection(Database database, SealerInForce sealer) noexcept
        : database_(std::move(database)), sealer_(std::move(sealer)) {}
    template <typename Work>
    auto with(Work work) {
      const std::lock_guard lock(mutex_);
      return work(database_);
    }
    template <typename Work>
    auto with_sealer(Work work) {
      const std::lock_guard lock(mutex_);
      return work(database_, sealer_);
    }

   private:
    std::mutex mutex_;
    Database database_;     // under mutex_
    SealerInForce sealer_;  // under mutex_
  };

  template <typename Read>
  auto read_credentials(Read read);
  template <typename Read>
  auto read_sessions(Read read);

  SqliteStore(std::filesystem::path file, const std::filesystem::path& key_file,
              const MasterKey& key, Database reader, Database writer)
      : file_(std::move(file)),
        reader_(std::move(reader), SealerInForce(key_file, key)),
        writer_(std::move(writer), SealerInForce(key_file, key)) {}

  const std::filesystem::path file_;
  Connection reader_;
  Connection writer_;
};

}  // namespace usher
