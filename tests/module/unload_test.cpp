// SPDX-License-Identifier: Apache-2.0
// A program that lives long logs people in often, and loads and unloads the module each time.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <security/pam_appl.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

constexpr int kRounds = 10'000;

bool is_mapped(const std::string& name) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find(name) != std::string::npos) return true;
  return false;
}

/// From smaps_rollup, which counts pages; statm is behind by some.
[[maybe_unused]] std::size_t resident_bytes() {
  std::ifstream smaps("/proc/self/smaps_rollup");
  std::size_t kilobytes = 0;
  for (std::string word; smaps >> word;)
    if (word == "Rss:" && smaps >> kilobytes) break;
  return kilobytes * 1024;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

void load_and_unload() {
  void* const module = ::dlopen(USHER_MODULE, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(module, nullptr) << ::dlerror();
  for (const char* const name : {"pam_sm_authenticate", "pam_sm_setcred", "pam_sm_acct_mgmt",
                                 "pam_sm_open_session", "pam_sm_close_session", "pam_sm_chauthtok"})
    ASSERT_NE(::dlsym(module, name), nullptr) << name;
  ASSERT_EQ(::dlclose(module), 0);
}

TEST(Unload, LeavesNothingMapped) {
  void* const module = ::dlopen(USHER_MODULE, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(module, nullptr) << ::dlerror();
  ASSERT_TRUE(is_mapped("pam_usher.so"));
  ASSERT_EQ(::dlclose(module), 0);
  EXPECT_FALSE(is_mapped("pam_usher.so"));
}

TEST(Unload, TenThousandTimesLeavesMemoryAndDescriptorsFlat) {
  for (int i = 0; i < 100; ++i) load_and_unload();
#ifndef USHER_SANITIZED
  const std::size_t heap_before = ::mallinfo2().uordblks;
  const std::size_t resident_before = resident_bytes();
#endif
  const std::size_t descriptors_before = open_descriptors();
  for (int i = 0; i < kRounds && !HasFatalFailure(); ++i) load_and_unload();
  EXPECT_EQ(open_descriptors(), descriptors_before);
  EXPECT_FALSE(is_mapped("pam_usher.so"));
#ifndef USHER_SANITIZED
  // The loader's own tables grow once by a few pages; what is lost each time would be far more.
  EXPECT_LT(::mallinfo2().uordblks, heap_before + kRounds);
  EXPECT_LT(resident_bytes(), resident_before + 512 * 1024);
#endif
}

}  // namespace
