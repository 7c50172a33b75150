// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/memory_file.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

namespace usher {
namespace {

// A "VFS" (sqlite.org/vfs.html), for databases whose name says where their bytes are.

using Bytes = std::vector<std::uint8_t>;
constexpr const char* kVfsName = "usher-memory";

/// What SQLite makes room for, and calls a file.
struct OpenFile {
  sqlite3_file base;
  Bytes* bytes;
  bool owns_bytes;  // of a journal's; the database's are a MemoryFile's
};

OpenFile& opened(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

int close_file(sqlite3_file* file) {
  if (opened(file).owns_bytes) delete opened(file).bytes;
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* out, int amount, sqlite3_int64 offset) {
  const Bytes& bytes = *opened(file).bytes;
  const auto wanted = static_cast<std::size_t>(amount);
  const auto from = std::min(static_cast<std::size_t>(offset), bytes.size());
  const std::size_t there = std::min(wanted, bytes.size() - from);
  if (there > 0) std::memcpy(out, bytes.data() + from, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<std::uint8_t*>(out) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* in, int amount, sqlite3_int64 offset) {
  Bytes& bytes = *opened(file).bytes;
  const auto from = static_cast<std::size_t>(offset);
  const std::size_t end = from + static_cast<std::size_t>(amount);
  try {
    if (bytes.size() < end) bytes.resize(end);
  } catch (const std::exception&) {
    return SQLITE_FULL;
  }
  std::memcpy(bytes.data() + from, in, end - from);
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  Bytes& bytes = *opened(file).bytes;
  bytes.resize(std::min(bytes.size(), static_cast<std::size_t>(size)));
  return SQLITE_OK;
}

int sync_file(sqlite3_file*, int) { return SQLITE_OK; }

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(opened(file).bytes->size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) { return SQLITE_OK; }

int is_reserved(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4096; }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

constexpr sqlite3_io_methods kMethods{
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = lock_file,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

std::string name_of(const Bytes& bytes) {
  return fmt::format("{}", reinterpret_cast<std::uintptr_t>(&bytes));
}

Bytes* bytes_named(std::string_view name) {
  std::uintptr_t address = 0;
  std::from_chars(name.data(), name.data() + name.size(), address);
  // No name comes from outside: open() makes the only ones.
  return reinterpret_cast<Bytes*>(address);  // NOLINT(performance-no-int-to-ptr)
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const bool is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  Bytes* const bytes = is_database ? bytes_named(name) : new (std::nothrow) Bytes;
  if (bytes == nullptr) return SQLITE_NOMEM;
  ::new (file)
      OpenFile{.base = {.pMethods = &kMethods}, .bytes = bytes, .owns_bytes = !is_database};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char*, int) { return SQLITE_OK; }

int is_there(sqlite3_vfs*, const char*, int, int* result) {
  *result = 0;
  return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int room, char* out) {
  const std::size_t size = std::strlen(name) + 1;
  if (std::cmp_greater(size, room)) return SQLITE_CANTOPEN;
  std::memcpy(out, name, size);
  return SQLITE_OK;
}

/// The operating system's, for what has nothing to do with files.
sqlite3_vfs* usual() { return sqlite3_vfs_find(nullptr); }

int random_bytes(sqlite3_vfs*, int amount, char* out) {
  return usual()->xRandomness(usual(), amount, out);
}
int sleep_a_while(sqlite3_vfs*, int microseconds) { return usual()->xSleep(usual(), microseconds); }
int current_time(sqlite3_vfs*, double* time) { return usual()->xCurrentTime(usual(), time); }
int last_error(sqlite3_vfs*, int, char*) { return 0; }

/// Known to SQLite from the first use on.
const char* vfs_name() {
  static sqlite3_vfs vfs = {.iVersion = 1,
                            .szOsFile = sizeof(OpenFile),
                            .mxPathname = 64,
                            .zName = kVfsName,
                            .xOpen = open_file,
                            .xDelete = delete_file,
                            .xAccess = is_there,
                            .xFullPathname = full_name,
                            .xRandomness = random_bytes,
                            .xSleep = sleep_a_while,
                            .xCurrentTime = current_time,
                            .xGetLastError = last_error};
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  if (registered != SQLITE_OK) throw SqliteFailure("no database in memory is possible", registered);
  return kVfsName;
}

}  // namespace

MemoryFile::MemoryFile(std::vector<std::uint8_t> bytes)
    : bytes_(std::make_unique<Bytes>(std::move(bytes))) {}

Database MemoryFile::open() { return Database::at_vfs(name_of(*bytes_).c_str(), vfs_name()); }

}  // namespace usher
