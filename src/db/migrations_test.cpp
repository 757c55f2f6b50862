#include "db/migrations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::db {
namespace {

using ::testing::HasSubstr;

constexpr Migration kFirst{1, "items", "CREATE TABLE item (id INTEGER); INSERT INTO item VALUES (1);"};
constexpr Migration kSecond{2, "names", "ALTER TABLE item ADD COLUMN name TEXT;"};
constexpr Migration kBroken{2, "broken", "CREATE TABLE other (id INTEGER); INSERT INTO nowhere VALUES (1);"};
constexpr Migration kEscaping{2, "escaping", "CREATE TABLE other (id INTEGER); COMMIT;"};

std::int64_t number_from(Database& database, std::string_view sql) {
  return database.select_one([](const Row& row) { return row.integer(0); }, sql).value().value();
}

TEST(Migrations, bring_a_fresh_and_an_old_file_to_the_same_schema_once) {
  auto database = Database::in_memory().value();
  EXPECT_EQ(schema_version(database).value(), 0);
  ASSERT_TRUE(apply_migrations(database, std::array{kFirst}));
  EXPECT_EQ(schema_version(database).value(), 1);
  ASSERT_TRUE(apply_migrations(database, std::array{kFirst, kSecond}));
  ASSERT_TRUE(apply_migrations(database, std::array{kFirst, kSecond}));
  EXPECT_EQ(schema_version(database).value(), 2);
  EXPECT_EQ(number_from(database, "SELECT count(*) FROM item WHERE name IS NULL"), 1);
}

TEST(Migrations, a_failing_one_leaves_nothing_of_itself) {
  auto database = Database::in_memory().value();
  const auto result = apply_migrations(database, std::array{kFirst, kBroken});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().context, HasSubstr("migration 2 (broken)"));
  EXPECT_EQ(schema_version(database).value(), 1);
  EXPECT_EQ(number_from(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'other'"), 0);
  EXPECT_TRUE(apply_migrations(database, std::array{kFirst, kSecond}));
}

TEST(Migrations, one_that_ends_its_transaction_is_refused) {
  auto database = Database::in_memory().value();
  EXPECT_EQ(apply_migrations(database, std::array{kFirst, kEscaping}).error().code, ErrorCode::kInternal);
}

TEST(Migrations, a_file_of_a_newer_covey_is_refused_and_says_so) {
  auto database = Database::in_memory().value();
  ASSERT_TRUE(apply_migrations(database, std::array{kFirst, kSecond}));
  const auto result = apply_migrations(database, std::array{kFirst});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(result.error().context, HasSubstr("newer Covey"));
}

TEST(Migrations, an_edited_one_is_refused) {
  auto database = Database::in_memory().value();
  ASSERT_TRUE(apply_migrations(database, std::array{kFirst}));
  const Migration edited{1, "items", "CREATE TABLE item (id TEXT);"};
  const auto result = apply_migrations(database, std::array{edited});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(result.error().context, HasSubstr("another form of migration 1 (items)"));
}

TEST(Migrations, stand_in_order_without_gaps) {
  auto database = Database::in_memory().value();
  EXPECT_EQ(apply_migrations(database, std::array{kSecond}).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace covey::db
