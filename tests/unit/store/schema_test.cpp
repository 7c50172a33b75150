// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <exception>
#include <string>

#include "tests/unit/store/scratch.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class SchemaTest : public ::testing::Test {
 protected:
  void SetUp() override { write_file(file_, ""); }
  Scratch scratch_;
  std::filesystem::path file_ = scratch_.path() / "any.db";
};

constexpr Migration kFirst{
    "CREATE TABLE store (one INTEGER PRIMARY KEY, key_id BLOB NOT NULL);"
    "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (name <> ''));"
    "CREATE TABLE code (owner INTEGER REFERENCES person (id) ON DELETE CASCADE);"
    "INSERT INTO person VALUES (1, 'ann'); INSERT INTO code VALUES (1);"};
constexpr KeyId kKey{7};

/// A store of the first schema, and what becomes of it.
class MigrationTest : public SchemaTest {
 protected:
  void SetUp() override {
    SchemaTest::SetUp();
    Database database(file_);
    create_schema(database, kKey, std::array{kFirst});
  }
  void migrate_with(const char* sql) {
    Database database(file_);
    migrate(database, kKey, std::array{kFirst, Migration{sql}});
  }
  /// Expects that the step undoes itself, and returns why.
  std::string refused(const char* sql) {
    std::string why;
    try {
      migrate_with(sql);
      ADD_FAILURE() << "it went well: " << sql;
    } catch (const std::exception& problem) {
      why = problem.what();
    }
    Database after(file_);
    EXPECT_EQ(schema_version(after), 1);
    EXPECT_TRUE(check_store(after, kKey, 1));
    EXPECT_EQ(after.text("SELECT name FROM person"), "ann");
    EXPECT_EQ(after.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'more'"), 0);
    return why;
  }
};

TEST_F(MigrationTest, RunsTheStepsThatAreMissing) {
  migrate_with("ALTER TABLE person ADD COLUMN born; CREATE TABLE more (x);");
  Database database(file_);
  EXPECT_EQ(schema_version(database), 2);
  EXPECT_EQ(database.integer("SELECT count(*) FROM person WHERE born IS NULL"), 1);
  EXPECT_EQ(database.integer("SELECT count(*) FROM more"), 0);
}

TEST_F(MigrationTest, RunsNoStepTwice) {
  migrate_with("CREATE TABLE more (x);");
  EXPECT_NO_THROW(migrate_with("CREATE TABLE more (x);"));
}

TEST_F(MigrationTest, AFailingStepUndoesWhatCameBeforeIt) {
  EXPECT_THAT(refused("CREATE TABLE more (x); CREATE TABLE person (x);"),
              HasSubstr("person already exists"));
}

TEST_F(MigrationTest, DamageThatAStepLeavesUndoesIt) {
  EXPECT_THAT(refused("CREATE TABLE more (x); PRAGMA ignore_check_constraints = ON;"
                      "UPDATE person SET name = ''; PRAGMA ignore_check_constraints = OFF;"),
              HasSubstr("CHECK constraint failed in person"));
}

TEST_F(MigrationTest, AStepThatTakesTheKeysIdOrTheMarkAwayIsUndone) {
  EXPECT_THAT(refused("CREATE TABLE more (x); DELETE FROM store;"), HasSubstr("key is missing"));
  EXPECT_THAT(refused("CREATE TABLE more (x); UPDATE store SET key_id = zeroblob(16);"),
              HasSubstr("does not belong to this store"));
  EXPECT_THAT(refused("CREATE TABLE more (x); PRAGMA application_id = 1;"),
              HasSubstr("not a store of Usher"));
}

TEST_F(MigrationTest, AReferenceThatLeadsNowhereUndoesTheStep) {
  EXPECT_THAT(refused("CREATE TABLE more (x); DELETE FROM person;"
                      "INSERT INTO person VALUES (2, 'ann');"),
              HasSubstr("rows of code would refer to rows that are not there"));
}

TEST_F(MigrationTest, ATableThatIsRebuiltKeepsTheRowsThatReferToIt) {
  migrate_with(
      "CREATE TABLE rebuilt (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INTEGER);"
      "INSERT INTO rebuilt (id, name) SELECT id, name FROM person;"
      "DROP TABLE person; ALTER TABLE rebuilt RENAME TO person;");
  Database database(file_);
  EXPECT_EQ(database.integer("SELECT count(*) FROM code JOIN person ON code.owner = person.id"), 1);
}

TEST_F(MigrationTest, ReferencesAreKeptAgainAfterwards) {
  Database database(file_);
  migrate(database, kKey, std::array{kFirst, Migration{"CREATE TABLE more (x);"}});
  EXPECT_THROW(database.run("INSERT INTO code VALUES (99)"), SqliteFailure);
}

TEST_F(SchemaTest, OpensNoFileThatIsNotThere) {
  EXPECT_THROW(Database{scratch_.path() / "missing.db"}, SqliteFailure);
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "missing.db"));
}

TEST_F(SchemaTest, AStatementWithAValueMissingDoesNotRun) {
  Database database(file_);
  database.run("CREATE TABLE a (x)");
  EXPECT_THROW(database.query("INSERT INTO a VALUES (?)").run(), SqliteFailure);
  EXPECT_EQ(database.integer("SELECT count(*) FROM a"), 0);
}

TEST_F(SchemaTest, AColumnOfAnotherTypeIsAFailure) {
  Database database(file_);
  EXPECT_THROW(static_cast<void>(database.integer("SELECT 'one'")), SqliteFailure);
  EXPECT_THROW(static_cast<void>(database.text("SELECT 1")), SqliteFailure);
  EXPECT_THROW(static_cast<void>(database.integer("SELECT NULL")), SqliteFailure);
}

TEST_F(SchemaTest, ACopyIsTheSamePageForPageAndGoesItsOwnWay) {
  Database database(file_);
  database.run("PRAGMA user_version = 5; CREATE TABLE a (x); INSERT INTO a VALUES (1);");
  Database copy = Database::in_memory();
  database.copy_to(copy);
  copy.run("INSERT INTO a VALUES (2)");
  EXPECT_EQ(copy.integer("PRAGMA user_version"), 5);
  EXPECT_EQ(copy.integer("SELECT sum(x) FROM a"), 3);
  EXPECT_EQ(database.integer("SELECT sum(x) FROM a"), 1);
}

TEST_F(SchemaTest, WhoIsAloneWithAFileKeepsOthersOut) {
  {
    Database first(file_);
    ASSERT_EQ(first.text("PRAGMA journal_mode = WAL"), "wal");
  }
  const auto refused_as_busy = [this](Database::Use use) {
    try {
      Database second(file_, use);
      static_cast<void>(second.integer("SELECT count(*) FROM sqlite_schema"));
      return false;
    } catch (const SqliteFailure& problem) {
      return problem.busy();
    }
  };
  {
    Database alone(file_, Database::Use::alone);
    alone.run("CREATE TABLE a (x)");
    EXPECT_TRUE(refused_as_busy(Database::Use::shared));
  }
  Database shared(file_);
  EXPECT_EQ(shared.integer("SELECT count(*) FROM a"), 0);
  EXPECT_TRUE(refused_as_busy(Database::Use::alone));
}

TEST_F(SchemaTest, AnUncommittedTransactionIsUndone) {
  Database database(file_);
  database.run("CREATE TABLE a (x)");
  {
    const Transaction transaction(database);
    database.run("INSERT INTO a VALUES (1)");
  }
  EXPECT_EQ(database.integer("SELECT count(*) FROM a"), 0);
}

}  // namespace
}  // namespace usher::testing
