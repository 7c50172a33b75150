// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace usher {

/// Counts who is inside, in all and by key, and lets nobody in over either limit. Thread-safe; a
/// Ticket may be given back by another thread, and after the limit itself is gone.
template <typename Key>
class KeyedLimit {
  struct Counts;

 public:
  /// A place inside, given back on destruction. Move-only.
  class Ticket {
   public:
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (counts_) counts_->leave(key_);
    }

   private:
    friend class KeyedLimit;
    Ticket(std::shared_ptr<Counts> counts, Key key)
        : counts_(std::move(counts)), key_(std::move(key)) {}
    std::shared_ptr<Counts> counts_;
    Key key_;
  };

  KeyedLimit(std::size_t total, std::size_t per_key)
      : counts_(std::make_shared<Counts>()), total_(total), per_key_(per_key) {}

  /// Nothing where `key`, or everybody together, has its share already.
  [[nodiscard]] std::optional<Ticket> enter(const Key& key) { return enter(key, per_key_); }
  /// The same with a share for `key` of its own.
  [[nodiscard]] std::optional<Ticket> enter(const Key& key, std::size_t share) {
    Key mine = key;  // what can throw comes before what is counted
    const std::lock_guard lock(counts_->mutex);
    if (counts_->inside >= total_) return std::nullopt;
    const auto [place, fresh] = counts_->by_key.try_emplace(key, 0);
    if (place->second >= share) {
      if (fresh) counts_->by_key.erase(place);
      return std::nullopt;
    }
    ++place->second;
    ++counts_->inside;
    return Ticket(counts_, std::move(mine));
  }

  /// Counts who has `ticket` under `key` from now on. False, and nothing changed, where `key` has
  /// its share already.
  [[nodiscard]] bool move(Ticket& ticket, const Key& key) {
    Key mine = key;
    const std::lock_guard lock(counts_->mutex);
    const auto [place, fresh] = counts_->by_key.try_emplace(key, 0);
    if (place->second >= per_key_) {
      if (fresh) counts_->by_key.erase(place);
      return false;
    }
    ++place->second;
    counts_->forget_one(ticket.key_);
    ticket.key_ = std::move(mine);
    return true;
  }

 private:
  struct Counts {
    std::mutex mutex;
    std::size_t inside = 0;             // guarded by mutex
    std::map<Key, std::size_t> by_key;  // guarded by mutex; no entry is 0

    void leave(const Key& key) {
      const std::lock_guard lock(mutex);
      --inside;
      forget_one(key);
    }
    /// With mutex held.
    void forget_one(const Key& key) {
      const auto place = by_key.find(key);
      if (--place->second == 0) by_key.erase(place);
    }
  };

  const std::shared_ptr<Counts> counts_;
  const std::size_t total_;
  const std::size_t per_key_;
};

}  // namespace usher
