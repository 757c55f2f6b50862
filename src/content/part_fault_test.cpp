// What a partial download promises when calls fail, processes die and machines lose power: nothing that was
// acknowledged is lost, nothing false is believed, and it can always be resumed.

#include <cerrno>
#include <set>

#include "content/part_folder.hpp"
#include "content/part_test_source.hpp"
#include "content/test_disk.hpp"

namespace covey::content {
namespace {

Result<PartFolder> open_faulty(const TestFolder& folder, const TestSource& source, DiskCalls& disk) {
  return PartFolder::open(folder.path(), path_of("stuff"), source.description(), disk);
}

/// What a run was told about its pieces before it ended.
struct Acknowledged {
  std::set<PieceRef> written;
  std::set<PieceRef> durable;  // before a successful checkpoint
  bool finished = false;
};

/// Downloads until something fails, with a checkpoint after every second piece.
Acknowledged download(const TestFolder& folder, const TestSource& source, TestDisk& disk) {
  Acknowledged told;
  auto part = open_faulty(folder, source, disk);
  if (!part) return told;
  for (const PieceRef& ref : source.pieces()) {
    if (part->has(ref.file, ref.piece)) continue;
    if (!part->write_piece(ref.file, ref.piece, source.piece(ref))) return told;
    told.written.insert(ref);
    if (told.written.size() % 2 != 0) continue;
    if (!part->checkpoint()) return told;
    told.durable = told.written;
  }
  told.finished = part->finish(OnTaken::kRefuse).has_value();
  return told;
}

void expect_only_truth(PartFolder& part, const TestSource& source) {
  for (const PieceRef& ref : source.pieces()) {
    if (!part.has(ref.file, ref.piece)) continue;
    Bytes out(source.piece(ref).size());
    ASSERT_TRUE(part.read_piece(ref.file, ref.piece, out)) << source.manifest->path(ref.file);
    EXPECT_TRUE(std::equal(out.begin(), out.end(), source.piece(ref).begin()))
        << source.manifest->path(ref.file);
  }
}

/// Proves or forgets what the record cannot vouch for, as a caller does on resume.
void settle_unproven(PartFolder& part, const TestSource& source) {
  for (const PieceRef& ref : part.unproven()) {
    Bytes out(source.piece(ref).size());
    const bool good = part.read_piece(ref.file, ref.piece, out) &&
                      std::equal(out.begin(), out.end(), source.piece(ref).begin());
    if (good) {
      EXPECT_TRUE(part.confirm(ref));
    } else {
      part.forget(ref);
    }
  }
}

void resume_to_the_end(const TestFolder& folder, const TestSource& source, TestDisk& disk) {
  auto part = open_faulty(folder, source, disk);
  ASSERT_TRUE(part) << part.error().context;
  settle_unproven(*part, source);
  for (const PieceRef& ref : source.pieces())
    if (!part->has(ref.file, ref.piece)) {
      ASSERT_TRUE(part->write_piece(ref.file, ref.piece, source.piece(ref)));
    }
  const auto path = part->finish(OnTaken::kRefuse);
  ASSERT_TRUE(path) << path.error().context;
  EXPECT_EQ(*path, folder / "stuff");
  expect_equal(*path, source);
  EXPECT_FALSE(std::filesystem::exists(folder / "stuff.covey-part"));
}

int calls_of_a_whole_download(const TestSource& source) {
  const TestFolder folder;
  TestDisk disk;
  EXPECT_TRUE(download(folder, source, disk).finished);
  return disk.calls();
}

TEST(PartFaults, whichever_call_fails_nothing_written_is_lost_to_a_kill) {
  const TestSource source = small_source();
  const int calls = calls_of_a_whole_download(source);
  ASSERT_GT(calls, 20);
  for (int n = 1; n <= calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n) + " fails");
    const TestFolder folder;
    TestDisk disk;
    disk.fail_call(n, n % 2 == 0 ? ENOSPC : EIO);
    const Acknowledged told = download(folder, source, disk);
    ASSERT_TRUE(disk.failed());
    if (told.finished) continue;  // a failure that did not matter
    // Whoever was killed just after the move into place is told so on resume, not that the name is taken.
    {
      auto part = open_faulty(folder, source, disk);
      ASSERT_TRUE(part) << part.error().context;
      for (const PieceRef& ref : told.written) EXPECT_TRUE(part->has(ref.file, ref.piece));
      if (!std::filesystem::exists(folder / "stuff")) expect_only_truth(*part, source);
    }
    resume_to_the_end(folder, source, disk);
  }
}

