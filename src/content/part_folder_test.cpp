#include "content/part_folder.hpp"

#include <sys/stat.h>

#include <thread>

#include "content/part_test_source.hpp"
#include "content/test_disk.hpp"

namespace covey::content {
namespace {

Result<PartFolder> open_part(const TestFolder& folder, const TestSource& source,
                             DiskCalls& disk = DiskCalls::real()) {
  return PartFolder::open(folder.path(), path_of("stuff"), source.description(), disk);
}

void write_all(PartFolder& part, const TestSource& source) {
  for (const PieceRef& ref : source.pieces())
    if (!part.has(ref.file, ref.piece)) {
      ASSERT_TRUE(part.write_piece(ref.file, ref.piece, source.piece(ref)));
    }
}

std::int64_t mtime_ns(const std::filesystem::path& path) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

mode_t mode(const std::filesystem::path& path) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  return status.st_mode & 0777;
}

PartDescription file_description(const Bytes& bytes) {
  return {hash_whole(bytes), PartShareId{}, PartFile{bytes.size(), false, kTestTime}};
}

TEST(PartFolder, a_folder_appears_whole_with_times_and_modes) {
  const TestFolder folder;
  const TestSource source = small_source();
  auto part = *open_part(folder, source);
  EXPECT_EQ(mode(folder / "stuff.covey-part"), 0700U);
  EXPECT_FALSE(part.complete());
  write_all(part, source);
  EXPECT_TRUE(part.complete());
  EXPECT_FALSE(std::filesystem::exists(folder / "stuff"));
  const auto path = part.finish(OnTaken::kRefuse);
  ASSERT_TRUE(path) << path.error().context;
  EXPECT_EQ(*path, folder / "stuff");
  expect_equal(*path, source);
  EXPECT_FALSE(std::filesystem::exists(folder / "stuff.covey-part"));
  for (const char* file : {"a/one.txt", "a/deep/two.bin", "run.sh", "zero"})
    EXPECT_EQ(mtime_ns(*path / file), kTestTime) << file;
  for (const char* inner : {"a", "a/deep", "empty", "empty/inner"})
    EXPECT_EQ(mtime_ns(*path / inner), kTestTime - 1'000'000'000) << inner;
  const mode_t mask = ::umask(022);
  ::umask(mask);
  EXPECT_EQ(mode(*path / "run.sh"), 0755U & ~mask);
  EXPECT_EQ(mode(*path / "a/one.txt"), 0644U & ~mask);
  EXPECT_EQ(mode(*path / "a/deep/two.bin"), 0644U & ~mask);
}

TEST(PartFolder, a_single_file_appears_under_its_name) {
  const TestFolder folder;
  const Bytes bytes = noise(kMinPieceSize + 9);
  auto part = *PartFolder::open(folder.path(), path_of("film.mkv"), file_description(bytes));
  ASSERT_TRUE(part.write_piece(FileIndex(0), PieceIndex(1), ByteView(bytes).subspan(kMinPieceSize)));
  EXPECT_EQ(part.finish(OnTaken::kRefuse).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(part.write_piece(FileIndex(0), PieceIndex(0), ByteView(bytes).first(kMinPieceSize)));
  ASSERT_TRUE(part.finish(OnTaken::kRefuse));
  EXPECT_TRUE(read_file(folder / "film.mkv") == bytes);
  EXPECT_EQ(mtime_ns(folder / "film.mkv"), kTestTime);
}

TEST(PartFolder, empty_content_needs_no_piece_and_must_have_the_right_id) {
  const TestFolder folder;
  auto part = *PartFolder::open(folder.path(), path_of("nothing"), file_description({}));
  EXPECT_TRUE(part.has(FileIndex(0), PieceIndex(0)));
  EXPECT_TRUE(part.complete());
  ASSERT_TRUE(part.finish(OnTaken::kRefuse));
  EXPECT_EQ(std::filesystem::file_size(folder / "nothing"), 0U);
  PartDescription lie = file_description(noise(3));
  std::get<PartFile>(lie.what).size = 0;
  EXPECT_EQ(PartFolder::open(folder.path(), path_of("lie"), lie).error().code,
            ErrorCode::kVerificationFailed);
}

TEST(PartFolder, resumes_where_it_was_left_without_the_manifest_from_outside) {
  const TestFolder folder;
  const TestSource source = small_source();
  const auto pieces = source.pieces();
  {
    auto part = *open_part(folder, source);
    for (std::size_t i = 0; i < 3; ++i)
      ASSERT_TRUE(part.write_piece(pieces[i].file, pieces[i].piece, source.piece(pieces[i])));
  }
  EXPECT_EQ(*PartFolder::stored_manifest(folder.path(), path_of("stuff"), source.manifest->id()),
            source.manifest_bytes);
  EXPECT_FALSE(PartFolder::stored_manifest(folder.path(), path_of("stuff"), hash_whole({})));
  auto part = *open_part(folder, source);
  EXPECT_EQ(part.resumed().pieces, 3U);
  EXPECT_EQ(part.present(), part.resumed());
  EXPECT_TRUE(part.unproven().empty());
  for (std::size_t i = 0; i < pieces.size(); ++i) EXPECT_EQ(part.has(pieces[i].file, pieces[i].piece), i < 3);
  for (std::size_t i = 0; i < 3; ++i) {
    Bytes out(source.piece(pieces[i]).size());
    ASSERT_TRUE(part.read_piece(pieces[i].file, pieces[i].piece, out));
    EXPECT_TRUE(std::equal(out.begin(), out.end(), source.piece(pieces[i]).begin()));
  }
  write_all(part, source);
  EXPECT_EQ(part.present(), part.wanted());
  expect_equal(*part.finish(OnTaken::kRefuse), source);
}

TEST(PartFolder, a_torn_or_damaged_record_costs_only_what_follows) {
  const TestFolder folder;
  const TestSource source = small_source();
  const auto pieces = source.pieces();
  const auto record = folder / "stuff.covey-part/record";
  {
    auto part = *open_part(folder, source);
    for (std::size_t i = 0; i < 4; ++i)
      ASSERT_TRUE(part.write_piece(pieces[i].file, pieces[i].piece, source.piece(pieces[i])));
  }
  Bytes bytes = read_file(record);
  bytes.resize(bytes.size() - 7);  // the last entry is torn
  write_file(record, bytes);
  {
    auto part = *open_part(folder, source);
    EXPECT_EQ(part.present().pieces, 3U);
  }
  bytes = read_file(record);
  bytes[PartRecord::kHeaderBytes + 2 * 16 + 9] ^= 1;  // boot, first piece, second piece
  write_file(record, bytes);
  auto part = *open_part(folder, source);
  EXPECT_EQ(part.present().pieces, 1U);
  write_all(part, source);
  expect_equal(*part.finish(OnTaken::kRefuse), source);
}

TEST(PartFolder, is_not_shared_with_other_content_or_another_process) {
  const TestFolder folder;
  const TestSource source = small_source();
  {
    auto part = *open_part(folder, source);
    const auto second = open_part(folder, source);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kAlreadyExists);
    EXPECT_NE(second.error().context.find("another covey"), std::string::npos);
  }
  const auto other = open_part(folder, make_source({{"x", noise(5)}}));
  EXPECT_EQ(other.error().code, ErrorCode::kAlreadyExists);
  EXPECT_NE(other.error().context.find("-o"), std::string::npos);
  ASSERT_TRUE(open_part(folder, source)->discard());
  EXPECT_FALSE(std::filesystem::exists(folder / "stuff.covey-part"));
  EXPECT_TRUE(open_part(folder, make_source({{"x", noise(5)}})));
}

TEST(PartFolder, a_taken_name_is_refused_replaced_or_avoided_as_asked) {
  const TestFolder folder;
  const Bytes bytes = noise(100);
  const auto download = [&] {
    auto part = *PartFolder::open(folder.path(), path_of("photo.jpg"), file_description(bytes));
    EXPECT_TRUE(part.write_piece(FileIndex(0), PieceIndex(0), bytes));
    return part;
  };
  write_file(folder / "photo.jpg", as_bytes("old"));
  {
    auto part = download();
    const auto refused = part.finish(OnTaken::kRefuse);
    EXPECT_EQ(refused.error().code, ErrorCode::kAlreadyExists);
    EXPECT_NE(refused.error().context.find("--overwrite"), std::string::npos);
    EXPECT_EQ(read_file(folder / "photo.jpg"), to_bytes("old"));
    EXPECT_EQ(*part.finish(OnTaken::kRename), folder / "photo (2).jpg");
  }
  EXPECT_EQ(*download().finish(OnTaken::kRename), folder / "photo (3).jpg");
  EXPECT_EQ(*download().finish(OnTaken::kOverwrite), folder / "photo.jpg");
  EXPECT_TRUE(read_file(folder / "photo.jpg") == bytes);
  EXPECT_FALSE(std::filesystem::exists(folder / "photo.jpg.covey-part"));
}

TEST(PartFolder, replaces_a_folder_in_one_step_or_with_the_old_one_aside) {
  for (const bool cannot_exchange : {false, true}) {
    const TestFolder folder;
    const TestSource source = small_source();
    write_file(folder / "stuff/old/file", as_bytes("old"));
    TestDisk disk;
    disk.cannot_exchange = cannot_exchange;
    auto part = *open_part(folder, source, disk);
    write_all(part, source);
    ASSERT_TRUE(part.finish(OnTaken::kOverwrite));
    EXPECT_FALSE(std::filesystem::exists(folder / "stuff/old"));
    EXPECT_FALSE(std::filesystem::exists(folder / "stuff.covey-part"));
    expect_equal(folder / "stuff", source);
  }
}

TEST(PartFolder, a_selection_brings_only_what_was_chosen) {
  const TestFolder folder;
  const TestSource source = small_source();
  {
    auto part = *open_part(folder, source);  // an earlier run wanted everything
    const PieceRef first = source.pieces().front();
    ASSERT_TRUE(part.write_piece(first.file, first.piece, source.piece(first)));
  }
  auto part = *PartFolder::open(folder.path(), path_of("stuff"), source.description({"*.sh"}));
  EXPECT_EQ(part.wanted().files, 1U);
  const FileIndex script = *source.manifest->find("run.sh");
  EXPECT_EQ(part.write_piece(*source.manifest->find("a/one.txt"), PieceIndex(0), noise(1000, 1)).error().code,
            ErrorCode::kInternal);
  ASSERT_TRUE(part.write_piece(script, PieceIndex(0), source.piece({script, PieceIndex(0)})));
  ASSERT_TRUE(part.finish(OnTaken::kRefuse));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "stuff"))
    names.push_back(entry.path().filename().string());
  EXPECT_EQ(names, std::vector<std::string>{"run.sh"});
}

