// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/store/backup_file.h"
#include "daemon/store/init.h"
#include "daemon/store/key_ring.h"
#include "daemon/store/master_key.h"
#include "daemon/store/schema.h"
#include "daemon/store/sqlite.h"
#include "daemon/store/sqlite_store.h"
#include "tests/fakes/made_secret.h"

namespace usher::testing {

/// A directory of the test's own (mode 0700), removed with all that is in it.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "usher-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    directory_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return directory_; }
  [[nodiscard]] std::filesystem::path store() const { return directory_ / "store.db"; }
  [[nodiscard]] std::filesystem::path key() const { return directory_ / "master.key"; }

 private:
  std::filesystem::path directory_;
};

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& file, std::string_view content) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
}

/// Opens what initialise_store() made in `scratch`.
inline Result<std::unique_ptr<SqliteStore>> open_store(
    const Scratch& scratch, std::span<const Migration> steps = migrations()) {
  return SqliteStore::open(scratch.store(), scratch.key(), steps);
}

/// The id of the first key in the file.
inline KeyId key_id_of(const std::filesystem::path& key_file) {
  const auto ring = KeyRing::read(key_file);
  EXPECT_TRUE(ring) << ring.error().message;
  return ring ? ring->keys().front().id() : KeyId{};
}

/// The effects given, as the vector that commit() takes; Effect is move-only.
template <typename... Effects>
std::vector<Effect> effects(Effects&&... wanted) {
  std::vector<Effect> list;
  (list.emplace_back(std::forward<Effects>(wanted)), ...);
  return list;
}

inline AddOtp add_otp(std::string user, std::string label, std::string_view seed,
                      std::uint64_t confirmed_step = 100, OtpParameters parameters = {}) {
  return {.user = std::move(user),
          .label = std::move(label),
          .parameters = parameters,
          .seed = secret(seed),
          .last_step = confirmed_step};
}

constexpr std::string_view kSeed = "12345678901234567890";
constexpr std::string_view kOtherSeed = "abcdefghijklmnopqrst";

// Of backups. What guessing costs is libsodium's; that the cost is in the file is what counts here.
constexpr PassphraseCost kCheap{.passes = 1, .memory_bytes = 8192};
constexpr std::string_view kPassphrase = "correct horse battery";

}  // namespace usher::testing
