#include "db/database.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/migrations.hpp"

namespace covey::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::string_literals;

/// A folder of its own for each test, gone at the end.
class OnDisk : public ::testing::Test {
 protected:
  OnDisk() {
    std::string pattern = (std::filesystem::temp_directory_path() / "covey-db-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~OnDisk() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "covey.db"; }
  static std::int64_t count(Database& database) {
    return database.select_one([](const Row& row) { return row.integer(0); }, "SELECT count(*) FROM item")
        .value()
        .value();
  }

  std::filesystem::path folder_;
};

constexpr const char* kItems = "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, content BLOB)";

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST(Database, returns_every_kind_of_value_as_it_was_stored) {
  auto database = Database::in_memory().value();
  ASSERT_TRUE(
      database.execute("CREATE TABLE t (i INTEGER, u INTEGER, r REAL, s TEXT, b BLOB, n TEXT, e BLOB)"));
  const std::string text = "it's \"quoted\"\0after; DROP TABLE t; \xc3\xa9"s;
  const Bytes bytes{0, 1, 0xff, 0, '\''};
  ASSERT_TRUE(database.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", std::int64_t{-(1LL << 40)},
                               std::uint64_t{1} << 62, 0.5, text, bytes, std::optional<std::string>(),
                               Bytes()));
  const auto rows = database.select(
      [&](const Row& row) {
        EXPECT_EQ(row.integer(0), -(1LL << 40));
        EXPECT_EQ(row.unsigned_integer(1), std::uint64_t{1} << 62);
        EXPECT_EQ(row.real(2), 0.5);
        EXPECT_EQ(row.text(3), text);
        EXPECT_EQ(row.blob(4), bytes);
        EXPECT_EQ(row.optional_text(5), std::nullopt);
        EXPECT_EQ(row.blob(6), Bytes());
        return 1;
      },
      "SELECT * FROM t");
  ASSERT_TRUE(rows) << to_string(rows.error());
  EXPECT_THAT(*rows, ElementsAre(1));
}

TEST(Database, keeps_fixed_size_ids_and_notices_a_wrong_size) {
  using Id = FixedBytes<struct IdTag, 4>;
  auto database = Database::in_memory().value();
  const Id id(std::array<Byte, 4>{1, 0, 2, 3});
  const auto read = [](const Row& row) { return row.fixed<Id>(0); };
  EXPECT_EQ(database.select_one(read, "SELECT ?", id).value().value(), id);
  EXPECT_EQ(database.select_one(read, "SELECT x'0102'").error().code, ErrorCode::kCorrupt);
}

TEST(Database, a_column_of_another_type_is_reported_as_damage) {
  auto database = Database::in_memory().value();
  const auto rows =
      database.select([](const Row& row) { return row.integer(0); }, "SELECT 'seven' AS amount");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(rows.error().context, HasSubstr("column amount holds not an integer"));
}

TEST(Database, refuses_what_no_column_can_hold_and_wrong_parameter_counts) {
  auto database = Database::in_memory().value();
  EXPECT_EQ(database.execute("SELECT ?", ~std::uint64_t{0}).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(database.execute("SELECT ?").error().code, ErrorCode::kInternal);
  EXPECT_EQ(database.execute("SELECT 1; SELECT 2").error().code, ErrorCode::kInternal);
  EXPECT_THAT(database.execute("SELECT * FROM nowhere").error().context, HasSubstr("no such table"));
}

TEST(Database, says_which_constraint_stopped_it) {
  auto database = Database::in_memory().value();
  ASSERT_TRUE(database.execute(kItems));
  ASSERT_TRUE(database.execute("INSERT INTO item (name) VALUES (?)", "a"));
  EXPECT_EQ(database.execute("INSERT INTO item (name) VALUES (?)", "a").error().code,
            ErrorCode::kAlreadyExists);
  EXPECT_EQ(database.execute("INSERT INTO item (id) VALUES (?)", 1).error().code, ErrorCode::kAlreadyExists);
  ASSERT_TRUE(database.execute("CREATE TABLE part (item INTEGER NOT NULL REFERENCES item(id))"));
  EXPECT_FALSE(database.execute("INSERT INTO part VALUES (99)"));  // foreign keys are on
}

TEST(Database, a_mapper_may_stop_the_query_with_an_error) {
  auto database = Database::in_memory().value();
  const auto rows = database.select(
      [](const Row& row) -> Result<std::int64_t> {
        if (row.integer(0) == 2) return fail(ErrorCode::kExpired, "two");
        return row.integer(0);
      },
      "VALUES (1), (2), (3)");
  EXPECT_EQ(rows.error(), (Error{ErrorCode::kExpired, "two"}));
  EXPECT_TRUE(database.execute("VALUES (1), (2), (3)"));  // the statement is usable again
}

TEST(Database, a_failed_transaction_leaves_nothing) {
  auto database = Database::in_memory().value();
  ASSERT_TRUE(database.execute(kItems));
  const Result<> result = database.transaction([&]() -> Result<> {
    TRY_VOID(database.execute("INSERT INTO item (name) VALUES ('a')"));
    TRY_VOID(database.execute("INSERT INTO item (name) VALUES ('a')"));
    return {};
  });
  EXPECT_EQ(result.error().code, ErrorCode::kAlreadyExists);
  EXPECT_THROW((void)database.transaction([&]() -> Result<> {
    TRY_VOID(database.execute("INSERT INTO item (name) VALUES ('b')"));
    throw std::runtime_error("bug");
  }),
               std::runtime_error);
  const auto nested = database.transaction(
      [&]() -> Result<> { return database.transaction([]() -> Result<> { return {}; }); });
  EXPECT_EQ(nested.error().code, ErrorCode::kInternal);
  EXPECT_EQ(database.transaction([&]() -> Result<int> { return 7; }).value(), 7);
  const auto names = database.select([](const Row& row) { return row.text(0); }, "SELECT name FROM item");
  EXPECT_TRUE(names.value().empty());
}

TEST_F(OnDisk, its_files_are_private) {
  const mode_t before = ::umask(0);
  auto database = Database::open(file()).value();
  ASSERT_TRUE(database.execute(kItems));
  ::umask(before);
  EXPECT_EQ(mode_of(file()), 0600U);
  EXPECT_EQ(mode_of(file().string() + "-wal"), 0600U);
}

TEST_F(OnDisk, an_existing_file_is_made_private) {
  ASSERT_TRUE(Database::open(file()));
  ASSERT_EQ(::chmod(file().c_str(), 0644), 0);
  ASSERT_TRUE(Database::open(file()));
  EXPECT_EQ(mode_of(file()), 0600U);
}

TEST_F(OnDisk, commits_survive_a_kill_in_the_middle_of_a_transaction) {
  ASSERT_TRUE(Database::open(file()).value().execute(kItems));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto database = Database::open(file()).value();
    (void)database.execute("INSERT INTO item (name) VALUES ('acknowledged')");
    (void)database.transaction([&]() -> Result<> {
      // More than the page cache holds, so that part of the transaction has reached the file.
      (void)database.execute("PRAGMA cache_size = 1");
      for (int i = 0; i < 1000; ++i) {
        TRY_VOID(database.execute("INSERT INTO item (content) VALUES (zeroblob(4096))"));
      }
      ::kill(::getpid(), SIGKILL);
      return {};
    });
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  auto database = Database::open(file()).value();
  EXPECT_EQ(count(database), 1);
  EXPECT_TRUE(database.check());
}

TEST_F(OnDisk, a_file_that_is_no_database_is_refused_with_advice) {
  std::ofstream(file()) << std::string(4096, 'x');
  const auto opened = Database::open(file());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(opened.error().context, HasSubstr(file().string()));
  EXPECT_THAT(opened.error().context, HasSubstr("move it away"));
}

TEST_F(OnDisk, damage_inside_is_found_by_the_check) {
  {
    auto database = Database::open(file()).value();
    ASSERT_TRUE(database.execute(kItems));
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(database.execute("INSERT INTO item (content) VALUES (zeroblob(3000))"));
    }
  }
  {
    std::fstream damaged(file(), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(20 * 4096);
    damaged << std::string(8192, '\xee');
  }
  auto database = Database::open(file()).value();
  EXPECT_EQ(database.check().error().code, ErrorCode::kCorrupt);
}

TEST_F(OnDisk, a_folder_that_does_not_exist_or_stands_in_its_place_is_named) {
  const auto missing = Database::open(folder_ / "nowhere" / "covey.db");
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().context, HasSubstr("nowhere"));
  EXPECT_EQ(Database::open(folder_).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(OnDisk, another_writer_is_waited_for_and_then_named) {
  auto first = Database::open(file()).value();
  auto second = Database::open(file(), Options{.busy_timeout = std::chrono::milliseconds(1)}).value();
  ASSERT_TRUE(first.execute(kItems));
  const Result<> result = first.transaction(
      [&]() -> Result<> { return second.execute("INSERT INTO item (name) VALUES ('late')"); });
  EXPECT_EQ(result.error().code, ErrorCode::kTimedOut);
  EXPECT_THAT(result.error().context, HasSubstr("another process is using it"));
}

// Faults in the writes that SQLite makes: the Nth and all later ones fail with `error_number`.
struct FailingWrites {
  static inline int left = -1;  // writes that still succeed; negative: all
  static inline int error_number = ENOSPC;
  static inline std::vector<std::pair<const char*, sqlite3_syscall_ptr>> originals;

  static bool fails() {
    if (left < 0) return false;
    if (left > 0) return --left, false;
    errno = error_number;
    return true;
  }
  static ssize_t write(int file, const void* data, size_t size) {
    return fails() ? -1 : ::write(file, data, size);
  }
  static ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
    return fails() ? -1 : ::pwrite(file, data, size, offset);
  }

  FailingWrites() {
    replace("write", reinterpret_cast<sqlite3_syscall_ptr>(&FailingWrites::write));
    replace("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(&FailingWrites::pwrite));
    replace("pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(&FailingWrites::pwrite));
  }
  FailingWrites(const FailingWrites&) = delete;
  FailingWrites& operator=(const FailingWrites&) = delete;
  ~FailingWrites() {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    for (const auto& [name, original] : originals) vfs->xSetSystemCall(vfs, name, original);
    originals.clear();
    left = -1;
  }
  static void replace(const char* name, sqlite3_syscall_ptr function) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    originals.emplace_back(name, vfs->xGetSystemCall(vfs, name));
    vfs->xSetSystemCall(vfs, name, function);
  }
};

TEST_F(OnDisk, whichever_write_finds_the_disk_full_nothing_acknowledged_is_lost) {
  const FailingWrites faults;
  bool ran_through = false;
  int refused = 0;
  for (int n = 0; n < 500 && !ran_through; ++n) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    ASSERT_TRUE(Database::open(file()).value().execute(kItems));
    std::int64_t acknowledged = 0;
    FailingWrites::left = n;
    {
      auto database = Database::open(file());
      for (int i = 0; database && i < 10; ++i) {
        const Result<> pair = database->transaction([&]() -> Result<> {
          TRY_VOID(database->execute("INSERT INTO item (content) VALUES (zeroblob(9000))"));
          return database->execute("INSERT INTO item (content) VALUES (zeroblob(9000))");
        });
        if (pair) acknowledged += 2;
        if (!pair) {
          ++refused;
          ASSERT_EQ(pair.error().code, ErrorCode::kDiskFull) << pair.error().context;
          ASSERT_THAT(pair.error().context, HasSubstr("free some space"));
        }
      }
      ran_through = FailingWrites::left > 0;
    }
    FailingWrites::left = -1;
    auto reopened = Database::open(file());
    ASSERT_TRUE(reopened) << "write " << n << ": " << to_string(reopened.error());
    ASSERT_EQ(count(*reopened), acknowledged) << "write " << n;
    ASSERT_TRUE(reopened->check()) << "write " << n;
  }
  EXPECT_TRUE(ran_through);
  EXPECT_GT(refused, 100);
}

TEST_F(OnDisk, a_failing_disk_is_told_apart_from_a_full_one) {
  const FailingWrites faults;
  auto database = Database::open(file()).value();
  FailingWrites::error_number = EIO;
  FailingWrites::left = 0;
  const Result<> result = database.execute(kItems);
  FailingWrites::left = -1;
  FailingWrites::error_number = ENOSPC;
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
  EXPECT_TRUE(database.execute(kItems)) << "usable again once the disk is";
}

}  // namespace
}  // namespace covey::db
