// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/model/process_id.h"
#include "daemon/model/session.h"

namespace usher {

[[nodiscard]] inline bool is_open(const Session& session) noexcept {
  return !session.ending.has_value();
}

/// Sessions by the processes that they hang on, until those end: open ones, and those that are over
/// while their anchor runs on, since who descends from it must not be taken for somebody further
/// up. One thread at a time; does no I/O.
class Anchors {
 public:
  struct Entry {
    Session session;
    bool opening = false;    // not durable yet, so nobody stands in it
    bool unwatched = false;  // nobody will tell when its anchor ends
    int misses = 0;          // see SessionRegister::count_a_miss()
  };
  using Entries = std::map<std::uint64_t, Entry>;  // by key, in the order in which they began
  /// Whether the anchor of what is kept under a key runs still.
  using Runs = std::function<bool(std::uint64_t key)>;

  /// The key it is kept under, which is nobody else's.
  std::uint64_t add(Entry entry);
  void remove(std::uint64_t key);

  // Null where there is none.
  [[nodiscard]] Entry* find(std::uint64_t key);
  [[nodiscard]] Entry* named(const std::string& session);

  /// The session of the first process of `line` that is an anchor. None where that one is over, has
  /// not begun yet, is not the only one there, or does not run any more: that the anchor runs makes
  /// its pid its own, since start times alone repeat.
  [[nodiscard]] std::optional<std::string> session_on(std::span<const ProcessId> line,
                                                      const Runs& runs) const;
  /// The key of what a program means that closes what it opened as `service`: the latest that is
  /// open, or else the latest that was revoked. None where there is neither.
  [[nodiscard]] std::optional<std::uint64_t> closed_by(const ProcessId& anchor,
                                                       std::string_view service) const;
  /// Whether something hangs on `anchor` that is over, other than what is kept under `key`.
  [[nodiscard]] bool has_ended_one(const ProcessId& anchor, std::uint64_t key = 0) const;

  [[nodiscard]] Entries& entries() noexcept { return entries_; }

 private:
  template <typename Look>
  void for_each_at(const ProcessId& anchor, Look look) const;

  Entries entries_;
  std::unordered_multimap<pid_t, std::uint64_t> by_pid_;
  std::unordered_map<std::string, std::uint64_t> by_id_;
  std::uint64_t last_key_ = 0;
};

}  // namespace usher
