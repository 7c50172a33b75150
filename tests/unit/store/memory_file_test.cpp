// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/memory_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/store/scratch.h"

namespace usher::testing {
namespace {

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(MemoryFileTest, HoldsWhatAFileOnADiskWouldHold) {
  MemoryFile memory;
  {
    Database database = memory.open();
    database.run("CREATE TABLE t (x TEXT)");
    database.query("INSERT INTO t VALUES (?)").bind("a row").run();
  }
  EXPECT_TRUE(text_of(memory.bytes()).starts_with("SQLite format 3"));
  const Scratch scratch;
  write_file(scratch.store(), text_of(memory.bytes()));
  Database on_disk(scratch.store());
  EXPECT_EQ(on_disk.text("SELECT x FROM t"), "a row");
  EXPECT_EQ(on_disk.text("PRAGMA integrity_check"), "ok");
}

TEST(MemoryFileTest, OpensWhatWasAFileOnADisk) {
  const Scratch scratch;
  write_file(scratch.store(), "");
  {
    Database on_disk(scratch.store());
    on_disk.run("CREATE TABLE t (x TEXT)");
    on_disk.run("INSERT INTO t VALUES ('a row')");
  }
  const std::string content = read_file(scratch.store());
  MemoryFile memory({content.begin(), content.end()});
  EXPECT_EQ(memory.open().text("SELECT x FROM t"), "a row");
}

TEST(MemoryFileTest, TakesACopyOfAStoreWithALog) {
  const Scratch scratch;
  ASSERT_TRUE(initialise_store(scratch.store(), scratch.key()));
  const auto serving = open_store(scratch);
  ASSERT_TRUE((*serving)->commit(effects(SetPassword{"ann", "a hash"})));
  MemoryFile memory;
  {
    Database copy = memory.open();
    Database store(scratch.store());
    store.copy_to(copy);
    EXPECT_EQ(copy.text("PRAGMA journal_mode = DELETE"), "delete");
    copy.run("DELETE FROM proof");
    copy.run("VACUUM");
  }
  // Without a log of its own, and so without a need for the shared memory that one takes.
  EXPECT_EQ(memory.bytes()[18], 1);
  EXPECT_EQ(memory.bytes()[19], 1);
  EXPECT_EQ(memory.open().text("SELECT hash FROM password WHERE user = 'ann'"), "a hash");
}

TEST(MemoryFileTest, RollsBackLikeAnyDatabase) {
  MemoryFile memory;
  Database database = memory.open();
  database.run("CREATE TABLE t (x INTEGER)");
  {
    Transaction transaction(database);
    database.run("INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(database.integer("SELECT count(*) FROM t"), 0);
}

TEST(MemoryFileTest, TwoHaveNothingToDoWithEachOther) {
  MemoryFile one;
  MemoryFile other;
  Database first = one.open();
  Database second = other.open();
  first.run("CREATE TABLE t (x INTEGER)");
  EXPECT_THROW(second.run("INSERT INTO t VALUES (1)"), SqliteFailure);
}

TEST(MemoryFileTest, GarbageIsDamage) {
  MemoryFile memory(std::vector<std::uint8_t>(5000, 'x'));
  try {
    Database database = memory.open();
    static_cast<void>(database.integer("PRAGMA user_version"));
    ADD_FAILURE() << "garbage was read";
  } catch (const SqliteFailure& problem) {
    EXPECT_TRUE(problem.damaged()) << problem.what();
  }
}

}  // namespace
}  // namespace usher::testing