TEST(PartFolder, writes_nothing_through_a_link_put_in_its_way) {
  const TestFolder folder;
  const TestSource source = small_source();
  const auto outside = folder / "outside";
  std::filesystem::create_directories(outside / "deep");
  write_file(outside / "victim", as_bytes("untouched"));
  auto part = *open_part(folder, source);
  const auto data = folder / "stuff.covey-part/data";
  std::filesystem::create_directory_symlink(outside, data / "a");
  std::filesystem::create_symlink(outside / "victim", data / "run.sh");
  for (const PieceRef& ref : source.pieces()) {
    const auto written = part.write_piece(ref.file, ref.piece, source.piece(ref));
    ASSERT_FALSE(written) << source.manifest->path(ref.file);
    EXPECT_EQ(written.error().code, ErrorCode::kPermissionDenied);
    EXPECT_FALSE(part.has(ref.file, ref.piece));
  }
  EXPECT_EQ(read_file(outside / "victim"), to_bytes("untouched"));
  EXPECT_TRUE(std::filesystem::is_empty(outside / "deep"));
  std::filesystem::remove(data / "a");
  std::filesystem::remove(data / "run.sh");
  write_all(part, source);
  expect_equal(*part.finish(OnTaken::kRefuse), source);
}

TEST(PartFolder, a_link_under_the_part_folders_name_is_refused) {
  const TestFolder folder;
  std::filesystem::create_directories(folder / "outside");
  std::filesystem::create_directory_symlink(folder / "outside", folder / "stuff.covey-part");
  EXPECT_EQ(open_part(folder, small_source()).error().code, ErrorCode::kPermissionDenied);
  EXPECT_TRUE(std::filesystem::is_empty(folder / "outside"));
}

