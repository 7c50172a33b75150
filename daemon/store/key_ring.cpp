// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/key_ring.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "daemon/store/private_file.h"

namespace usher {
namespace {

constexpr std::size_t kLargestFile = KeyRing::kMostKeys * MasterKey::kLineSize;

// Reads up to `out.size()` bytes; fewer only at the end of the file.
Result<std::size_t> read_all(int descriptor, std::span<std::uint8_t> out) {
  std::size_t used = 0;
  while (used < out.size()) {
    const ssize_t got = ::read(descriptor, &out[used], out.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(std::generic_category().message(errno));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  return used;
}

Result<std::vector<MasterKey>> decode_lines(std::string_view content) {
  std::vector<MasterKey> keys;
  do {
    auto key = MasterKey::decode(content.substr(0, MasterKey::kLineSize));
    if (!key) return std::unexpected(key.error());
    keys.push_back(*std::move(key));
    content.remove_prefix(MasterKey::kLineSize);
  } while (!content.empty());
  return keys;
}

Result<void> check(const std::vector<MasterKey>& keys) {
  if (keys.empty() || keys.size() > KeyRing::kMostKeys)
    return failure(
        fmt::format("holds {} keys; it must be one, or two during a rotation", keys.size()));
  if (keys.size() == KeyRing::kMostKeys && keys.front().id() == keys.back().id())
    return failure("holds the same key twice: remove one of the lines");
  return {};
}

}  // namespace

Result<KeyRing> KeyRing::read(const std::filesystem::path& file) {
  const auto in_file = [&](const Error& error) {
    return failure(fmt::format("master key {}: {}", file.string(), error.message));
  };
  const auto opened = open_private_file(file, Sharing::read_by_group_root);
  if (!opened) return failure("master key " + opened.error().message);
  Secret content;
  const auto room = content.resize(kLargestFile + 1);  // one more, to see that the file ends
  if (room.empty()) return in_file({"no memory for the key"});
  const auto size = read_all(opened->get(), room);
  if (!size) return in_file(size.error());
  auto keys = decode_lines(content.expose().substr(0, *size));
  if (!keys) return in_file(keys.error());
  auto ring = of(*std::move(keys));
  if (!ring) return in_file(ring.error());
  return ring;
}

Result<KeyRing> KeyRing::of(std::vector<MasterKey> keys) {
  if (auto fits = check(keys); !fits) return std::unexpected(fits.error());
  return KeyRing(std::move(keys));
}

Result<void> KeyRing::add(MasterKey next) {
  keys_.push_back(std::move(next));
  auto fits = check(keys_);
  if (!fits) keys_.pop_back();
  return fits;
}

void KeyRing::keep_only(std::span<const std::uint8_t> id) {
  std::erase_if(keys_, [&](const MasterKey& key) { return !std::ranges::equal(key.id(), id); });
}

const MasterKey* KeyRing::find(std::span<const std::uint8_t> id) const {
  const auto found = std::ranges::find_if(
      keys_, [&](const MasterKey& key) { return std::ranges::equal(key.id(), id); });
  return found == keys_.end() ? nullptr : &*found;
}

Result<Secret> KeyRing::encode() const {
  Secret content;
  auto room = content.resize(keys_.size() * MasterKey::kLineSize);
  if (room.empty()) return failure("no memory for the keys");
  for (const MasterKey& key : keys_) {
    const auto line = key.encode();
    if (!line) return std::unexpected(line.error());
    std::memcpy(room.data(), line->expose_bytes().data(), MasterKey::kLineSize);
    room = room.subspan(MasterKey::kLineSize);
  }
  return content;
}

}  // namespace usher
