#include "daemon/result_move.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>

#include "content/test_folder.hpp"

namespace covey::daemon {
namespace {

namespace fs = std::filesystem;
using content::noise;
using content::read_file;
using content::TestFolder;
using content::write_file;
using ::testing::HasSubstr;

/// What a process that is killed at its Nth change of the disk never comes back from.
struct Killed {};

/// Two file systems in one: nothing is renamed between folders that are not a move's own.
class TwoFileSystems : public content::DiskCalls {
 public:
  explicit TwoFileSystems(int kill_at = 0, int fail_at = 0) : kill_at_(kill_at), fail_at_(fail_at) {}
  [[nodiscard]] int calls() const { return calls_; }

  int make_folder(int folder, const char* name, mode_t mode) override {
    return step() ? DiskCalls::make_folder(folder, name, mode) : -1;
  }
  int write_at(int file, ByteView bytes, std::uint64_t offset) override {
    return step() ? DiskCalls::write_at(file, bytes, offset) : -1;
  }
  int resize(int file, std::uint64_t size) override { return step() ? DiskCalls::resize(file, size) : -1; }
  int set_mtime(int file, std::int64_t mtime) override {
    return step() ? DiskCalls::set_mtime(file, mtime) : -1;
  }
  int sync_file(int file) override { return step() ? DiskCalls::sync_file(file) : -1; }
  int sync_folder(int folder) override { return step() ? DiskCalls::sync_folder(folder) : -1; }
  int rename_new(int from_folder, const char* from, int to_folder, const char* to) override {
    if (!step()) return -1;
    if (std::string_view(from) == "copy") return DiskCalls::rename_new(from_folder, from, to_folder, to);
    errno = EXDEV;
    return -1;
  }

 private:
  bool step() {
    ++calls_;
    if (calls_ == kill_at_) throw Killed{};
    if (calls_ != fail_at_) return true;
    errno = ENOSPC;
    return false;
  }
  int kill_at_;
  int fail_at_;
  int calls_ = 0;
};

/// Every file below a folder, by path, with its bytes.
std::map<std::string, Bytes> files_in(const fs::path& folder) {
  std::map<std::string, Bytes> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) out[entry.path().lexically_relative(folder).string()] = read_file(entry);
  }
  return out;
}

struct Places {
  Places() {
    fs::create_directories(folder / "from");
    fs::create_directories(folder / "to");
    write_file(source() / "a.txt", noise(1000, 1));
    write_file(source() / "deep/b.bin", noise(150'000, 2));
    fs::create_directories(source() / "empty");
    content = files_in(source());
  }
  [[nodiscard]] fs::path source() const { return folder / "from" / "photos"; }
  [[nodiscard]] fs::path target() const { return folder / "to" / "photos"; }
  [[nodiscard]] ResultMove move(content::DiskCalls& disk) const {
    return ResultMove(source(), folder / "to", disk);
  }
  [[nodiscard]] bool is_whole(const fs::path& path) const {
    return fs::exists(path) && files_in(path) == content && fs::is_directory(path / "empty");
  }
  [[nodiscard]] std::size_t entries(const char* name) const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder / name), fs::directory_iterator()));
  }

  TestFolder folder;
  std::map<std::string, Bytes> content;
};

TEST(ResultMove, is_a_rename_on_one_file_system) {
  Places places;
  struct stat before {};
  struct stat after {};
  ::stat((places.source() / "deep/b.bin").c_str(), &before);
  ASSERT_TRUE(places.move(content::DiskCalls::real()).run());
  EXPECT_TRUE(places.is_whole(places.target()));
  EXPECT_FALSE(fs::exists(places.source()));
  ::stat((places.target() / "deep/b.bin").c_str(), &after);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST(ResultMove, copies_to_another_file_system_with_times_modes_and_holes) {
  Places places;
  const auto file = places.source() / "deep/b.bin";
  ::chmod(file.c_str(), 0754);
  fs::resize_file(file, 8 << 20);  // the rest is a hole
  const auto time = fs::last_write_time(file);
  places.content = files_in(places.source());
  TwoFileSystems disk;
  const auto moved = places.move(disk).run();
  ASSERT_TRUE(moved) << to_string(moved.error());
  EXPECT_TRUE(places.is_whole(places.target()));
  EXPECT_FALSE(fs::exists(places.source()));
  EXPECT_EQ(places.entries("to"), 1U);
  const auto copy = places.target() / "deep/b.bin";
  struct stat status {};
  ::stat(copy.c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0754U);
  EXPECT_LT(status.st_blocks * 512, 1 << 20);
  EXPECT_EQ(fs::last_write_time(copy), time);
}

TEST(ResultMove, moves_a_single_file) {
  TestFolder folder;
  fs::create_directories(folder / "to");
  write_file(folder / "one.bin", noise(5000));
  TwoFileSystems disk;
  ASSERT_TRUE(ResultMove(folder / "one.bin", folder / "to", disk).run());
  EXPECT_EQ(read_file(folder / "to" / "one.bin"), noise(5000));
  EXPECT_FALSE(fs::exists(folder / "one.bin"));
}

TEST(ResultMove, overwrites_nothing) {
  Places places;
  write_file(places.target(), noise(7));
  for (content::DiskCalls* disk : {&content::DiskCalls::real()}) {
    const auto refused = places.move(*disk).run();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kAlreadyExists);
    EXPECT_THAT(refused.error().context, HasSubstr("another folder"));
  }
  EXPECT_EQ(read_file(places.target()), noise(7));
  EXPECT_TRUE(places.is_whole(places.source()));
}

