// SPDX-License-Identifier: Apache-2.0
// What usherd tells the service manager (sd_notify(3)), for a unit of Type=notify-reload.
#include <gtest/gtest.h>

#include <cinttypes>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>

#include "tests/unit/usherd/usherd_process.h"

namespace usher::testing {
namespace {

std::int64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

TEST(Notify, ReadyComesWhenItServesAndStoppingWhenItIsTold) {
  const UsherdHome home;
  home.init();
  UsherdProcess usherd(home);
  ASSERT_EQ(usherd.next_notification(), "READY=1");
  EXPECT_EQ(home.run(USHERCTL, {"status", "--config", "usher.toml"}).exit_code, 0);
  usherd.signal(SIGTERM);
  EXPECT_EQ(usherd.next_notification(), "STOPPING=1");
  EXPECT_EQ(usherd.wait().exit_code, 0);
}

TEST(Notify, AReloadSaysWhenItBeganAndWhenItIsOver) {
  const UsherdHome home;
  home.init();
  const UsherdProcess usherd(home);
  ASSERT_EQ(usherd.next_notification(), "READY=1");
  for (const char* rules : {"[[rule]]\nname = \"somebody\"\ndeny = true\n", "a mistake"}) {
    home.write("rules.d/10-test.toml", rules);
    const std::int64_t before = monotonic_microseconds();
    usherd.signal(SIGHUP);
    const std::string reloading = usherd.next_notification();
    std::int64_t began = 0;
    EXPECT_EQ(std::sscanf(reloading.c_str(), "RELOADING=1\nMONOTONIC_USEC=%" SCNd64, &began), 1)
        << reloading;
    EXPECT_GE(began, before);
    EXPECT_LE(began, monotonic_microseconds());
    EXPECT_EQ(usherd.next_notification(), "READY=1") << "after " << rules;
  }
}

TEST(Notify, AWatchdogHearsThatItServes) {
  const UsherdHome home;
  home.init();
  UsherdProcess usherd(home, {}, {"WATCHDOG_USEC=100000"});
  ASSERT_EQ(usherd.next_notification(), "READY=1");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(usherd.next_notification(), "WATCHDOG=1");
  usherd.signal(SIGTERM);
  std::string last = usherd.next_notification();
  while (last == "WATCHDOG=1") last = usherd.next_notification();
  EXPECT_EQ(last, "STOPPING=1");
  EXPECT_EQ(usherd.wait().exit_code, 0);
}

TEST(Notify, AUsherdThatCanNotServeNeverIsReady) {
  const UsherdHome home;
  home.init();
  ASSERT_TRUE(std::filesystem::remove(home.in("state/store.db")));
  UsherdProcess usherd(home);
  ASSERT_EQ(usherd.next_notification(), "");
  EXPECT_EQ(usherd.wait().exit_code, 1);
}

}  // namespace
}  // namespace usher::testing
