// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "daemon/store/master_key.h"
#include "daemon/store/memory_file.h"
#include "daemon/store/sqlite.h"
#include "usher/unique_fd.h"

namespace usher {

/// The store that a restore finds in place: nobody else's for as long as this lives, unless it is
/// only looked at. For the store room: throws. Move-only.
class StoreInPlace {
 public:
  /// Takes it; where somebody has it open, that is thrown.
  [[nodiscard]] static StoreInPlace take(const std::filesystem::path& store);
  /// Looks at it beside those who have it open.
  [[nodiscard]] static StoreInPlace look_at(const std::filesystem::path& store);

  [[nodiscard]] bool is_there() const noexcept { return is_there_; }
  /// Why there is no content(); empty where there is.
  [[nodiscard]] const std::string& unreadable() const noexcept { return unreadable_; }
  /// A copy in memory, of today's schema; null where it can't be read, or isn't there.
  [[nodiscard]] Database* content() noexcept { return content_ ? &*content_ : nullptr; }
  /// Names the key that content() is sealed with.
  [[nodiscard]] const KeyId& key_id() const noexcept { return key_id_; }

  /// Makes it stand by itself: what only its log has goes into the file, or, where it can't be
  /// read, the log gets `kept`'s name with its own ending. Then gives the file the name `kept`,
  /// too.
  void keep_as(const std::filesystem::path& kept);

 private:
  explicit StoreInPlace(std::filesystem::path file) : file_(std::move(file)) {}
  void open(Database::Use use);
  void read(Database& database);
  void lock_unreadable();
  void move_log_to(const std::filesystem::path& kept) const;

  std::filesystem::path file_;
  bool is_there_ = false;
  std::string unreadable_;
  std::optional<Database> taken_;
  UniqueFd lock_;  // of what SQLite can't open
  std::unique_ptr<MemoryFile> memory_;
  std::optional<Database> content_;
  KeyId key_id_{};
};

}  // namespace usher
