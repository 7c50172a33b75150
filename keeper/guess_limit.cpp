// SPDX-License-Identifier: Apache-2.0
#include "keeper/guess_limit.h"

#include <algorithm>
#include <cstring>

namespace usher {

GuessLimit::GuessLimit(const Clock& clock) : clock_(clock), full_at_(kBuckets) {
  ::crypto_shorthash_keygen(key_.data());
}

GuessLimit::Charge GuessLimit::charge(std::string_view user) {
  const std::size_t bucket = bucket_of(user);
  const std::lock_guard lock(mutex_);
  const std::int64_t now = clock_.boot_microseconds();
  const std::int64_t full_at = std::max(full_at_[bucket], now);
  if (full_at - now > (kGuessBurst - 1) * kGuessInterval) return {nullptr, bucket};
  full_at_[bucket] = full_at + kGuessInterval;
  return {this, bucket};
}

void GuessLimit::Charge::give_back() noexcept {
  if (limit_ == nullptr) return;
  const std::lock_guard lock(limit_->mutex_);
  limit_->full_at_[bucket_] -= kGuessInterval;
  limit_ = nullptr;
}

std::size_t GuessLimit::bucket_of(std::string_view user) const noexcept {
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  ::crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(user.data()), user.size(),
                     key_.data());
  std::uint64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof number);
  return number % kBuckets;
}

}  // namespace usher
