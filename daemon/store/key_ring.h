// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "daemon/model/result.h"
#include "daemon/store/master_key.h"
#include "usher/secret.h"

namespace usher {

/// The keys of one key file: the key in force and, while a rotation is under way, the one that
/// comes after it or came before. Which is in force is the store's word, not the file's: it names
/// the key's id. Move-only; const calls may be made from many threads. The format is described in
/// docs/store.md.
class KeyRing {
 public:
  static constexpr std::size_t kMostKeys = 2;

  /// Reads a key file: regular, no symbolic link, owned by root or the calling user, and readable
  /// by nobody else. Root's own file may also be readable by group root: that is how systemd shows
  /// a credential (systemd.exec(5), LoadCredential=).
  [[nodiscard]] static Result<KeyRing> read(const std::filesystem::path& file);
  /// The keys given, in that order: one or two, which differ.
  [[nodiscard]] static Result<KeyRing> of(std::vector<MasterKey> keys);

  /// Null where it holds no key of that id.
  [[nodiscard]] const MasterKey* find(std::span<const std::uint8_t> id) const;
  /// At least one; in the order of the file.
  [[nodiscard]] const std::vector<MasterKey>& keys() const noexcept { return keys_; }
  /// What a key file holds.
  [[nodiscard]] Result<Secret> encode() const;
  /// Another key, behind the one there is.
  [[nodiscard]] Result<void> add(MasterKey next);
  /// Forgets all keys but the one of that id, which it must hold.
  void keep_only(std::span<const std::uint8_t> id);

 private:
  explicit KeyRing(std::vector<MasterKey> keys) noexcept : keys_(std::move(keys)) {}
  std::vector<MasterKey> keys_;
};

}  // namespace usher