TEST(PartFolder, what_the_user_removed_meanwhile_is_fetched_again_for_good) {
  const TestFolder folder;
  const TestSource source = small_source();
  const FileIndex large = *source.manifest->find("a/deep/two.bin");
  {
    auto part = *open_part(folder, source);
    write_all(part, source);
    ASSERT_TRUE(part.checkpoint());
  }
  std::filesystem::remove(folder / "stuff.covey-part/data/a/deep/two.bin");
  {
    auto part = *open_part(folder, source);
    EXPECT_FALSE(part.has(large, PieceIndex(0)));
    ASSERT_TRUE(part.write_piece(large, PieceIndex(2), source.piece({large, PieceIndex(2)})));
  }
  auto part = *open_part(folder, source);  // the file has its size again, but not its old pieces
  EXPECT_FALSE(part.has(large, PieceIndex(0)));
  EXPECT_TRUE(part.has(large, PieceIndex(2)));
  write_all(part, source);
  expect_equal(*part.finish(OnTaken::kRefuse), source);
}

TEST(PartFolder, a_terabyte_of_holes_takes_no_disk) {
  const TestFolder folder;
  const std::uint64_t size = 1ULL << 40;
  auto part = *PartFolder::open(folder.path(), path_of("disk.img"),
                                {hash_whole(as_bytes("x")), PartShareId{}, PartFile{size, false, kTestTime}});
  const auto geometry = part.geometry(FileIndex(0));
  for (std::uint32_t i = 0; i < geometry.piece_count(); ++i)
    ASSERT_TRUE(part.skip_hole(FileIndex(0), PieceIndex(i)));
  ASSERT_TRUE(part.finish(OnTaken::kRefuse));
  struct stat status {};
  ASSERT_EQ(::stat((folder / "disk.img").c_str(), &status), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), size);
  EXPECT_LT(status.st_blocks, 1000);
}

