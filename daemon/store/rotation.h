// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

#include "daemon/model/result.h"
#include "daemon/store/master_key.h"
#include "daemon/store/sealed_seeds.h"

namespace usher {

/// What a rotation did, or is about to do.
struct Rotation {
  KeyId from{};
  KeyId to{};
  std::size_t seeds = 0;  // sealed anew, by this run
  /// An earlier run, or whoever wrote the key file, had begun it.
  bool was_under_way = false;
  /// The key file is not this user's to write, so the key that is out of force is still in it.
  bool old_key_left = false;
};

struct RotationPorts {
  Resealing::Progress progress;
  /// Writes the rotation down, inside the transaction that makes it. An Error undoes that.
  std::function<Result<void>(const Rotation&)> record;
  /// Called once that transaction is durable: what goes wrong later leaves the new key in force.
  std::function<void()> committed;
};

/// Puts a new master key in force: the key file gets a second line; one transaction seals every
/// seed under that key and names it in the store; the key file loses the first line. A usherd that
/// serves goes on, and knows the new key by itself.
///
/// Where it is killed, the store opens with what is there, before and after the transaction; run
/// again, it finishes, or goes on with the second key that the file holds. So the key file can also
/// be one that others write (a credential): with its two keys the second one is put in force. One
/// at a time; as the user who owns the store. For a store of today's schema.
[[nodiscard]] Result<Rotation> rotate_key(const std::filesystem::path& store,
                                          const std::filesystem::path& key_file,
                                          const RotationPorts& ports);

/// What there is to tell about a store's key without telling it.
struct KeyState {
  KeyId in_force{};
  std::vector<KeyId> in_file;  // in the order of the file
  bool file_is_writable = false;
};

/// An Error where the store can't be looked at or the key file not be read, and not where the two
/// don't belong together.
[[nodiscard]] Result<KeyState> key_state(const std::filesystem::path& store,
                                         const std::filesystem::path& key_file);

}  // namespace usher
