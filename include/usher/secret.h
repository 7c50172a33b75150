// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace usher {

/// Pages of their own for what must not be swapped, dumped, inherited by a child or left behind.
/// Locking is best effort (RLIMIT_MEMLOCK); wiping is not. Pages of their own, because munlock(2)
/// does not nest: unlocking a shared page would unlock what the calling program locked there.
/// Move-only. One thread at a time.
class LockedMemory {
 public:
  /// Maps `capacity` bytes, zeroed. On failure valid() is false and capacity() is 0.
  explicit LockedMemory(std::size_t capacity) noexcept {
    void* pages =
        ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return;
    data_ = static_cast<std::uint8_t*>(pages);
    capacity_ = capacity;
    // Each of these only adds protection; an old kernel or a small limit must not stop a login.
    static_cast<void>(::mlock2(pages, capacity, MLOCK_ONFAULT));
    static_cast<void>(::madvise(pages, capacity, MADV_DONTDUMP));
    static_cast<void>(::madvise(pages, capacity, MADV_WIPEONFORK));
  }
  LockedMemory(LockedMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        capacity_(std::exchange(other.capacity_, 0)),
        touched_(std::exchange(other.touched_, 0)) {}
  LockedMemory& operator=(LockedMemory&& other) noexcept {
    if (this != &other) {
      release();
      data_ = std::exchange(other.data_, nullptr);
      capacity_ = std::exchange(other.capacity_, 0);
      touched_ = std::exchange(other.touched_, 0);
    }
    return *this;
  }
  LockedMemory(const LockedMemory&) = delete;
  LockedMemory& operator=(const LockedMemory&) = delete;
  ~LockedMemory() { release(); }

  [[nodiscard]] bool valid() const noexcept { return data_ != nullptr; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::uint8_t* data() noexcept { return data_; }
  [[nodiscard]] const std::uint8_t* data() const noexcept { return data_; }
  /// Says that the first `bytes` bytes have been written, so that wipe() knows how far to go.
  void mark_written(std::size_t bytes) noexcept {
    if (bytes > touched_) touched_ = bytes < capacity_ ? bytes : capacity_;
  }
  /// Overwrites what was written. Never optimised away (explicit_bzero(3)).
  void wipe() noexcept {
    if (touched_ > 0) ::explicit_bzero(data_, touched_);
    touched_ = 0;
  }

 private:
  void release() noexcept {
    if (data_ == nullptr) return;
    wipe();
    ::munmap(data_, capacity_);
    data_ = nullptr;
    capacity_ = 0;
  }

  std::uint8_t* data_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t touched_ = 0;
};

/// A password, a code or a seed: 0 to 1,024 bytes in locked memory, wiped on destruction.
/// Move-only; deliberately without a formatter, an operator== or a conversion to std::string.
/// A moved-from or failed Secret holds nothing and equals nothing. One thread at a time.
class Secret {
 public:
  static constexpr std::size_t kCapacity = 1024;

  Secret() noexcept : memory_(kCapacity) {}

  /// Replaces the content. False, and the secret empty, where `bytes` is over the capacity or
  /// memory could not be had. `bytes` must not point into this secret, which is wiped first.
  [[nodiscard]] bool assign(std::string_view bytes) noexcept {
    clear();
    if (!memory_.valid() || bytes.size() > kCapacity) return false;
    if (!bytes.empty()) std::memcpy(memory_.data(), bytes.data(), bytes.size());
    memory_.mark_written(bytes.size());
    size_ = bytes.size();
    return true;
  }
  /// Room for `size` bytes to be filled in by the caller (a random generator, a decoder); empty
  /// where it can't be had.
  [[nodiscard]] std::span<std::uint8_t> resize(std::size_t size) noexcept {
    clear();
    if (!memory_.valid() || size > kCapacity) return {};
    memory_.mark_written(size);
    size_ = size;
    return {memory_.data(), size};
  }
  void clear() noexcept {
    memory_.wipe();
    size_ = 0;
  }

  [[nodiscard]] bool valid() const noexcept { return memory_.valid(); }
  [[nodiscard]] std::size_t size() const noexcept { return memory_.valid() ? size_ : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// A view into the secret, for handing to a function that computes with it; it must not outlive
  /// the secret, and whoever copies it wipes the copy.
  [[nodiscard]] std::string_view expose() const noexcept {
    return {reinterpret_cast<const char*>(memory_.data()), size()};
  }
  [[nodiscard]] std::span<const std::uint8_t> expose_bytes() const noexcept {
    return {memory_.data(), size()};
  }
  /// Compares in time that depends on the lengths alone. Two empty or invalid secrets are unequal:
  /// nothing was proven.
  [[nodiscard]] bool equals(std::string_view other) const noexcept {
    if (empty() || other.size() != size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < other.size(); ++i) {
      difference |= static_cast<unsigned>(memory_.data()[i]) ^ static_cast<std::uint8_t>(other[i]);
      // Keeps the compiler from leaving the loop early once the result is known.
      __asm__ volatile("" : "+r"(difference));
    }
    return difference == 0;
  }

 private:
  LockedMemory memory_;
  std::size_t size_ = 0;
};

}  // namespace usher