TEST(ResultMove, refuses_to_move_a_folder_into_itself) {
  Places places;
  const auto refused = ResultMove(places.source(), places.source() / "deep").run();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(places.is_whole(places.source()));
}

TEST(ResultMove, leaves_what_was_changed_or_added_at_the_source_meanwhile) {
  Places places;
  class Busy final : public TwoFileSystems {
   public:
    explicit Busy(fs::path source) : source_(std::move(source)) {}
    int rename_new(int a, const char* from, int b, const char* to) override {
      if (std::string_view(from) == "copy") {
        write_file(source_ / "new.txt", noise(9));
        write_file(source_ / "a.txt", noise(11));
      }
      return TwoFileSystems::rename_new(a, from, b, to);
    }

   private:
    fs::path source_;
  } disk(places.source());
  ASSERT_TRUE(places.move(disk).run());
  EXPECT_TRUE(places.is_whole(places.target()));
  EXPECT_EQ(read_file(places.source() / "new.txt"), noise(9));
  EXPECT_EQ(read_file(places.source() / "a.txt"), noise(11));
  EXPECT_FALSE(fs::exists(places.source() / "deep"));
}

TEST(ResultMove, loses_nothing_wherever_it_is_killed) {
  int calls = 0;
  {
    Places places;
    TwoFileSystems disk;
    ASSERT_TRUE(places.move(disk).run());
    calls = disk.calls();
  }
  ASSERT_GT(calls, 10);
  int moved = 0;
  for (int at = 1; at <= calls; ++at) {
    Places places;
    TwoFileSystems dying(at);
    EXPECT_THROW((void)places.move(dying).run(), Killed);
    TwoFileSystems disk;
    const auto ended = places.move(disk).recover();
    ASSERT_TRUE(ended) << at << ": " << to_string(ended.error());
    const bool is_moved = *ended == ResultMove::Ended::kMoved;
    moved += is_moved ? 1 : 0;
    EXPECT_TRUE(places.is_whole(is_moved ? places.target() : places.source())) << "killed at " << at;
    EXPECT_EQ(places.entries("from") + places.entries("to"), 1U) << "killed at " << at;
    if (is_moved) continue;
    EXPECT_TRUE(places.move(disk).run()) << "and it can be tried again";
  }
  EXPECT_GT(moved, 0);
  EXPECT_LT(moved, calls);
}

TEST(ResultMove, takes_everything_back_when_a_write_fails) {
  int failures = 0;
  for (int at = 1;; ++at) {
    Places places;
    TwoFileSystems disk(0, at);
    const auto moved = places.move(disk).run();
    if (moved && disk.calls() < at) break;
    if (!moved && !fs::exists(places.target())) {
      ++failures;
      EXPECT_TRUE(places.is_whole(places.source())) << at;
      EXPECT_EQ(places.entries("to"), 0U) << at;
    } else {
      EXPECT_TRUE(places.is_whole(places.target())) << at;
    }
  }
  EXPECT_GT(failures, 5);
}

TEST(ResultMove, stops_when_it_is_told_to_and_takes_everything_back) {
  Places places;
  TwoFileSystems disk;
  const std::atomic<bool> stop{true};
  EXPECT_EQ(places.move(disk).run(stop).error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(places.is_whole(places.source()));
  EXPECT_EQ(places.entries("to"), 0U);
}

TEST(ResultMove, ends_a_rename_that_was_cut_short) {
  Places places;
  fs::rename(places.source(), places.target());
  EXPECT_EQ(places.move(content::DiskCalls::real()).recover().value(), ResultMove::Ended::kMoved);
}

}  // namespace
}  // namespace covey::daemon
