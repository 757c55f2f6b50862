#include "content/layer_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <unordered_set>

#include "base/cursor.hpp"
#include "content/disk_calls.hpp"
#include "content/whole_file.hpp"

// index.v1 = record*
// record   = device(u64) inode(u64) size(u64) mtime(u64) ctime(u64) id(32) check(8)                 80 bytes
// check    = the first 8 bytes of the BLAKE3 hash of what stands before it
// All numbers big-endian. A later record of the same device and inode replaces an earlier one.

namespace covey::content {
namespace {

constexpr std::size_t kRecordBytes = 80;
constexpr std::size_t kCheckBytes = 8;
constexpr std::size_t kMaxRecords = 1'000'000;
constexpr std::size_t kUnwrittenBytes = 1024 * kRecordBytes;
constexpr auto kRacyAge = std::chrono::seconds(2);

Bytes encode(const FileStamp& stamp, const ContentId& id) {
  ByteWriter out(kRecordBytes);
  out.number(stamp.device).number(stamp.inode).number(stamp.size);
  out.number(static_cast<std::uint64_t>(stamp.mtime_ns)).number(static_cast<std::uint64_t>(stamp.ctime_ns));
  out.raw(id.view());
  return out.raw(hash_whole(out.bytes()).view().first(kCheckBytes)).take();
}

struct Record {
  FileStamp stamp;
  ContentId id;
};

Result<Record> decode(ByteView bytes) {
  ByteReader in(bytes);
  Record record;
  TRY(record.stamp.device, in.number<std::uint64_t>());
  TRY(record.stamp.inode, in.number<std::uint64_t>());
  TRY(record.stamp.size, in.number<std::uint64_t>());
  TRY(const std::uint64_t mtime, in.number<std::uint64_t>());
  TRY(const std::uint64_t ctime, in.number<std::uint64_t>());
  TRY(record.id, in.fixed<ContentId>());
  TRY(const ByteView check, in.raw(kCheckBytes));
  TRY_VOID(in.expect_done());
  const ContentId hash = hash_whole(bytes.first(kRecordBytes - kCheckBytes));
  if (!std::equal(check.begin(), check.end(), hash.view().begin()))
    return fail(ErrorCode::kCorrupt, "a damaged record");
  record.stamp.mtime_ns = static_cast<std::int64_t>(mtime);
  record.stamp.ctime_ns = static_cast<std::int64_t>(ctime);
  return record;
}

FileDescriptor open_index(const std::filesystem::path& directory) {
  return FileDescriptor(
      ::open((directory / "index.v1").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
}

}  // namespace

Result<std::unique_ptr<DirectoryLayerCache>> DirectoryLayerCache::open(
    const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return fail_errno(errno, fmt::format("cannot create the cache folder {}", directory.string()));
  FileDescriptor index = open_index(directory);
  if (!index) return fail_errno(errno, fmt::format("cannot open the cache in {}", directory.string()));
  std::unique_ptr<DirectoryLayerCache> cache(new DirectoryLayerCache(directory, std::move(index)));
  if (!cache->load_index()) cache->rewrite_index();
  return cache;
}

DirectoryLayerCache::~DirectoryLayerCache() {
  flush();
}

bool DirectoryLayerCache::load_index() {
  const auto bytes = read_whole(index_.get(), 4 * kMaxRecords * kRecordBytes);
  if (!bytes) return false;
  const std::size_t count = bytes->size() / kRecordBytes;
  const std::size_t first = count > kMaxRecords ? count - kMaxRecords / 2 : 0;  // the oldest are let go
  bool whole = bytes->size() % kRecordBytes == 0 && first == 0;
  known_.reserve(count - first);
  for (std::size_t i = first; i < count; ++i) {
    const auto record = decode(ByteView(*bytes).subspan(i * kRecordBytes, kRecordBytes));
    if (!record) {
      whole = false;
      break;  // what follows may not begin where a record does
    }
    known_[{record->stamp.device, record->stamp.inode}] = {record->stamp, record->id};
  }
  return whole && count <= 2 * known_.size() + 1000;
}

void DirectoryLayerCache::rewrite_index() {
  Bytes bytes;
  bytes.reserve(known_.size() * kRecordBytes);
  for (const auto& [key, known] : known_) {
    const Bytes record = encode(known.stamp, known.id);
    bytes.insert(bytes.end(), record.begin(), record.end());
  }
  if (!LayerFolder::write_whole(layers_.path() / "index.v1", bytes)) return;
  if (FileDescriptor index = open_index(layers_.path())) index_ = std::move(index);
  remove_unused_layers();
}

void DirectoryLayerCache::remove_unused_layers() const {
  std::unordered_set<std::string> used;
  for (const auto& [key, known] : known_) used.insert(layers_.file_of(known.id).string());
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(layers_.path(), error), end; !error && it != end;
       it.increment(error))
    if (it->path().extension() == ".layer" && !used.contains(it->path().string())) {
      std::error_code ignored;
      std::filesystem::remove(it->path(), ignored);
    }
}

std::optional<CachedFile> DirectoryLayerCache::find(const FileStamp& stamp) {
  ContentId id;
  {
    const std::scoped_lock lock(mutex_);
    const auto it = known_.find({stamp.device, stamp.inode});
    if (it == known_.end() || it->second.stamp != stamp) return std::nullopt;
    id = it->second.id;
  }
  const auto geometry = PieceGeometry::for_size(stamp.size);
  if (!geometry) return std::nullopt;
  auto layer = layers_.find(*geometry, id);
  if (!layer) return std::nullopt;
  return CachedFile{id, std::move(*layer)};
}

void DirectoryLayerCache::store(const FileStamp& stamp, WallTime hashing_began, const PieceLayer& layer) {
  const std::int64_t began_ns = std::chrono::nanoseconds(hashing_began.time_since_epoch()).count();
  const std::int64_t racy_ns = std::chrono::nanoseconds(kRacyAge).count();
  if (std::max(stamp.mtime_ns, stamp.ctime_ns) > began_ns - racy_ns) return;
  if (layer.geometry().size() != stamp.size) return;
  if (layers_.keep(layer)) note(stamp, layer.root());
}

void DirectoryLayerCache::vouch(const FileStamp& stamp, const ContentId& id) {
  const auto geometry = PieceGeometry::for_size(stamp.size);
  if (geometry && (geometry->one_piece() || layers_.may_hold(id))) note(stamp, id);
}

void DirectoryLayerCache::note(const FileStamp& stamp, const ContentId& id) {
  const std::scoped_lock lock(mutex_);
  known_[{stamp.device, stamp.inode}] = {stamp, id};
  const Bytes record = encode(stamp, id);
  unwritten_.insert(unwritten_.end(), record.begin(), record.end());
  if (unwritten_.size() >= kUnwrittenBytes) write_held_back();
}

void DirectoryLayerCache::flush() {
  const std::scoped_lock lock(mutex_);
  write_held_back();
}

void DirectoryLayerCache::write_held_back() {
  // Appended in one write, so that records of two processes do not mix; a failure costs only the memory.
  if (!unwritten_.empty()) (void)DiskCalls::real().append(index_.get(), unwritten_);
  unwritten_.clear();
}

}  // namespace covey::content
