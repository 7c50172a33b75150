// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/backup_file.h"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>
#include <system_error>

#include "daemon/store/sodium_ready.h"

namespace usher {
namespace {

constexpr std::string_view kMagic = "usher-backup-1\n";
constexpr std::string_view kAnyMagic = "usher-backup-";

// What a header may ask of whoever reads it, before anything of it can be believed.
constexpr std::uint32_t kMostPasses = 64;

constexpr std::size_t kChunkSize = std::size_t{64} * 1024;
constexpr std::size_t kTagSize = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t kLengthSize = 4;
constexpr unsigned char kMessage = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
constexpr unsigned char kFinal = crypto_secretstream_xchacha20poly1305_TAG_FINAL;

// What is derived from the passphrase's key, each under a number of its own.
constexpr char kBackupContext[crypto_kdf_CONTEXTBYTES + 1] = "UsherBak";
enum class Part : std::uint8_t { mark = 1, stream_key = 2 };
using Mark = std::array<std::uint8_t, 16>;

/// The start of the file, in the clear. `mark` tells a wrong passphrase from a damaged file: only
/// who has found the passphrase can compute it.
struct Header {
  PassphraseCost cost;
  std::array<std::uint8_t, crypto_pwhash_SALTBYTES> salt{};
  Mark mark{};
  std::array<std::uint8_t, crypto_secretstream_xchacha20poly1305_HEADERBYTES> stream{};
};
constexpr std::size_t kHeaderSize = kMagic.size() + 4 + 8 + crypto_pwhash_SALTBYTES + sizeof(Mark) +
                                    crypto_secretstream_xchacha20poly1305_HEADERBYTES;
using HeaderBytes = std::array<std::uint8_t, kHeaderSize>;

// Numbers are big-endian.
template <typename Number>
void put_number(std::span<std::uint8_t>& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    out[i] = static_cast<std::uint8_t>(number >> (8 * (sizeof number - 1 - i)));
  out = out.subspan(sizeof number);
}

template <typename Number>
Number take_number(std::span<const std::uint8_t>& in) {
  Number number = 0;
  for (const std::uint8_t byte : in.first(sizeof number))
    number = static_cast<Number>((number << 8U) | byte);
  in = in.subspan(sizeof number);
  return number;
}

void put_bytes(std::span<std::uint8_t>& out, std::span<const std::uint8_t> bytes) {
  std::ranges::copy(bytes, out.begin());
  out = out.subspan(bytes.size());
}

void take_bytes(std::span<const std::uint8_t>& in, std::span<std::uint8_t> bytes) {
  std::ranges::copy(in.first(bytes.size()), bytes.begin());
  in = in.subspan(bytes.size());
}

HeaderBytes encode(const Header& header) {
  HeaderBytes bytes{};
  std::span<std::uint8_t> out(bytes);
  put_bytes(out, {reinterpret_cast<const std::uint8_t*>(kMagic.data()), kMagic.size()});
  put_number(out, header.cost.passes);
  put_number(out, header.cost.memory_bytes);
  put_bytes(out, header.salt);
  put_bytes(out, header.mark);
  put_bytes(out, header.stream);
  return bytes;
}

Header decode(const HeaderBytes& bytes) {
  Header header;
  auto in = std::span<const std::uint8_t>(bytes).subspan(kMagic.size());
  header.cost.passes = take_number<std::uint32_t>(in);
  header.cost.memory_bytes = take_number<std::uint64_t>(in);
  take_bytes(in, header.salt);
  take_bytes(in, header.mark);
  take_bytes(in, header.stream);
  return header;
}

/// The passphrase's key, from which the others come; an Error where the memory is not to be had.
Result<Secret> passphrase_key(const Secret& passphrase, const Header& header) {
  const auto& [passes, memory] = header.cost;
  if (passes < crypto_pwhash_OPSLIMIT_MIN || passes > kMostPasses ||
      memory < crypto_pwhash_MEMLIMIT_MIN || memory > PassphraseCost::kMostMemory)
    return failure("its header is damaged");
  Secret key;
  const auto room = key.resize(crypto_kdf_KEYBYTES);
  if (room.empty()) return failure("no memory for a key");
  const std::string_view text = passphrase.expose();
  if (crypto_pwhash(room.data(), room.size(), text.data(), text.size(), header.salt.data(), passes,
                    static_cast<std::size_t>(memory), crypto_pwhash_ALG_ARGON2ID13) != 0)
    return failure(
        fmt::format("there are not the {} MiB of memory that its passphrase takes", memory >> 20U));
  return key;
}

void derive_part(std::span<std::uint8_t> out, Part part, const Secret& key) {
  static_cast<void>(crypto_kdf_derive_from_key(out.data(), out.size(),
                                               static_cast<std::uint64_t>(part), kBackupContext,
                                               key.expose_bytes().data()));
}

Result<Secret> stream_key(const Secret& key) {
  Secret derived;
  const auto room = derived.resize(crypto_secretstream_xchacha20poly1305_KEYBYTES);
  if (room.empty()) return failure("no memory for a key");
  derive_part(room, Part::stream_key, key);
  return derived;
}

Result<void> write_whole(int out, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(out, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failure(std::generic_category().message(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

/// Fewer than asked for only at the end.
Result<std::size_t> read_whole(int in, std::span<std::uint8_t> bytes) {
  std::size_t used = 0;
  while (used < bytes.size()) {
    const ssize_t got = ::read(in, &bytes[used], bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(std::generic_category().message(errno));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  return used;
}

/// The state of a stream holds its key.
class StreamState {
 public:
  StreamState() : memory_(sizeof(crypto_secretstream_xchacha20poly1305_state)) {
    memory_.mark_written(memory_.capacity());
  }
  [[nodiscard]] bool valid() const noexcept { return memory_.valid(); }
  crypto_secretstream_xchacha20poly1305_state* get() noexcept {
    return reinterpret_cast<crypto_secretstream_xchacha20poly1305_state*>(memory_.data());
  }

 private:
  LockedMemory memory_;
};

/// Each chunk after its length; the first is bound to the file's header.
Result<void> write_chunk(int out, StreamState& stream, std::span<const std::uint8_t> content,
                         unsigned char tag, std::span<const std::uint8_t> bound_to = {}) {
  std::vector<std::uint8_t> chunk(kLengthSize + content.size() + kTagSize);
  std::span<std::uint8_t> length(chunk);
  put_number(length, static_cast<std::uint32_t>(content.size() + kTagSize));
  crypto_secretstream_xchacha20poly1305_push(stream.get(), &chunk[kLengthSize], nullptr,
                                             content.data(), content.size(), bound_to.data(),
                                             bound_to.size(), tag);
  return write_whole(out, chunk);
}

std::unexpected<Error> cut_short() { return failure("it is cut short: the end is missing"); }
std::unexpected<Error> changed() { return failure("it was changed or damaged"); }

/// The chunk's bytes, still encrypted.
Result<std::vector<std::uint8_t>> read_chunk(int in) {
  std::array<std::uint8_t, kLengthSize> prefix{};
  const auto got = read_whole(in, prefix);
  if (!got) return std::unexpected(got.error());
  if (*got < prefix.size()) return cut_short();
  std::span<const std::uint8_t> number(prefix);
  const auto length = take_number<std::uint32_t>(number);
  if (length < kTagSize || length > kChunkSize + kTagSize) return changed();
  std::vector<std::uint8_t> chunk(length);
  const auto rest = read_whole(in, chunk);
  if (!rest) return std::unexpected(rest.error());
  if (*rest < chunk.size()) return cut_short();
  return chunk;
}

/// Opens `chunk` into `out`, which is as long as its content. False for a chunk of another file, or
/// in another place.
bool open_chunk(StreamState& stream, std::span<const std::uint8_t> chunk,
                std::span<std::uint8_t> out, unsigned char& tag,
                std::span<const std::uint8_t> bound_to = {}) {
  return crypto_secretstream_xchacha20poly1305_pull(stream.get(), out.data(), nullptr, &tag,
                                                    chunk.data(), chunk.size(), bound_to.data(),
                                                    bound_to.size()) == 0;
}

Result<Secret> read_head(int in, StreamState& stream, const HeaderBytes& header) {
  const auto chunk = read_chunk(in);
  if (!chunk) return std::unexpected(chunk.error());
  Secret head;
  const std::size_t size = chunk->size() - kTagSize;
  if (size > Secret::kCapacity) return changed();
  const auto room = head.resize(size);
  unsigned char tag = kFinal;
  if (!open_chunk(stream, *chunk, room, tag, header) || tag != kMessage) return changed();
  return head;
}

Result<std::vector<std::uint8_t>> read_image(int in, StreamState& stream) {
  std::vector<std::uint8_t> image;
  unsigned char tag = kMessage;
  while (tag == kMessage) {
    const auto chunk = read_chunk(in);
    if (!chunk) return std::unexpected(chunk.error());
    const std::size_t before = image.size();
    image.resize(before + chunk->size() - kTagSize);
    if (!open_chunk(stream, *chunk, std::span(image).subspan(before), tag)) return changed();
  }
  std::array<std::uint8_t, 1> more{};
  const auto behind = read_whole(in, more);
  if (!behind) return std::unexpected(behind.error());
  if (tag != kFinal || *behind > 0) return changed();
  return image;
}

Result<void> check_magic(std::span<const std::uint8_t> start) {
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  if (text.starts_with(kMagic)) return {};
  if (text.starts_with(kAnyMagic))
    return failure("it is a backup of another version of Usher: restore it with that");
  return failure("it is not a backup that `usherctl backup` made");
}

}  // namespace

PassphraseCost PassphraseCost::bearable() {
  const PassphraseCost usual = of_memory(crypto_pwhash_MEMLIMIT_SENSITIVE);
  struct sysinfo machine{};
  const bool known = ::sysinfo(&machine) == 0;
  const std::uint64_t memory = known ? std::uint64_t{machine.totalram} * machine.mem_unit : 0;
  if (memory >= 4 * usual.memory_bytes) return usual;
  return {.passes = usual.passes * 4, .memory_bytes = usual.memory_bytes / 4};
}

PassphraseCost PassphraseCost::of_memory(std::uint64_t bytes) {
  return {.passes = crypto_pwhash_OPSLIMIT_SENSITIVE, .memory_bytes = bytes};
}

Result<void> write_backup_file(int out, const Secret& passphrase, const PassphraseCost& cost,
                               std::span<const std::uint8_t> head,
                               std::span<const std::uint8_t> image) {
  if (const auto ready = sodium_ready(); !ready) return ready;
  if (passphrase.empty() || head.size() > Secret::kCapacity)
    return failure("a backup without a passphrase was to be written");
  Header header{.cost = cost};
  randombytes_buf(header.salt.data(), header.salt.size());
  const auto key = passphrase_key(passphrase, header);
  if (!key) return std::unexpected(key.error());
  derive_part(header.mark, Part::mark, *key);
  const auto for_stream = stream_key(*key);
  StreamState stream;
  if (!for_stream || !stream.valid()) return failure("no memory for a key");
  crypto_secretstream_xchacha20poly1305_init_push(stream.get(), header.stream.data(),
                                                  for_stream->expose_bytes().data());

  const HeaderBytes start = encode(header);
  auto written = write_whole(out, start);
  if (written) written = write_chunk(out, stream, head, kMessage, start);
  do {
    const auto part = image.first(std::min(image.size(), kChunkSize));
    image = image.subspan(part.size());
    if (written) written = write_chunk(out, stream, part, image.empty() ? kFinal : kMessage);
  } while (written && !image.empty());
  // A pipe can't be made durable, and needn't.
  if (written && ::fsync(out) != 0 && errno != EINVAL && errno != EROFS)
    return failure(std::generic_category().message(errno));
  return written;
}

Result<BackupContent> read_backup_file(int in, const Secret& passphrase) {
  if (const auto ready = sodium_ready(); !ready) return std::unexpected(ready.error());
  HeaderBytes start{};
  const auto got = read_whole(in, start);
  if (!got) return std::unexpected(got.error());
  if (const auto begins = check_magic(std::span(start).first(*got)); !begins)
    return std::unexpected(begins.error());
  if (*got < start.size()) return cut_short();
  const Header header = decode(start);
  const auto key = passphrase_key(passphrase, header);
  if (!key) return std::unexpected(key.error());
  Mark mark{};
  derive_part(mark, Part::mark, *key);
  if (sodium_memcmp(mark.data(), header.mark.data(), mark.size()) != 0)
    return failure("the passphrase is wrong (or the first lines of the file were changed)");
  const auto for_stream = stream_key(*key);
  StreamState stream;
  if (!for_stream || !stream.valid()) return failure("no memory for a key");
  if (crypto_secretstream_xchacha20poly1305_init_pull(stream.get(), header.stream.data(),
                                                      for_stream->expose_bytes().data()) != 0)
    return changed();
  auto head = read_head(in, stream, start);
  if (!head) return std::unexpected(head.error());
  auto image = read_image(in, stream);
  if (!image) return std::unexpected(image.error());
  return BackupContent{.head = *std::move(head), .image = *std::move(image)};
}

Result<void> expect_backup_file(int in) {
  std::array<std::uint8_t, kMagic.size()> start{};
  const ssize_t got = ::pread(in, start.data(), start.size(), ::lseek(in, 0, SEEK_CUR));
  if (got < 0) return failure(std::generic_category().message(errno));
  return check_magic(std::span(start).first(static_cast<std::size_t>(got)));
}

}  // namespace usher
