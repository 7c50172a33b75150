// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "daemon/host/clock.h"

namespace usher {

/// How many wrong passwords one user may be given in a row ...
inline constexpr std::int64_t kGuessBurst = 30;
/// ... and the microseconds of boot time after which one more may be: 43,200 a day.
inline constexpr std::int64_t kGuessInterval = 2'000'000;

/// A token bucket of wrong passwords for each user name, so that even usherd's own uid can't guess
/// quickly. Names need not exist and may be invented without end, so the buckets are of a fixed
/// number and a keyed hash of the name says which is whose: two names that share one share its
/// tokens, which only ever makes guessing slower, and nobody can choose with whom to share.
/// Thread-safe.
class GuessLimit {
 public:
  /// `clock` must outlive this. For after sodium_init().
  explicit GuessLimit(const Clock& clock);

  /// A guess that has been paid for in advance, so that many at once can't overdraw. Move-only.
  class Charge {
   public:
    Charge(Charge&& other) noexcept : limit_(other.limit_), bucket_(other.bucket_) {
      other.limit_ = nullptr;
    }
    Charge& operator=(Charge&&) = delete;
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;
    ~Charge() = default;
    /// False where the bucket was empty: nothing was taken, and nothing may be tried.
    [[nodiscard]] bool paid() const noexcept { return limit_ != nullptr; }
    /// The guess was none: the password was right, or nobody looked at it.
    void give_back() noexcept;

   private:
    friend class GuessLimit;
    Charge(GuessLimit* limit, std::size_t bucket) noexcept : limit_(limit), bucket_(bucket) {}
    GuessLimit* limit_;
    std::size_t bucket_;
  };
  [[nodiscard]] Charge charge(std::string_view user);

 private:
  static constexpr std::size_t kBuckets = 16'384;
  [[nodiscard]] std::size_t bucket_of(std::string_view user) const noexcept;

  const Clock& clock_;
  std::array<unsigned char, crypto_shorthash_KEYBYTES> key_{};
  std::mutex mutex_;
  /// When each bucket will be full again, on the boot clock; guarded by mutex_.
  std::vector<std::int64_t> full_at_;
};

}  // namespace usher
