// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "daemon/host/detached_thread.h"
#include "daemon/model/result.h"
#include "usher/deadline.h"

namespace usher {

struct LookUpBounds {
  std::size_t workers = 1;  // threads at most; each starts when a question needs it, and stays
  std::int64_t milliseconds = 0;  // from the first asking of a question to its deadline
};

/// Asks what may block for ever, on threads of its own, and waits no longer than a bound for it.
///
/// A question that is asked while it is under way already is the same question, with the same
/// deadline: so it holds one thread at most however often it is asked, and no answer is older than
/// the bound. Past its deadline it fails at once for whoever asks it anew, until the answer comes,
/// which is thrown away. Nothing is remembered of a question that ended.
///
/// Thread-safe. Destruction doesn't wait for a thread that hangs: it ends once its answer comes,
/// and until then keeps alive what `ask` holds, so that must own all it uses.
template <typename Key, typename Found>
class LookUps {
  struct State;

 public:
  using Answer = Result<std::optional<Found>>;
  /// Called by many threads at once.
  using Ask = std::function<Answer(const Key&)>;

  /// One question under way, shared by all who wait for its answer.
  class Question {
   public:
    Question(Key key, Deadline by, std::int64_t asked_at)
        : key_(std::move(key)), by_(by), asked_at_(asked_at) {}
    /// The moment that whoever asked first gave begin().
    [[nodiscard]] std::int64_t asked_at() const noexcept { return asked_at_; }

   private:
    friend class LookUps;
    enum class Stage : std::uint8_t { queued = 1, with_a_worker, answered };
    const Key key_;
    const Deadline by_;
    const std::int64_t asked_at_;
    // Guarded by State::mutex; `answer_` no longer changes once it is there.
    Stage stage_ = Stage::queued;
    Answer answer_ = failure("not asked yet");
    std::condition_variable answered_;
  };
  using Asked = std::shared_ptr<Question>;

  LookUps(Ask ask, LookUpBounds bounds) : state_(std::make_shared<State>(std::move(ask), bounds)) {}
  LookUps(const LookUps&) = delete;
  LookUps& operator=(const LookUps&) = delete;
  /// Nobody may wait for an answer any more.
  ~LookUps() {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    state_->work.notify_all();
  }

  /// Asks, without waiting. `now`: on any clock, for Question::asked_at().
  [[nodiscard]] Asked begin(Key key, std::int64_t now) {
    State& state = *state_;
    const std::lock_guard lock(state.mutex);
    if (const auto found = state.under_way.find(key); found != state.under_way.end())
      return found->second;
    auto question =
        std::make_shared<Question>(std::move(key), Deadline::after(state.bounds.milliseconds), now);
    state.queue.push_back(question);
    state.under_way.emplace(question->key_, question);
    if (!have_worker()) {
      state.remove(question);
      question->answer_ = failure("no thread could be started to ask the name services");
      question->stage_ = Question::Stage::answered;
    }
    state.work.notify_one();
    return question;
  }

  /// The answer; an Error where it did not come by the question's deadline.
  [[nodiscard]] Answer wait(const Asked& question) {
    using Stage = typename Question::Stage;
    State& state = *state_;
    std::unique_lock lock(state.mutex);
    ++state.waiting;
    while (question->stage_ != Stage::answered && !question->by_.passed())
      question->answered_.wait_for(
          lock, std::chrono::milliseconds(question->by_.remaining_milliseconds()));
    --state.waiting;
    if (question->stage_ == Stage::queued) {
      state.remove(question);
      return failure("too many look-ups wait for the name services");
    }
    if (question->stage_ == Stage::with_a_worker) return too_late(state);
    lock.unlock();
    return question->answer_;
  }

  /// How many wait for an answer now.
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(state_->mutex);
    return state_->waiting;
  }
  /// How many threads there are, idle ones too.
  [[nodiscard]] std::size_t workers() const {
    const std::lock_guard lock(state_->mutex);
    return state_->workers;
  }

 private:
  /// Outlives the set, where a worker does.
  struct State {
    State(Ask asks, LookUpBounds limits) : ask(std::move(asks)), bounds(limits) {}
    const Ask ask;
    const LookUpBounds bounds;
    std::mutex mutex;
    std::condition_variable work;
    // All guarded by mutex.
    std::deque<Asked> queue;         // for which no worker was free yet
    std::map<Key, Asked> under_way;  // queued or with a worker
    std::size_t workers = 0;
    std::size_t idle = 0;
    std::size_t waiting = 0;
    bool closed = false;

    /// With mutex held.
    void remove(const Asked& question) {
      std::erase(queue, question);
      // It may have been asked anew since a worker found that nobody waits for it.
      const auto place = under_way.find(question->key_);
      if (place != under_way.end() && place->second == question) under_way.erase(place);
    }
  };

  /// Starts a worker where none is free for what is queued and one more is allowed. False where
  /// there is none at all. With mutex held.
  [[nodiscard]] bool have_worker() {
    State& state = *state_;
    if (state.queue.size() <= state.idle || state.workers >= state.bounds.workers)
      return state.workers > 0;
    auto shared = std::make_unique<std::shared_ptr<State>>(state_);
    if (start_detached(&LookUps::run, shared.get())) {
      static_cast<void>(shared.release());  // the thread owns it now
      ++state.workers;
    }
    return state.workers > 0;
  }

  static void* run(void* argument) {
    const std::unique_ptr<std::shared_ptr<State>> shared(
        static_cast<std::shared_ptr<State>*>(argument));
    State& state = **shared;
    std::unique_lock lock(state.mutex);
    while (const Asked question = next(state, lock)) {
      lock.unlock();
      Answer answer = answer_to(state, question->key_);
      lock.lock();
      state.remove(question);
      // Who joins at this moment gets no answer that is older than the bound, either.
      question->answer_ = question->by_.passed() ? too_late(state) : std::move(answer);
      question->stage_ = Question::Stage::answered;
      question->answered_.notify_all();
    }
    return nullptr;
  }

  /// The oldest question that somebody still waits for; null once the set is gone.
  [[nodiscard]] static Asked next(State& state, std::unique_lock<std::mutex>& lock) {
    for (;;) {
      ++state.idle;
      state.work.wait(lock, [&state] { return state.closed || !state.queue.empty(); });
      --state.idle;
      if (state.closed) return nullptr;
      const Asked question = state.queue.front();
      if (!question->by_.passed()) {
        state.queue.pop_front();
        question->stage_ = Question::Stage::with_a_worker;
        return question;
      }
      state.remove(question);
    }
  }

  [[nodiscard]] static Answer too_late(const State& state) {
    return failure(fmt::format("the name services did not answer within {:g} s",
                               static_cast<double>(state.bounds.milliseconds) / 1'000));
  }

  [[nodiscard]] static Answer answer_to(const State& state, const Key& key) {
    try {
      return state.ask(key);
    } catch (const std::exception& error) {
      return failure(error.what());
    } catch (...) {
      return failure("an unknown internal error");
    }
  }

  const std::shared_ptr<State> state_;
};

}  // namespace usher
