// The index of the layer cache: whatever lies there, it opens, finds what its whole records say and no more,
// and is the same after it has been mended.
//
// The input is read as an index, and as records to which the right checks are added.

#include "content/layer_cache.hpp"

#include <unistd.h>

#include <array>
#include <fstream>
#include <map>

#include "base/cursor.hpp"
#include "crypto/hash.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

namespace fs = std::filesystem;

using content::ContentId;
using content::DirectoryLayerCache;
using content::FileStamp;

constexpr std::size_t kRecordBytes = 80;
constexpr std::size_t kCheckBytes = 8;
constexpr std::uint64_t kOnePiece = 256U << 10;

/// A folder of this process that goes with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "covey-fuzz-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr, "there is a folder to test in");
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct Said {
  FileStamp stamp;
  ContentId id;
};
using Index = std::map<std::pair<std::uint64_t, std::uint64_t>, Said>;

bool is_whole(ByteView record) {
  const crypto::Hash hash = crypto::blake3(record.first(kRecordBytes - kCheckBytes));
  return same(record.last(kCheckBytes), hash.view().first(kCheckBytes));
}

/// What the whole records at the beginning say; a later one of the same file counts.
Index whole_records(ByteView bytes) {
  Index out;
  for (; bytes.size() >= kRecordBytes && is_whole(bytes.first(kRecordBytes));
       bytes = bytes.subspan(kRecordBytes)) {
    ByteReader in(bytes.first(kRecordBytes));
    Said said;
    said.stamp.device = *in.number<std::uint64_t>();
    said.stamp.inode = *in.number<std::uint64_t>();
    said.stamp.size = *in.number<std::uint64_t>();
    said.stamp.mtime_ns = static_cast<std::int64_t>(*in.number<std::uint64_t>());
    said.stamp.ctime_ns = static_cast<std::int64_t>(*in.number<std::uint64_t>());
    said.id = *in.fixed<ContentId>();
    out[{said.stamp.device, said.stamp.inode}] = said;
  }
  return out;
}

void check_finds(DirectoryLayerCache& cache, const Index& index) {
  for (const auto& [key, said] : index) {
    const auto found = cache.find(said.stamp);
    // Of content of several pieces the layer is missing here, so it must be hashed again.
    require(found.has_value() == (said.stamp.size <= kOnePiece), "a whole record is found");
    if (found)
      require(found->id == said.id && found->layer.root() == said.id, "a record says its content id");
    FileStamp later = said.stamp;
    later.mtime_ns ^= 1;
    require(!cache.find(later), "a file that changed is not found");
  }
}

void check_index(ByteView bytes) {
  static const ScratchFolder folder;
  const fs::path file = folder.path() / "index.v1";
  std::ofstream(file, std::ios::binary | std::ios::trunc) << as_text(bytes);
  const Index index = whole_records(bytes);
  for (int time = 0; time < 2; ++time) {
    const auto cache = DirectoryLayerCache::open(folder.path());
    require(cache.has_value(), "a cache opens whatever lies in it");
    check_finds(**cache, index);
    require(fs::file_size(file) % kRecordBytes == 0, "a mended index is whole records");
  }
}

/// Few devices, inodes and sizes, so that records meet.
void check_chosen(Choices choices) {
  Bytes bytes;
  while (!choices.done() && bytes.size() < 64 * kRecordBytes) {
    ByteWriter record;
    record.number(std::uint64_t{choices.byte() % 2U}).number(std::uint64_t{choices.byte() % 4U});
    record.number(std::uint64_t{choices.byte()} << 11).number(choices.number()).number(choices.number());
    record.raw(choices.fixed<ContentId>().view());
    const crypto::Hash hash = crypto::blake3(record.bytes());
    record.raw(hash.view().first(kCheckBytes));
    bytes.insert(bytes.end(), record.bytes().begin(), record.bytes().end());
  }
  check_index(bytes);
  if (bytes.empty()) return;
  bytes.pop_back();
  check_index(bytes);
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::check_index({data, size});
  covey::fuzz::check_chosen(covey::fuzz::Choices({data, size}));
  return 0;
}
