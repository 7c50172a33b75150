// SPDX-License-Identifier: Apache-2.0
// The module is a guest in the calling program: it leaves everything as it found it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <security/pam_appl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "tests/fakes/fake_daemon.h"
#include "tests/module/captured_log.h"
#include "tests/module/pam_stack.h"

namespace usher::testing {
namespace {

std::size_t count_entries(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}
std::size_t open_descriptors() { return count_entries("/proc/self/fd"); }
std::size_t threads() { return count_entries("/proc/self/task"); }

TEST(Guest, LeavesNoDescriptorWhateverHappens) {
  const std::vector<std::vector<FakeDaemon::Step>> scripts = {
      {begins(), says(kPassword), hears_answer("x"), says(kSuccess)},
      {begins(), says(kPassword), hears_answer("x"), hangs_up()},
      {begins(), says(Restart{}), begins(), says(kPassword), hears_answer("x"), says(kSuccess)},
      {begins(), says_bytes({99}), waits_for_hang_up()},
      {accepts(), hangs_up()},
  };
  for (const auto& script : scripts) {
    const FakeDaemon daemon(script);
    Person person;
    person.types("x");
    const PamStack stack({usher_line(daemon.path())}, person.conversation());
    const std::size_t before = open_descriptors();
    static_cast<void>(::pam_authenticate(stack.handle(), 0));
    // The fake daemon lives in this process too, and lets go in its own time.
    EXPECT_LE(open_descriptors(), before + 1);
  }
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 50; ++i) {
    const FakeDaemon daemon({begins(), says(kSuccess)});
    Person person;
    EXPECT_EQ(authenticate(daemon.path(), person), PAM_SUCCESS);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Guest, ChangesNothingOfTheProcess) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("x"), says(kSuccess)});
  Person person;
  person.types("x");
  const PamStack stack({usher_line(daemon.path())}, person.conversation());

  struct sigaction pipe_before{};
  ::sigaction(SIGPIPE, nullptr, &pipe_before);
  sigset_t mask_before{};
  ::sigprocmask(SIG_SETMASK, nullptr, &mask_before);
  const auto folder_before = std::filesystem::current_path();
  const std::size_t threads_before = threads();
  ::umask(027);

  EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_SUCCESS);

  struct sigaction pipe_after{};
  ::sigaction(SIGPIPE, nullptr, &pipe_after);
  EXPECT_EQ(pipe_after.sa_handler, pipe_before.sa_handler);
  sigset_t mask_after{};
  ::sigprocmask(SIG_SETMASK, nullptr, &mask_after);
  for (int signal = 1; signal < NSIG; ++signal)
    EXPECT_EQ(::sigismember(&mask_after, signal), ::sigismember(&mask_before, signal));
  EXPECT_EQ(std::filesystem::current_path(), folder_before);
  EXPECT_EQ(::umask(022), 027U);
  EXPECT_LE(threads(), threads_before);
}

/// Calls `check` in a child that has closed its standard descriptors.
template <typename Check>
void expect_in_child(Check check) {
  EXPECT_EXIT(std::_Exit(check() ? 7 : 1), ::testing::ExitedWithCode(7), "");
}

TEST(Guest, KeepsAwayFromTheStandardDescriptors) {
  expect_in_child([] {
    Person person;
    const PamStack stack({usher_line("/nonexistent/usher.sock")}, person.conversation());
    for (const int standard : {0, 1, 2}) ::close(standard);
    const int code = ::pam_authenticate(stack.handle(), 0);
    bool untouched = true;
    for (const int standard : {0, 1, 2}) untouched = untouched && ::fcntl(standard, F_GETFD) < 0;
    return code == PAM_AUTHINFO_UNAVAIL && untouched;
  });
}

/// Limits are inherited, through setuid programs too: whoever starts su under tight ones must not
/// be told that the daemon is missing, which may open another way in.
TEST(Guest, ALackOfDescriptorsIsADenialAndNotAnAbsence) {
  expect_in_child([] {
    clear_log();
    Person person;
    const PamStack stack({usher_line("/nonexistent/usher.sock")}, person.conversation());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const int code = ::pam_authenticate(stack.handle(), 0);
    ::setrlimit(RLIMIT_NOFILE, &before);
    return code == PAM_SYSTEM_ERR && logged_with("limits of the calling program") == 1;
  });
}

}  // namespace
}  // namespace usher::testing
