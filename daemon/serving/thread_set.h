// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

#include "usher/deadline.h"

namespace usher {

/// A bounded number of threads with small stacks, each running one task to its end. Thread-safe.
class ThreadSet {
 public:
  explicit ThreadSet(std::size_t capacity);
  ThreadSet(const ThreadSet&) = delete;
  ThreadSet& operator=(const ThreadSet&) = delete;
  /// Waits for every task, however long that takes; see wait_until_empty.
  ~ThreadSet();

  /// Runs `task` in a thread of its own. False, and the task dropped unrun, where `capacity` tasks
  /// are running already or the system gives no thread. What a task throws ends that task alone.
  [[nodiscard]] bool start(std::function<void()> task);

  [[nodiscard]] std::size_t running() const;
  /// True once no task runs; false where `deadline` passed first.
  [[nodiscard]] bool wait_until_empty(Deadline deadline) const;

 private:
  /// Outlives the set, where a thread is between its last task's end and its own.
  struct Shared {
    mutable std::mutex mutex;
    std::condition_variable emptied;
    std::size_t running = 0;  // guarded by mutex
  };
  struct Start;
  static void* run(void* argument);

  const std::size_t capacity_;
  const std::shared_ptr<Shared> shared_;
};

}  // namespace usher
