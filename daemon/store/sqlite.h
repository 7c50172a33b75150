// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace usher {

/// What SQLite could not do. Thrown inside the store room alone: so no failed step goes unnoticed,
/// and unwinding rolls the transaction back. The room's edge turns it into an Error.
class SqliteFailure : public std::runtime_error {
 public:
  explicit SqliteFailure(const std::string& message, int code = SQLITE_ERROR)
      : std::runtime_error(message), code_(code) {}
  /// Whether the file is not, or no longer, a sound database.
  [[nodiscard]] bool damaged() const noexcept {
    return primary() == SQLITE_CORRUPT || primary() == SQLITE_NOTADB;
  }
  /// Whether another connection, of this process or another, is in the way.
  [[nodiscard]] bool busy() const noexcept { return primary() == SQLITE_BUSY; }
  /// Whether the disk has no room left.
  [[nodiscard]] bool full() const noexcept { return primary() == SQLITE_FULL; }

 private:
  [[nodiscard]] int primary() const noexcept { return code_ & 0xff; }
  int code_;
};

class Query;

/// One connection to a database. Move-only; one thread at a time.
class Database {
 public:
  enum class Use : std::uint8_t {
    shared = 1,
    /// From here until this connection ends, nobody else has the file open; a SqliteFailure that is
    /// busy() where somebody has.
    alone,
  };

  /// Opens `file`, which must be there; never creates one. Distrusts what the file says (no
  /// functions in schemas, no triggers or views) and makes every commit durable.
  explicit Database(const std::filesystem::path& file, Use use = Use::shared);
  /// An empty database in memory, of which nothing is left when it ends.
  [[nodiscard]] static Database in_memory();
  /// What the VFS of that name makes of `name`; nobody else may have it open.
  [[nodiscard]] static Database at_vfs(const char* name, const char* vfs);

  /// Prepares `sql`, one statement. `sql` must be a literal of ours: values are bound, never
  /// pasted.
  [[nodiscard]] Query query(const char* sql);
  /// Runs statements that take no values and return no rows.
  void run(const char* sql);
  /// A pragma's or query's only value.
  [[nodiscard]] std::int64_t integer(const char* sql);
  [[nodiscard]] std::string text(const char* sql);
  /// Makes `copy` what this database is now, page for page, whatever others write meanwhile.
  void copy_to(Database& copy);
  /// Rows that the last UPDATE, INSERT or DELETE changed.
  [[nodiscard]] std::int64_t changes() const noexcept;
  /// Ends a transaction without a trace; does nothing where none is open, as after an I/O error.
  void roll_back() noexcept;

 private:
  Database(const char* name, int flags, Use use, const char* vfs = nullptr);
  struct Close {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

/// A prepared statement, its values and its rows. Bind all values in order, then step. Values that
/// were bound must stay alive until the last step. Move-only; must not outlive its Database.
class Query {
 public:
  Query& bind(std::string_view text);
  Query& bind(std::int64_t integer);
  Query& bind(std::span<const std::uint8_t> blob);
  Query& bind_null();

  /// Makes it as if it was just prepared, to be bound and run once more.
  void rewind() noexcept;

  /// Moves to the next row; false after the last.
  [[nodiscard]] bool step();
  /// Runs a statement that returns no rows.
  void run();

  // The current row's columns, from 0. What is not of the type asked for is a SqliteFailure.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::optional<std::int64_t> integer_or_null(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::vector<std::uint8_t> blob(int column) const;

 private:
  friend class Database;
  Query(sqlite3* connection, const char* sql);
  void check(int result) const;
  void expect(int column, int type) const;

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

/// A write transaction, from construction to commit(); rolled back if it is destroyed before.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction(Transaction&&) = delete;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// Durable on return. A SqliteFailure means that it must be taken as not done; after a crash of
  /// the machine it may turn out to have been.
  void commit();

 private:
  Database* database_;
  bool open_ = true;
};

}  // namespace usher