TEST(PartFolder, threads_write_distinct_pieces_while_another_makes_checkpoints) {
  const TestFolder folder;
  std::map<std::string, Bytes> files{{"large", noise(12 * kMinPieceSize + 1)}};
  for (int i = 0; i < 200; ++i)
    files["dir" + std::to_string(i % 40) + "/f" + std::to_string(i)] = noise(50, 7);
  const TestSource source = make_source(std::move(files));
  auto part = *open_part(folder, source);
  const auto pieces = source.pieces();
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < pieces.size(); i += 4)
          EXPECT_TRUE(part.write_piece(pieces[i].file, pieces[i].piece, source.piece(pieces[i])));
      });
    while (!part.complete() && !testing::Test::HasFailure()) EXPECT_TRUE(part.checkpoint());
  }
  expect_equal(*part.finish(OnTaken::kRefuse), source);
}

TEST(PartFolder, a_finished_download_can_be_read_where_it_was_put) {
  const TestFolder folder;
  const TestSource source = small_source();
  auto part = *open_part(folder, source);
  write_all(part, source);
  const auto path = *part.finish(OnTaken::kRefuse);
  for (const PieceRef& ref : source.pieces()) {
    Bytes out(source.piece(ref).size());
    const auto read = part.read_piece(ref.file, ref.piece, out);
    ASSERT_TRUE(read) << read.error().context;
    EXPECT_EQ(out, to_bytes(source.piece(ref))) << source.manifest->path(ref.file);
  }
  // Not any more once somebody has written into it, or taken it away.
  const FileIndex script = *source.manifest->find("run.sh");
  Bytes out(source.piece({script, PieceIndex(0)}).size());
  write_file(path / "run.sh", Bytes(out.size(), 7));
  EXPECT_EQ(part.read_piece(script, PieceIndex(0), out).error().code, ErrorCode::kSourceChanged);
  std::filesystem::remove_all(path / "a");
  const FileIndex large = *source.manifest->find("a/deep/two.bin");
  Bytes piece(source.piece({large, PieceIndex(1)}).size());
  EXPECT_EQ(part.read_piece(large, PieceIndex(1), piece).error().code, ErrorCode::kSourceChanged);
  EXPECT_FALSE(std::filesystem::exists(path / "a"));
}

