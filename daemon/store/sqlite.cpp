// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/sqlite.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace usher {
namespace {

// Long enough for a backup tool's read lock to pass; short enough for a login to wait.
constexpr int kBusyMilliseconds = 2000;

[[noreturn]] void fail(sqlite3* connection, int code) {
  const char* detail = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  throw SqliteFailure(fmt::format("{} (SQLite error {})", detail, code), code);
}

int size_of(std::size_t bytes) {
  if (bytes > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw SqliteFailure("a value is too large to store");
  return static_cast<int>(bytes);
}

// SQLite's own O_NOFOLLOW refuses a link anywhere in the path; only the file itself matters here.
std::string without_links_above(const std::filesystem::path& file) {
  std::error_code error;
  const auto directory = std::filesystem::canonical(
      file.has_parent_path() ? file.parent_path() : std::filesystem::path("."), error);
  if (error) throw SqliteFailure(error.message());
  return (directory / file.filename()).string();
}

}  // namespace

Database::Database(const std::filesystem::path& file, Use use)
    : Database(without_links_above(file).c_str(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW,
               use) {}

Database Database::in_memory() {
  return {":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, Use::alone};
}

Database Database::at_vfs(const char* name, const char* vfs) {
  return {name, SQLITE_OPEN_READWRITE, Use::alone, vfs};
}

Database::Database(const char* name, int flags, Use use, const char* vfs) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX, vfs);
  connection_.reset(opened);
  if (result != SQLITE_OK) fail(opened, result);

  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
  // Before anything that reads: with a log that was opened as a shared one it would come too late.
  if (use == Use::alone) run("PRAGMA locking_mode = EXCLUSIVE");
  // Whoever could write the file must not get code of their choice run when it is read.
  for (const auto& [option, value] :
       {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1}, std::pair{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        std::pair{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, std::pair{SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        std::pair{SQLITE_DBCONFIG_DQS_DML, 0}, std::pair{SQLITE_DBCONFIG_DQS_DDL, 0}})
    if (const int set = sqlite3_db_config(opened, option, value, nullptr); set != SQLITE_OK)
      fail(opened, set);
  run("PRAGMA synchronous = FULL");
  run("PRAGMA foreign_keys = ON");
  run("PRAGMA cell_size_check = ON");
  // What was removed is overwritten: a seed must not live on in free pages.
  run("PRAGMA secure_delete = ON");
  // And what has to be sorted must not lie in files of /tmp.
  run("PRAGMA temp_store = MEMORY");
}

Query Database::query(const char* sql) { return {connection_.get(), sql}; }

void Database::run(const char* sql) {
  const int result = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(connection_.get(), result);
}

std::int64_t Database::integer(const char* sql) {
  Query asked = query(sql);
  if (!asked.step()) throw SqliteFailure("a value that every store has is missing");
  return asked.integer(0);
}

std::string Database::text(const char* sql) {
  Query asked = query(sql);
  if (!asked.step()) throw SqliteFailure("a value that every store has is missing");
  return asked.text(0);
}

void Database::copy_to(Database& copy) {
  sqlite3* const target = copy.connection_.get();
  sqlite3_backup* const backup = sqlite3_backup_init(target, "main", connection_.get(), "main");
  if (backup == nullptr) fail(target, sqlite3_extended_errcode(target));
  const int copied = sqlite3_backup_step(backup, -1);
  if (const int finished = sqlite3_backup_finish(backup); finished != SQLITE_OK)
    fail(target, finished);
  // finish() tells of no step that was only refused a lock.
  if (copied != SQLITE_DONE) fail(nullptr, copied);
}

std::int64_t Database::changes() const noexcept { return sqlite3_changes(connection_.get()); }

void Database::roll_back() noexcept {
  sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Query::Query(sqlite3* connection, const char* sql) : connection_(connection) {
  sqlite3_stmt* prepared = nullptr;
  const int result = sqlite3_prepare_v2(connection, sql, -1, &prepared, nullptr);
  statement_.reset(prepared);
  check(result);
}

void Query::check(int result) const {
  if (result != SQLITE_OK) fail(connection_, result);
}

Query& Query::bind(std::string_view text) {
  // A null pointer would bind NULL: an empty text is not that.
  const char* bytes = text.data() != nullptr ? text.data() : "";
  check(sqlite3_bind_text(statement_.get(), ++bound_, bytes, size_of(text.size()), SQLITE_STATIC));
  return *this;
}

Query& Query::bind(std::int64_t integer) {
  check(sqlite3_bind_int64(statement_.get(), ++bound_, integer));
  return *this;
}

Query& Query::bind(std::span<const std::uint8_t> blob) {
  check(sqlite3_bind_blob(statement_.get(), ++bound_, blob.data(), size_of(blob.size()),
                          SQLITE_STATIC));
  return *this;
}

Query& Query::bind_null() {
  check(sqlite3_bind_null(statement_.get(), ++bound_));
  return *this;
}

void Query::rewind() noexcept {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
}

bool Query::step() {
  // An unbound parameter is NULL to SQLite; to us it is a mistake.
  if (bound_ != sqlite3_bind_parameter_count(statement_.get()))
    throw SqliteFailure("a statement was given the wrong number of values");
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  fail(connection_, result);
}

void Query::run() {
  while (step()) {
  }
}

void Query::expect(int column, int type) const {
  if (sqlite3_column_type(statement_.get(), column) != type)
    throw SqliteFailure("a column does not hold what it should", SQLITE_CORRUPT);
}

std::int64_t Query::integer(int column) const {
  expect(column, SQLITE_INTEGER);
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<std::int64_t> Query::integer_or_null(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

std::string Query::text(int column) const {
  expect(column, SQLITE_TEXT);
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  if (bytes == nullptr) fail(connection_, SQLITE_NOMEM);
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::vector<std::uint8_t> Query::blob(int column) const {
  expect(column, SQLITE_BLOB);
  const auto* bytes =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (bytes == nullptr && size > 0) fail(connection_, SQLITE_NOMEM);
  return {bytes, bytes + size};
}

// IMMEDIATE: the write lock is taken before anything is read, so that what was compared is still so
// when it is set.
Transaction::Transaction(Database& database) : database_(&database) {
  database_->run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) database_->roll_back();
}

void Transaction::commit() {
  database_->run("COMMIT");
  open_ = false;
}

}  // namespace usher
