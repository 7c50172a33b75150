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
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/fake_daemon.h"
#include "tests/module/pam_stack.h"

namespace usher::testing {
namespace {

constexpr int kRounds = 10'000;
constexpr int kLogins = 1'000;

bool is_mapped(const std::string& name) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find(name) != std::string::npos) return true;
  return false;
}

/// From smaps_rollup, which counts pages; statm is behind by some.
std::size_t resident_bytes() {
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

/// The memory that this process has now, of which there is to be no more later.
class Memory {
 public:
  /// `times`: how often since then something could have been lost.
  void expect_flat([[maybe_unused]] int times) const {
#ifndef USHER_SANITIZED
    // Tables of libc and the loader grow once by a few pages; what is lost each time would be far
    // more.
    EXPECT_LT(::mallinfo2().uordblks, heap_ + static_cast<std::size_t>(times));
    EXPECT_LT(resident_bytes(), resident_ + 512 * 1024);
#endif
  }

 private:
  std::size_t heap_ = ::mallinfo2().uordblks;
  std::size_t resident_ = resident_bytes();
};

TEST(Unload, LeavesNothingMapped) {
  void* const module = ::dlopen(USHER_MODULE, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(module, nullptr) << ::dlerror();
  ASSERT_TRUE(is_mapped("pam_usher.so"));
  ASSERT_EQ(::dlclose(module), 0);
  EXPECT_FALSE(is_mapped("pam_usher.so"));
}

TEST(Unload, TenThousandTimesLeavesMemoryAndDescriptorsFlat) {
  for (int i = 0; i < 100; ++i) load_and_unload();
  const Memory before;
  const std::size_t descriptors_before = open_descriptors();
  for (int i = 0; i < kRounds && !HasFatalFailure(); ++i) load_and_unload();
  before.expect_flat(kRounds);
  EXPECT_EQ(open_descriptors(), descriptors_before);
  EXPECT_FALSE(is_mapped("pam_usher.so"));
}

TEST(Unload, AThousandLoginsLeaveMemoryAndDescriptorsFlat) {
  constexpr int kWarmUp = 50;
  constexpr Prompt kPassword{
      .style = PromptStyle::hidden, .purpose = PromptPurpose::password, .text = "Password: "};
  constexpr Verdict kSuccess{.seal = Seal::success, .pam_code = PAM_SUCCESS, .password_length = 6};
  constexpr Verdict kDenied{.seal = Seal::denied, .pam_code = PAM_AUTH_ERR};
  std::vector<FakeDaemon::Step> script;
  for (int i = 0; i <= kWarmUp + kLogins; ++i)
    for (const auto& step : {begins(), says(kPassword), hears_answer("secret"),
                             i % 2 == 0 ? says(kSuccess) : says(kDenied)})
      script.push_back(step);
  const FakeDaemon daemon(std::move(script));

  // Measured before the last login: with its script the daemon frees more than could be lost.
  // Descriptors are counted at the prompt: there the daemon, which is in this process too, has its
  // end of the connection open, and does not while it takes the next.
  std::optional<Memory> before;
  std::size_t descriptors_before = 0;
  std::size_t descriptors = 0;
  for (int i = 0; i <= kWarmUp + kLogins && !HasFailure(); ++i) {
    if (i == kWarmUp) before.emplace();
    if (i == kWarmUp) descriptors_before = descriptors;
    if (i == kWarmUp + kLogins) before->expect_flat(kLogins);
    Person person;
    person.replies({.text = "secret", .first = [&] { descriptors = open_descriptors(); }});
    EXPECT_EQ(authenticate(daemon.path(), person), i % 2 == 0 ? PAM_SUCCESS : PAM_AUTH_ERR);
  }
  EXPECT_EQ(descriptors, descriptors_before);
  EXPECT_FALSE(is_mapped("pam_usher.so"));
}

}  // namespace
}  // namespace usher::testing