TEST(PartFolder, a_finished_file_can_be_read_where_it_was_put) {
  const TestFolder folder;
  const Bytes bytes = noise(3 * kMinPieceSize);
  write_file(folder / "file", as_bytes("in the way"));
  auto part = *PartFolder::open(folder.path(), path_of("file"), file_description(bytes));
  const auto piece_of = [&](std::uint32_t i) {
    return ByteView(bytes).subspan(std::size_t{i} * kMinPieceSize, kMinPieceSize);
  };
  for (std::uint32_t i = 0; i < 3; ++i)
    ASSERT_TRUE(part.write_piece(FileIndex(0), PieceIndex(i), piece_of(i)));
  const auto path = *part.finish(OnTaken::kRename);
  Bytes out(kMinPieceSize);
  for (std::uint32_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(part.read_piece(FileIndex(0), PieceIndex(i), out));
    EXPECT_EQ(out, to_bytes(piece_of(i)));
  }
  write_file(path, as_bytes("changed"));
  EXPECT_EQ(part.read_piece(FileIndex(0), PieceIndex(0), out).error().code, ErrorCode::kSourceChanged);
}

TEST(PartFolder, threads_may_bring_the_same_pieces_and_readers_look_on_until_it_is_in_place) {
  const TestFolder folder;
  const TestSource source = make_source({{"large", noise(8 * kMinPieceSize + 1)}, {"small", noise(50, 7)}});
  auto part = *open_part(folder, source);
  const auto pieces = source.pieces();
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 3; ++t)
      threads.emplace_back([&] {
        for (const PieceRef& ref : pieces)
          EXPECT_TRUE(part.write_piece(ref.file, ref.piece, source.piece(ref)));
      });
    threads.emplace_back([&] {
      while (!std::filesystem::exists(folder / "stuff/large") && !testing::Test::HasFailure()) {
        for (const PieceRef& ref : pieces) {
          if (!part.has(ref.file, ref.piece)) continue;
          Bytes out(source.piece(ref).size());
          const auto read = part.read_piece(ref.file, ref.piece, out);
          EXPECT_TRUE(read) << read.error().context;
          EXPECT_EQ(out, to_bytes(source.piece(ref)));
        }
      }
    });
    threads[0].join();
    while (!part.complete()) std::this_thread::yield();
    EXPECT_TRUE(part.finish(OnTaken::kRefuse));
  }
  expect_equal(folder / "stuff", source);
}

TEST(PartFolder, names_of_any_allowed_length_work) {
  const TestFolder folder;
  const Bytes bytes = noise(10);
  std::string name;
  while (name.size() + 2 <= 250) name += "é";
  name += ".tar";
  write_file(folder / name, as_bytes("old"));
  auto part = *PartFolder::open(folder.path(), path_of(name), file_description(bytes));
  ASSERT_TRUE(part.write_piece(FileIndex(0), PieceIndex(0), bytes));
  const auto path = part.finish(OnTaken::kRename);
  ASSERT_TRUE(path) << path.error().context;
  EXPECT_TRUE(path->filename().string().ends_with(" (2).tar"));
  EXPECT_TRUE(RelativePath::parse(path->filename().string()));
}

}  // namespace
}  // namespace covey::content