TEST(PartFaults, whichever_call_fails_nothing_acknowledged_is_lost_to_a_power_loss) {
  const TestSource source = small_source();
  const int calls = calls_of_a_whole_download(source);
  for (int n = 1; n <= calls; ++n) {
    SCOPED_TRACE("power is lost at call " + std::to_string(n));
    const TestFolder folder;
    TestDisk disk;
    disk.fail_call(n, EIO);
    const Acknowledged told = download(folder, source, disk);
    disk.lose_power();
    if (told.finished) continue;
    if (!std::filesystem::exists(folder / "stuff")) {
      auto part = open_faulty(folder, source, disk);
      ASSERT_TRUE(part) << part.error().context;
      expect_only_truth(*part, source);
      for (const PieceRef& ref : told.durable) EXPECT_TRUE(part->has(ref.file, ref.piece));
    }
    resume_to_the_end(folder, source, disk);
  }
}

TEST(PartFaults, power_lost_twice_still_believes_only_what_is_true) {
  const TestSource source = small_source();
  const auto pieces = source.pieces();
  for (std::size_t first = 0; first <= pieces.size(); ++first) {
    const TestFolder folder;
    TestDisk disk;
    {
      auto part = *open_faulty(folder, source, disk);
      for (std::size_t i = 0; i < first; ++i)
        ASSERT_TRUE(part.write_piece(pieces[i].file, pieces[i].piece, source.piece(pieces[i])));
      if (first > 1) {
        ASSERT_TRUE(part.checkpoint());
      }
    }
    disk.restart();  // this time everything had reached the disk
    {
      auto part = *open_faulty(folder, source, disk);
      EXPECT_EQ(part.present().pieces, first > 1 ? first : 0);
      settle_unproven(part, source);
      EXPECT_EQ(part.resumed().pieces, first);
      for (std::size_t i = first; i < pieces.size(); ++i)
        ASSERT_TRUE(part.write_piece(pieces[i].file, pieces[i].piece, source.piece(pieces[i])));
    }
    disk.lose_power();
    {
      auto part = *open_faulty(folder, source, disk);
      expect_only_truth(part, source);
    }
    resume_to_the_end(folder, source, disk);
  }
}

TEST(PartFaults, after_a_restart_only_checkpoints_are_believed_and_the_rest_is_asked_for) {
  const TestFolder folder;
  const TestSource source = small_source();
  const auto pieces = source.pieces();
  TestDisk disk;
  {
    auto part = *open_faulty(folder, source, disk);
    for (std::size_t i = 0; i < 4; ++i) {
      ASSERT_TRUE(part.write_piece(pieces[i].file, pieces[i].piece, source.piece(pieces[i])));
      if (i == 1) {
        ASSERT_TRUE(part.checkpoint());
      }
    }
  }
  disk.restart();
  {
    auto part = *open_faulty(folder, source, disk);
    EXPECT_EQ(part.present().pieces, 2U);
    EXPECT_EQ(part.unproven(), (std::vector<PieceRef>{pieces[2], pieces[3]}));
    ASSERT_TRUE(part.confirm(pieces[2]));
    part.forget(pieces[3]);
    EXPECT_TRUE(part.unproven().empty());
  }
  auto part = *open_faulty(folder, source, disk);
  EXPECT_TRUE(part.has(pieces[2].file, pieces[2].piece));
  EXPECT_FALSE(part.has(pieces[3].file, pieces[3].piece));
  EXPECT_TRUE(part.unproven().empty());
}

TEST(PartFaults, a_kill_between_runs_of_one_boot_needs_no_proof_but_a_sync) {
  const TestFolder folder;
  const TestSource source = small_source();
  const auto pieces = source.pieces();
  TestDisk disk;
  {
    auto part = *open_faulty(folder, source, disk);
    ASSERT_TRUE(part.write_piece(pieces[0].file, pieces[0].piece, source.piece(pieces[0])));
  }
  {
    auto part = *open_faulty(folder, source, disk);
    EXPECT_TRUE(part.has(pieces[0].file, pieces[0].piece));
    ASSERT_TRUE(part.checkpoint());
    EXPECT_EQ(disk.filesystem_syncs, 1);  // which files the first run had touched is not known
  }
  disk.lose_power();
  auto part = *open_faulty(folder, source, disk);
  EXPECT_TRUE(part.has(pieces[0].file, pieces[0].piece));
}

