// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <crypt.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace usher::testing {

/// libsodium, ready before what needs it is made.
struct SodiumReady {
  SodiumReady() {
    if (::sodium_init() < 0) throw std::runtime_error("sodium_init failed");
  }
};

/// A directory of the test's own with a file of hashes in it.
class ScratchShadow {
 public:
  ScratchShadow() {
    std::string name = (std::filesystem::temp_directory_path() / "usher-shadow-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    directory_ = name;
    write("");
  }
  ScratchShadow(const ScratchShadow&) = delete;
  ScratchShadow& operator=(const ScratchShadow&) = delete;
  ~ScratchShadow() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  void write(const std::string& text) const {
    std::ofstream(path()) << text;
    std::filesystem::permissions(path(), std::filesystem::perms(0640));
  }
  [[nodiscard]] std::string path() const { return (directory_ / "shadow").string(); }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
};

/// A hash of `password` by the method that `prefix` names (crypt(5)), cheap where it can be.
inline std::string hash_of(const std::string& password, const char* prefix = "$6$") {
  crypt_data data{};
  char setting[CRYPT_GENSALT_OUTPUT_SIZE] = {};
  const std::string_view method = prefix;
  const unsigned long cost = method == "$y$" || method == "$gy$"  ? 1
                             : method == "$7$"                    ? 6
                             : method.starts_with("$2")           ? 4
                             : method == "$5$" || method == "$6$" ? 1000
                                                                  : 0;
  if (::crypt_gensalt_rn(prefix, cost, nullptr, 0, setting, sizeof setting) == nullptr) return {};
  const char* const hash = ::crypt_r(password.c_str(), setting, &data);
  return hash == nullptr || hash[0] == '*' ? std::string() : std::string(hash);
}

}  // namespace usher::testing
