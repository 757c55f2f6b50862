// What a browser brings: taken in order, under safe names only, and gone when nobody shares it.

#include "daemon/uploaded_files.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <asio/co_spawn.hpp>
#include <asio/use_future.hpp>

#include "content/test_folder.hpp"
#include "daemon/folder_listing.hpp"

namespace covey::daemon {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class UploadedFilesTest : public ::testing::Test {
 protected:
  template <typename T>
  T ran(io::Awaitable<T> work) {
    auto result = asio::co_spawn(loop_, std::move(work), asio::use_future);
    loop_.restart();
    loop_.run();
    return result.get();
  }
  Result<api::UploadView> began(std::vector<api::UploadFileView> files) {
    return ran(uploads_.begin({.title = "", .files = std::move(files)}));
  }
  Result<api::UploadView> took(const std::string& id, std::uint64_t file, std::uint64_t offset,
                               std::string bytes) {
    return ran(uploads_.take(id, {.file = file, .offset = offset, .bytes = std::move(bytes)}));
  }
  static std::string content(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  content::TestFolder folder_;
  asio::io_context loop_;
  io::Offload offload_{1};
  crypto::SeededRandom random_{5};
  fs::path place_ = folder_.path() / "uploads";
  UploadedFiles uploads_{place_, offload_, random_};
};

TEST_F(UploadedFilesTest, parts_come_in_order) {
  const auto id = began({{"a/one", 6}, {"a/two", 0}}).value().id;
  EXPECT_THAT(took(id, 0, 0, "abc").value().received, ElementsAre(3, 0));
  EXPECT_EQ(took(id, 0, 0, "abc").error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(took(id, 0, 4, "d").error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(took(id, 0, 3, "defg").error().code, ErrorCode::kInvalidArgument) << "more than was said";
  EXPECT_EQ(took(id, 2, 0, "x").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(took("nobody", 0, 0, "x").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ran(uploads_.finish(id)).error().code, ErrorCode::kInvalidArgument) << "not whole";
  EXPECT_THAT(took(id, 0, 3, "def").value().received, ElementsAre(6, 0));
  const auto whole = ran(uploads_.finish(id)).value();
  EXPECT_EQ(whole.path, (place_ / id / "files" / "a").string());
  EXPECT_EQ(whole.title, "a");
  EXPECT_EQ(content(fs::path(whole.path) / "one"), "abcdef");
  EXPECT_TRUE(fs::exists(fs::path(whole.path) / "two"));
  EXPECT_FALSE(took(id, 0, 6, "")) << "it is being shared";
  EXPECT_FALSE(ran(uploads_.drop(id)));
}

TEST_F(UploadedFilesTest, several_files_are_shared_as_their_folder) {
  const auto id = began({{"x", 0}, {"y", 0}}).value().id;
  EXPECT_EQ(ran(uploads_.finish(id)).value().path, (place_ / id / "files").string());
}

TEST_F(UploadedFilesTest, hostile_names_and_twins_are_refused) {
  for (const std::string& path :
       std::vector<std::string>{"../x", "/x", "a/../../x", "", std::string("a\0b", 3), "a//b", "."})
    EXPECT_FALSE(began({{path, 1}})) << path;
  EXPECT_FALSE(began({{"A", 1}, {"a", 1}}));
  EXPECT_FALSE(began({}));
  EXPECT_FALSE(began({{"a", 1ULL << 60}}));
  EXPECT_FALSE(fs::exists(place_));
}

TEST_F(UploadedFilesTest, what_is_dropped_or_unshared_is_deleted) {
  const auto dropped = began({{"x", 0}}).value().id;
  ASSERT_TRUE(ran(uploads_.drop(dropped)));
  EXPECT_FALSE(fs::exists(place_ / dropped));
  const auto shared = began({{"x", 0}}).value().id;
  const auto whole = ran(uploads_.finish(shared)).value();
  uploads_.hand_over(shared);
  ran([](UploadedFiles& uploads, std::string path) -> io::Awaitable<int> {
    co_await uploads.share_ended(path);
    co_return 0;
  }(uploads_, "/elsewhere/" + whole.path));
  EXPECT_TRUE(fs::exists(whole.path)) << "another share";
  ran([](UploadedFiles& uploads, std::string path) -> io::Awaitable<int> {
    co_await uploads.share_ended(path);
    co_return 0;
  }(uploads_, whole.path));
  EXPECT_FALSE(fs::exists(place_ / shared));
}

TEST_F(UploadedFilesTest, a_new_start_keeps_what_is_shared) {
  const auto lost = began({{"x", 0}}).value().id;
  const auto kept = began({{"x", 0}}).value().id;
  ran([](UploadedFiles& uploads, std::string path) -> io::Awaitable<int> {
    std::vector<std::string> paths(1, path);
    co_await uploads.clean(std::move(paths));
    co_return 0;
  }(uploads_, (place_ / kept / "files" / "x").string()));
  EXPECT_FALSE(fs::exists(place_ / lost));
  EXPECT_TRUE(fs::exists(place_ / kept));
}

TEST_F(UploadedFilesTest, uploads_under_way_are_bounded) {
  for (std::size_t i = 0; i < kMaxUploads; ++i) ASSERT_TRUE(began({{"x", 0}}));
  EXPECT_EQ(began({{"x", 0}}).error().code, ErrorCode::kLimitExceeded);
}

TEST(FolderListing, folders_come_first_and_hidden_names_on_wish) {
  const content::TestFolder folder;
  fs::create_directory(folder.path() / "z");
  std::ofstream(folder.path() / "a") << "four";
  std::ofstream(folder.path() / ".hidden") << "";
  fs::create_symlink("/no/such", folder.path() / "broken");
  const auto view = list_folder(folder.path(), api::HiddenFiles::kLeftOut).value();
  ASSERT_EQ(view.entries.size(), 3U);
  EXPECT_EQ(view.entries[0].name, "z");
  EXPECT_EQ(view.entries[0].kind, api::EntryKind::kFolder);
  EXPECT_EQ(view.entries[1].bytes, 4U);
  EXPECT_EQ(view.entries[2].kind, api::EntryKind::kOther);
  EXPECT_EQ(view.parent, folder.path().parent_path().string());
  EXPECT_FALSE(view.more);
  EXPECT_EQ(list_folder(folder.path(), api::HiddenFiles::kShown).value().entries.size(), 4U);
  EXPECT_EQ(list_folder("relative", api::HiddenFiles::kShown).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(list_folder(folder.path() / "none", api::HiddenFiles::kShown).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(list_folder("/", api::HiddenFiles::kLeftOut).value().parent, std::nullopt);
}

TEST(FolderListing, is_bounded) {
  const content::TestFolder folder;
  for (std::size_t i = 0; i <= kMaxFolderEntries; ++i) std::ofstream(folder.path() / std::to_string(i)) << "";
  const auto view = list_folder(folder.path(), api::HiddenFiles::kShown).value();
  EXPECT_EQ(view.entries.size(), kMaxFolderEntries);
  EXPECT_TRUE(view.more);
}

}  // namespace
}  // namespace covey::daemon
