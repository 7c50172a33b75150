// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/thread_set.h"

#include <chrono>
#include <exception>
#include <utility>

#include "daemon/host/detached_thread.h"
#include "daemon/serving/trouble.h"

namespace usher {

struct ThreadSet::Start {
  std::shared_ptr<Shared> shared;
  std::function<void()> task;
};

ThreadSet::ThreadSet(std::size_t capacity)
    : capacity_(capacity), shared_(std::make_shared<Shared>()) {}

ThreadSet::~ThreadSet() {
  std::unique_lock lock(shared_->mutex);
  shared_->emptied.wait(lock, [this] { return shared_->running == 0; });
}

bool ThreadSet::start(std::function<void()> task) {
  auto begin = std::make_unique<Start>(Start{shared_, std::move(task)});
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->running >= capacity_) return false;
    ++shared_->running;
  }
  if (start_detached(&ThreadSet::run, begin.get())) {
    static_cast<void>(begin.release());  // the thread owns it now
    return true;
  }
  const std::lock_guard lock(shared_->mutex);
  if (--shared_->running == 0) shared_->emptied.notify_all();
  return false;
}

void* ThreadSet::run(void* argument) {
  const std::unique_ptr<Start> begin(static_cast<Start*>(argument));
  try {
    begin->task();
  } catch (const std::exception& error) {
    report_trouble(error.what());
  } catch (...) {
    report_trouble("a connection ended by an unknown internal error");
  }
  // What the task holds goes before it counts as ended: whoever waits for that may then destroy
  // what the task refers to.
  begin->task = nullptr;
  const std::lock_guard lock(begin->shared->mutex);
  if (--begin->shared->running == 0) begin->shared->emptied.notify_all();
  return nullptr;
}

std::size_t ThreadSet::running() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->running;
}

bool ThreadSet::wait_until_empty(Deadline deadline) const {
  std::unique_lock lock(shared_->mutex);
  return shared_->emptied.wait_for(lock,
                                   std::chrono::milliseconds(deadline.remaining_milliseconds()),
                                   [this] { return shared_->running == 0; });
}

}  // namespace usher