TEST(PartFaults, a_full_disk_names_the_file_and_what_to_do_and_the_rest_stays) {
  const TestFolder folder;
  const TestSource source = small_source();
  const auto pieces = source.pieces();
  TestDisk disk;
  auto part = *open_faulty(folder, source, disk);
  ASSERT_TRUE(part.write_piece(pieces[0].file, pieces[0].piece, source.piece(pieces[0])));
  bool data_failed = false;
  for (int n = 1; n <= 4; ++n) {
    disk.fail_call(n, ENOSPC);
    const auto full = part.write_piece(pieces[1].file, pieces[1].piece, source.piece(pieces[1]));
    if (full) break;
    EXPECT_EQ(full.error().code, ErrorCode::kDiskFull);
    data_failed =
        data_failed || full.error().context.find("two.bin; free some, then start") != std::string::npos;
    EXPECT_TRUE(part.has(pieces[0].file, pieces[0].piece));
    EXPECT_FALSE(part.has(pieces[1].file, pieces[1].piece));
  }
  EXPECT_TRUE(data_failed);
  disk.fail_call(0, 0);
  EXPECT_TRUE(part.write_piece(pieces[1].file, pieces[1].piece, source.piece(pieces[1])));
}

TEST(PartFaults, an_overwritten_folder_is_never_lost_whatever_fails) {
  const TestSource source = small_source();
  for (const bool cannot_exchange : {false, true}) {
    for (int n = 1; n < 60; ++n) {
      SCOPED_TRACE("call " + std::to_string(n) + " of finish fails");
      const TestFolder folder;
      write_file(folder / "stuff/old", as_bytes("precious"));
      TestDisk disk;
      disk.cannot_exchange = cannot_exchange;
      auto part = *open_faulty(folder, source, disk);
      for (const PieceRef& ref : source.pieces())
        ASSERT_TRUE(part.write_piece(ref.file, ref.piece, source.piece(ref)));
      disk.fail_call(n, EIO);
      const bool finished = part.finish(OnTaken::kOverwrite).has_value();
      const bool old_there = std::filesystem::exists(folder / "stuff/old") ||
                             std::filesystem::exists(folder / "stuff.covey-part/data/old") ||
                             std::filesystem::exists(folder / "stuff.covey-part/replaced/old");
      const bool new_there = std::filesystem::exists(folder / "stuff/run.sh");
      EXPECT_TRUE(old_there || new_there);
      disk.fail_call(0, 0);
      if (!finished) {
        ASSERT_TRUE(part.finish(OnTaken::kOverwrite));
      }
      expect_equal(folder / "stuff", source);
      if (!disk.failed()) break;
    }
  }
}

TEST(PartFaults, few_touched_files_are_flushed_one_by_one_and_many_all_at_once) {
  const TestFolder folder;
  std::map<std::string, Bytes> files;
  for (int i = 0; i < 100; ++i) files["f" + std::to_string(i)] = noise(10);
  const TestSource source = make_source(std::move(files));
  TestDisk disk;
  auto part = *open_faulty(folder, source, disk);
  const auto pieces = source.pieces();
  const int before = disk.file_syncs;
  for (std::size_t i = 0; i < 10; ++i)
    ASSERT_TRUE(part.write_piece(pieces[i].file, pieces[i].piece, source.piece(pieces[i])));
  ASSERT_TRUE(part.checkpoint());
  EXPECT_EQ(disk.file_syncs - before, 11);  // ten files and the record
  EXPECT_EQ(disk.filesystem_syncs, 0);
  for (std::size_t i = 10; i < 100; ++i)
    ASSERT_TRUE(part.write_piece(pieces[i].file, pieces[i].piece, source.piece(pieces[i])));
  ASSERT_TRUE(part.checkpoint());
  EXPECT_EQ(disk.file_syncs - before, 12);
  EXPECT_EQ(disk.filesystem_syncs, 1);
}

}  // namespace
}  // namespace covey::content
