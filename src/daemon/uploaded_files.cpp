#include "daemon/uploaded_files.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "content/file_descriptor.hpp"
#include "identity/private_files.hpp"

namespace covey::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kRoomToSpare = 64ULL << 20;

Result<> write_at(const fs::path& file, std::uint64_t offset, std::string_view bytes) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) return fail_errno(error.value(), fmt::format("cannot make {}", file.parent_path().string()));
  const content::FileDescriptor descriptor(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (descriptor.get() < 0) return fail_errno(errno, fmt::format("cannot write {}", file.string()));
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(errno, fmt::format("cannot write {}", file.string()));
    offset += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> make_room(const fs::path& folder, const fs::path& files, std::uint64_t bytes) {
  TRY_VOID(identity::make_private_folder(folder));
  std::error_code error;
  const auto space = fs::space(folder, error);
  if (!error && (space.available < kRoomToSpare || bytes > space.available - kRoomToSpare))
    return fail(ErrorCode::kDiskFull, "there is no room for {} bytes in {}", bytes, folder.string());
  fs::create_directories(files, error);
  if (error) return fail_errno(error.value(), fmt::format("cannot make {}", files.string()));
  return {};
}

}  // namespace

io::Awaitable<void> UploadedFiles::clean(std::vector<std::string> shared_paths) {
  auto work = [folder = folder_, paths = std::move(shared_paths)] {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      const std::string inside = entry.path().string() + "/";
      if (std::ranges::any_of(paths, [&](const std::string& path) { return path.starts_with(inside); }))
        continue;
      std::error_code ignored;
      fs::remove_all(entry.path(), ignored);
    }
    return 0;
  };
  (void)co_await offload_->run(std::move(work));
}

io::Awaitable<Result<api::UploadView>> UploadedFiles::begin(api::UploadRequest request) {
  if (uploads_.size() >= kMaxUploads)
    co_return fail(ErrorCode::kLimitExceeded, "{} uploads are under way; finish or delete one first",
                   kMaxUploads);
  if (request.files.empty() || request.files.size() > kMaxUploadedFiles) {
    co_return fail(ErrorCode::kInvalidArgument,
                   "an upload has 1 to {} files; share a larger folder by its path", kMaxUploadedFiles);
  }
  Upload upload{.title = std::move(request.title), .files = {}};
  std::uint64_t bytes = 0;
  for (const auto& file : request.files) {
    CO_TRY(auto path, content::RelativePath::parse(file.path));
    constexpr std::uint64_t kMaxFile = 1ULL << 50;
    if (file.bytes > kMaxFile)
      co_return fail(ErrorCode::kInvalidArgument, "no file has {} bytes", file.bytes);
    bytes += file.bytes;
    upload.files.push_back({.path = std::move(path), .bytes = file.bytes});
  }
  const auto path_at = [&](std::size_t i) -> std::string_view { return upload.files[i].path.text(); };
  if (!content::find_twins(upload.files.size(), path_at).empty())
    co_return fail(ErrorCode::kInvalidArgument, "two of the files have the same name on some systems");
  const std::string id = to_hex(random_->secret(8).view());
  auto make = [folder = folder_, files = files_of(id), bytes] { return make_room(folder, files, bytes); };
  CO_TRY_VOID(co_await offload_->run(std::move(make)));
  const auto& kept = uploads_.emplace(id, std::move(upload)).first->second;
  co_return view(id, kept);
}

