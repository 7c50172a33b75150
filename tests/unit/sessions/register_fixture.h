// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/sessions/session_register.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/memory_store.h"
#include "tests/fakes/recording_audit.h"

namespace usher::testing {

/// A register of a machine whose processes the test begins and ends.
class RegisterTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kHistory = 86'400;

  void SetUp() override { start(); }

  /// The usherd that comes next, or the first.
  void start() {
    stop();
    sessions_ = std::make_unique<SessionRegister>(ports(), kHistory);
    const auto started = sessions_->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  void stop() { sessions_.reset(); }
  RegisterPorts ports() { return {store_, host_, clock_, audit_}; }

  /// A new process, the child of `parent` where there is one.
  ProcessId process(pid_t pid, const ProcessId& parent = {}) {
    host_.set_start_time(pid, static_cast<std::uint64_t>(pid) * 10);
    host_.set_parent(pid, parent);
    return {.pid = pid, .start_time = static_cast<std::uint64_t>(pid) * 10};
  }
  static Session wanted(const ProcessId& anchor, std::string service = "sshd",
                        std::string user = "alice", uid_t uid = 1000) {
    return {.user = std::move(user),
            .uid = uid,
            .service = std::move(service),
            .rhost = "192.0.2.7",
            .tty = "ssh",
            .anchor = anchor,
            .rule = "from outside",
            .rule_at = "50-a.toml:3",
            .factors = {"publickey"}};
  }
  static EarnedProof key(std::string user = "alice") {
    return {.user = std::move(user),
            .for_uid = 1000,
            .factor = Factor::publickey,
            .by = ProvenBy::sshd,
            .boot_at = 5};
  }
  /// The id of the session that begins, with a proof in it.
  std::string open(const Session& session) {
    const auto opened = sessions_->open(session, {key()});
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? opened->id : std::string();
  }
  std::string open(const ProcessId& anchor, std::string service = "sshd") {
    return open(wanted(anchor, std::move(service)));
  }
  /// The id of the session that a process stands in; empty for none.
  std::string standing(const ProcessId& process) {
    return sessions_->standing_of(process).value_or(std::string());
  }
  Result<std::vector<Session>> revoke(const std::string& id) {
    return sessions_->revoke([&](const Session& session) { return session.id == id; }, "root");
  }
  std::vector<std::string> open_ids() {
    std::vector<std::string> ids;
    for (const Session& session : sessions_->open_sessions()) ids.push_back(session.id);
    return ids;
  }

  Session stored(const std::string& id) {
    const auto found = store_.sessions_named(id);
    EXPECT_TRUE(found && found->size() == 1) << id;
    return found && found->size() == 1 ? found->front() : Session{};
  }
  std::optional<SessionEnd> stored_end(const std::string& id) {
    const Session session = stored(id);
    if (!session.ending) return std::nullopt;
    return session.ending->how;
  }
  bool holds_proofs(const std::string& id) { return !store_.proofs_of(id)->empty(); }
  [[nodiscard]] std::int64_t now() const {
    return clock_.wall_microseconds() / FakeClock::kMicroseconds;
  }

  /// Waits for what the watch's thread is about to bring about.
  template <typename Condition>
  static void wait_until(Condition condition) {
    while (!condition()) std::this_thread::yield();
  }
  void wait_until_anchor_gone(const std::string& id) {
    wait_until([&] { return stored(id).anchor_gone; });
  }
  void wait_for_events(std::size_t count) {
    wait_until([&] { return audit_.count() >= count; });
  }

  MemoryStore store_;
  FakeHost host_;
  FakeClock clock_;
  RecordingAudit audit_;
  std::unique_ptr<SessionRegister> sessions_;
};

}  // namespace usher::testing
