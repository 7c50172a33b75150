// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/schema.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/store/scratch.h"

namespace usher::testing {
namespace {

class SchemaTest : public ::testing::Test {
 protected:
  void SetUp() override { write_file(file_, ""); }
  Scratch scratch_;
  std::filesystem::path file_ = scratch_.path() / "any.db";
};

constexpr std::array kTwoSteps = {Migration{"CREATE TABLE a (x); CREATE TABLE b (x);"},
                                  Migration{"ALTER TABLE a RENAME TO c;"}};

TEST_F(SchemaTest, RunsTheStepsThatAreMissing) {
  Database database(file_);
  migrate(database, std::span(kTwoSteps).first(1));
  EXPECT_EQ(database.integer("PRAGMA user_version"), 1);
  migrate(database, kTwoSteps);
  EXPECT_EQ(database.integer("PRAGMA user_version"), 2);
  EXPECT_EQ(database.integer("SELECT count(*) FROM c"), 0);
}

TEST_F(SchemaTest, RunsNoStepTwice) {
  Database database(file_);
  migrate(database, kTwoSteps);
  EXPECT_NO_THROW(migrate(database, kTwoSteps));
}

TEST_F(SchemaTest, AFailingStepUndoesThoseBeforeIt) {
  constexpr std::array kBroken = {Migration{"CREATE TABLE a (x);"},
                                  Migration{"CREATE TABLE a (x);"}};
  Database database(file_);
  EXPECT_THROW(migrate(database, kBroken), SqliteFailure);
  EXPECT_EQ(database.integer("PRAGMA user_version"), 0);
  EXPECT_EQ(database.integer("SELECT count(*) FROM sqlite_schema"), 0);
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