io::Awaitable<Result<api::UploadView>> UploadedFiles::take(std::string id, api::UploadPart part) {
  CO_TRY(Upload* const upload, find(id));
  if (part.file >= upload->files.size())
    co_return fail(ErrorCode::kNotFound, "this upload has no file {}", part.file);
  const File& file = upload->files[part.file];
  if (upload->busy || upload->shared || part.offset != file.received) {
    co_return fail(ErrorCode::kAlreadyExists, "of this file {} bytes are there; the next part begins at them",
                   file.received);
  }
  if (part.bytes.size() > file.bytes - file.received)
    co_return fail(ErrorCode::kInvalidArgument, "this file was to have {} bytes, and more came", file.bytes);
  upload->busy = true;
  const std::uint64_t size = part.bytes.size();
  auto write = [path = files_of(id) / file.path.text(), offset = part.offset, bytes = std::move(part.bytes)] {
    return write_at(path, offset, bytes);
  };
  const auto written = co_await offload_->run(std::move(write));
  CO_TRY(Upload* const still, find(id));
  still->busy = false;
  if (!written) co_return std::unexpected(written.error());
  still->files[part.file].received += size;
  co_return view(id, *still);
}

io::Awaitable<Result<UploadedFiles::Whole>> UploadedFiles::finish(std::string id) {
  CO_TRY(Upload* const upload, find(id));
  std::vector<fs::path> empty;
  for (const File& file : upload->files) {
    if (file.received < file.bytes) {
      co_return fail(ErrorCode::kInvalidArgument, "{} is not here whole: {} of {} bytes", file.path.text(),
                     file.received, file.bytes);
    }
    if (file.bytes == 0) empty.push_back(files_of(id) / file.path.text());
  }
  if (upload->busy || upload->shared)
    co_return fail(ErrorCode::kAlreadyExists, "this upload is at work already");
  upload->busy = true;
  auto make_empty = [empty = std::move(empty)]() -> Result<> {
    for (const fs::path& file : empty) TRY_VOID(write_at(file, 0, {}));
    return {};
  };
  const auto made = co_await offload_->run(std::move(make_empty));
  upload->busy = false;
  upload->shared = made.has_value();
  if (!made) co_return std::unexpected(made.error());
  // What came as one file, or one folder, is shared as that.
  const std::string& first = upload->files.front().path.text();
  const std::string top = first.substr(0, first.find('/'));
  const bool one = std::ranges::all_of(upload->files, [&](const File& file) {
    return file.path.text() == top || file.path.text().starts_with(top + "/");
  });
  Whole whole{.path = (one ? files_of(id) / top : files_of(id)).string(), .title = upload->title};
  if (whole.title.empty()) whole.title = one ? top : fmt::format("{} files", upload->files.size());
  co_return whole;
}

void UploadedFiles::take_back(const std::string& id) {
  if (const auto found = uploads_.find(id); found != uploads_.end()) found->second.shared = false;
}

io::Awaitable<Result<>> UploadedFiles::drop(std::string id) {
  CO_TRY(Upload* const upload, find(id));
  if (upload->busy || upload->shared)
    co_return fail(ErrorCode::kAlreadyExists, "a part of it is being written, or it is being shared");
  uploads_.erase(id);
  co_await remove_folder(id);
  co_return Result<>{};
}

io::Awaitable<void> UploadedFiles::share_ended(std::string path) {
  const std::string inside = folder_.string() + "/";
  if (!path.starts_with(inside)) co_return;
  const std::string rest = path.substr(inside.size());
  co_await remove_folder(rest.substr(0, rest.find('/')));
}

io::Awaitable<void> UploadedFiles::remove_folder(std::string id) {
  auto remove = [folder = folder_ / id] {
    std::error_code error;
    fs::remove_all(folder, error);
    return error;
  };
  const auto error = co_await offload_->run(std::move(remove));
  if (error) log::warn("cannot delete uploaded files: {}", error.message());
}

Result<UploadedFiles::Upload*> UploadedFiles::find(const std::string& id) {
  const auto found = uploads_.find(id);
  if (found == uploads_.end()) return fail(ErrorCode::kNotFound, "there is no upload '{}'", id);
  return &found->second;
}

api::UploadView UploadedFiles::view(const std::string& id, const Upload& upload) {
  api::UploadView out{.id = id, .received = {}};
  for (const File& file : upload.files) out.received.push_back(file.received);
  return out;
}

}  // namespace covey::daemon
