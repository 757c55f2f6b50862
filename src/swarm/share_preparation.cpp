#include "swarm/share_preparation.hpp"

#include <algorithm>

#include "content/file_hash.hpp"
#include "content/folder_scan.hpp"
#include "io/task_group.hpp"
#include "swarm/own_files.hpp"

namespace covey::swarm {
namespace {

using content::ChainingValue;
using content::FileIndex;
using content::PieceGeometry;
using content::PieceIndex;

/// One thread's portion: large enough to stream, small enough that all threads finish together.
constexpr std::uint64_t kSliceBytes = 32U << 20;

/// One file or folder of the share while it is being made.
struct SourceEntry {
  std::string path;  // in the manifest
  content::EntryKind kind = content::EntryKind::kFile;
  bool executable = false;
  content::FileStamp stamp;
};

struct Sources {
  bool single_file = false;
  std::string name;
  std::vector<SourceEntry> entries;
  std::vector<std::string> notices;
  std::optional<ShareFiles> files;
};

/// A file that must be hashed: its values are filled slice by slice.
struct Hashing {
  std::size_t entry = 0;
  PieceGeometry geometry;
  std::vector<ChainingValue> values;
};

struct Slice {
  std::size_t hashing = 0;
  PieceIndex first;
  std::uint32_t count = 0;
};

/// What the pool's threads work off together.
struct HashingWork {
  std::vector<Hashing> files;
  std::vector<Slice> slices;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
};

Result<> add_folder(Sources& out, const content::SourceFolder& folder, const std::string& prefix) {
  TRY(auto scan, content::scan_folder(folder));
  out.entries.reserve(out.entries.size() + scan.entries.size());
  for (auto& entry : scan.entries) {
    out.entries.push_back({.path = prefix.empty() ? entry.path.text() : prefix + "/" + entry.path.text(),
                           .kind = entry.kind,
                           .executable = entry.executable,
                           .stamp = entry.stamp});
  }
  for (auto& notice : scan.notices) out.notices.push_back(std::move(notice));
  return {};
}

Result<> add_file(Sources& out, const std::filesystem::path& path, std::string name) {
  TRY(const auto file, content::SourceFile::open(path));
  out.entries.push_back({.path = std::move(name),
                         .kind = content::EntryKind::kFile,
                         .executable = file.executable(),
                         .stamp = file.stamp()});
  return {};
}

std::int64_t mtime_of(const std::filesystem::path& folder) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(folder, error);
  const auto since_epoch = std::chrono::file_clock::to_sys(time).time_since_epoch();
  return error ? 0 : std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
}

/// The name under which one of several paths stands in their manifest.
Result<std::string> name_among_several(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  if (const auto refusal = content::RelativePath::refusal(name)) {
    return fail(ErrorCode::kInvalidArgument, "the name {} cannot travel to other machines ({}); rename it",
                content::printable_path(name), refusal->context);
  }
  return name;
}

Result<Sources> find_sources(const SharePlan& plan) {
  Sources out;
  if (plan.paths.empty())
    return fail(ErrorCode::kInvalidArgument, "nothing to share: name a file or a folder");
  if (plan.paths.size() > 1) {
    out.name = fmt::format("{} and {} more", plan.paths.front().filename().string(), plan.paths.size() - 1);
    TRY(out.name, share_name(out.name, plan.title));
    TRY(out.files, ShareFiles::of_several(plan.paths));
    for (const auto& path : plan.paths) {
      TRY(const std::string name, name_among_several(path));
      std::error_code error;
      if (!std::filesystem::is_directory(path, error)) {
        TRY_VOID(add_file(out, path, name));
        continue;
      }
      TRY(const auto folder, content::SourceFolder::open(path));
      out.entries.push_back({.path = name, .kind = content::EntryKind::kDirectory});
      out.entries.back().stamp.mtime_ns = mtime_of(path);
      TRY_VOID(add_folder(out, folder, name));
    }
    return out;
  }
  const auto& path = plan.paths.front();
  TRY(out.name, share_name(path, plan.title));
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    TRY(auto folder, content::SourceFolder::open(path));
    TRY_VOID(add_folder(out, folder, {}));
    out.files = ShareFiles::of_folder(std::move(folder));
    return out;
  }
  out.single_file = true;
  TRY_VOID(add_file(out, path, out.name));
  out.files = ShareFiles::of_file(path);
  return out;
}

Result<> plan_hashing(const Sources& sources, const std::vector<bool>& known, HashingWork& work) {
  for (std::size_t i = 0; i < sources.entries.size(); ++i) {
    const SourceEntry& entry = sources.entries[i];
    if (entry.kind != content::EntryKind::kFile || known[i]) continue;
    TRY(const auto geometry, PieceGeometry::for_size(entry.stamp.size));
    const auto a_slice =
        static_cast<std::uint32_t>(std::max<std::uint64_t>(1, kSliceBytes / geometry.piece_size()));
    for (std::uint32_t first = 0; first < geometry.piece_count(); first += a_slice) {
      work.slices.push_back({.hashing = work.files.size(),
                             .first = PieceIndex(first),
                             .count = std::min(a_slice, geometry.piece_count() - first)});
    }
    work.files.push_back(
        {.entry = i, .geometry = geometry, .values = std::vector<ChainingValue>(geometry.piece_count())});
  }
  return {};
}

Result<> hash_slice(const Sources& sources, Hashing& file, const Slice& slice, MutableBytes scratch,
                    SharePreparation& progress) {
  const SourceEntry& entry = sources.entries[file.entry];
  TRY(const auto source, sources.files->open(entry.path));
  TRY_VOID(source.expect(entry.stamp));
  if (slice.count > 1) source.expect_sequential_reads();
  TRY_VOID(content::hash_pieces(source, file.geometry, slice.first, slice.count,
                                std::span(file.values).subspan(slice.first.value(), slice.count), scratch,
                                {.bytes = &progress.bytes_hashed, .stop = &progress.stop}));
  return source.check_unchanged();
}

/// One pool thread's loop over the slices nobody has taken yet.
Result<> hash_slices(const Sources& sources, HashingWork& work, SharePreparation& progress) {
  const auto scratch = std::make_unique_for_overwrite<Byte[]>(content::kHashScratchBytes);
  while (!work.failed) {
    const std::size_t at = work.next.fetch_add(1);
    if (at >= work.slices.size()) break;
    const Slice& slice = work.slices[at];
    auto outcome = hash_slice(sources, work.files[slice.hashing], slice,
                              {scratch.get(), content::kHashScratchBytes}, progress);
    if (outcome) continue;
    work.failed = true;
    return outcome;
  }
  return {};
}

io::Awaitable<Result<>> hash_all(const Sources& sources, HashingWork& work, io::Offload& offload,
                                 SharePreparation& progress) {
  const io::Executor executor = co_await asio::this_coro::executor;
  io::TaskGroup group(executor);
  Result<> all;
  const auto one_thread = [&]() -> io::Awaitable<void> {
    auto loop = [&] { return hash_slices(sources, work, progress); };
    const Result<> outcome = co_await offload.run(loop);
    if (!outcome && all) all = outcome;
  };
  const std::size_t threads = std::min(offload.threads(), std::max<std::size_t>(1, work.slices.size()));
  for (std::size_t i = 0; i < threads; ++i) group.spawn(one_thread());
  co_await group.join();
  co_return all;
}

/// Everything about the share's files, once all values are known.
struct HashedSources {
  std::vector<content::ContentId> ids;  // by entry
  std::vector<Layer> layers;            // by entry; null for one-piece files and folders
};

Result<> fold_hashed(const Sources& sources, HashingWork& work, HashedSources& out,
                     content::LayerCache* cache, WallTime began) {
  for (Hashing& file : work.files) {
    TRY(auto layer, content::PieceLayer::computed(file.geometry, std::move(file.values)));
    out.ids[file.entry] = layer.root();
    if (cache != nullptr) cache->store(sources.entries[file.entry].stamp, began, layer);
    if (!file.geometry.one_piece())
      out.layers[file.entry] = std::make_shared<const content::PieceLayer>(std::move(layer));
  }
  return {};
}

std::vector<bool> find_in_cache(const Sources& sources, content::LayerCache* cache, HashedSources& out,
                                SharePreparation& progress) {
  std::vector<bool> known(sources.entries.size(), false);
  for (std::size_t i = 0; i < sources.entries.size(); ++i) {
    const SourceEntry& entry = sources.entries[i];
    if (entry.kind != content::EntryKind::kFile) continue;
    progress.bytes_total += entry.stamp.size;
    ++progress.files;
    auto cached = cache == nullptr ? std::nullopt : cache->find(entry.stamp);
    if (!cached) continue;
    known[i] = true;
    out.ids[i] = cached->id;
    if (!cached->layer.geometry().one_piece()) {
      out.layers[i] = std::make_shared<const content::PieceLayer>(std::move(cached->layer));
    }
    progress.bytes_hashed += entry.stamp.size;
  }
  return known;
}

Result<content::Manifest> make_manifest(const Sources& sources, const HashedSources& hashed) {
  std::vector<content::ManifestEntry> entries;
  entries.reserve(sources.entries.size());
  for (std::size_t i = 0; i < sources.entries.size(); ++i) {
    const SourceEntry& source = sources.entries[i];
    TRY(auto path, content::RelativePath::parse(source.path));
    const bool is_file = source.kind == content::EntryKind::kFile;
    entries.push_back({.path = std::move(path),
                       .kind = source.kind,
                       .size = is_file ? source.stamp.size : 0,
                       .executable = is_file && source.executable,
                       .mtime_ns = source.stamp.mtime_ns,
                       .id = is_file ? hashed.ids[i] : content::ContentId()});
  }
  if (sources.single_file) return content::Manifest::single_file(entries.front());
  auto manifest = content::Manifest::build(std::move(entries));
  // A scan leaves twins out, but several paths may be twins of one another.
  if (!manifest && manifest.error().code == ErrorCode::kMalformed) {
    return fail(ErrorCode::kInvalidArgument, "{}; rename one, or send them one by one",
                manifest.error().context);
  }
  return manifest;
}

Result<PreparedShare> assemble(Sources sources, HashedSources hashed) {
  TRY(auto manifest, make_manifest(sources, hashed));
  Bytes manifest_bytes = sources.single_file ? Bytes{} : manifest.encode();
  Layer manifest_layer;
  if (!sources.single_file) {
    TRY(auto layer, content::PieceLayer::of_bytes(manifest_bytes));
    manifest_layer = std::make_shared<const content::PieceLayer>(std::move(layer));
  }
  std::vector<content::FileStamp> stamps(manifest.entry_count());
  std::unordered_map<FileIndex, Layer> layers;
  for (std::size_t i = 0; i < sources.entries.size(); ++i) {
    const auto index = manifest.find(sources.entries[i].path);
    if (!index) return fail(ErrorCode::kInternal, "a scanned file is missing from its manifest");
    stamps[index->value()] = sources.entries[i].stamp;
    if (hashed.layers[i]) layers.emplace(*index, hashed.layers[i]);
  }
  const auto shared = std::make_shared<const content::Manifest>(std::move(manifest));
  auto origin =
      std::make_unique<OwnFiles>(shared, std::move(*sources.files), std::move(stamps), std::move(layers));
  auto share =
      std::make_shared<ServedShare>(std::move(sources.name), sources.single_file, shared,
                                    std::move(manifest_bytes), std::move(manifest_layer), std::move(origin));
  return PreparedShare{.share = std::move(share), .notices = std::move(sources.notices)};
}

}  // namespace

Result<std::string> share_name(const std::filesystem::path& path, const std::string& title) {
  std::string name = !title.empty() ? title : path.filename().string();
  if (const auto refusal = content::RelativePath::refusal(name);
      refusal || name.find('/') != std::string::npos) {
    return fail(ErrorCode::kInvalidArgument,
                "the name {} cannot travel to other machines ({}); choose one with --title",
                content::printable_path(name), refusal ? refusal->context : "it contains a slash");
  }
  return name;
}

io::Awaitable<Result<PreparedShare>> prepare_share(SharePlan plan, const Clock& clock,
                                                   content::LayerCache* cache, io::Offload& offload,
                                                   SharePreparation& progress) {
  const WallTime began = clock.wall();
  auto find = [&] { return find_sources(plan); };
  CO_TRY(Sources sources, co_await offload.run(find));
  HashingWork work;
  HashedSources hashed{.ids = std::vector<content::ContentId>(sources.entries.size()),
                       .layers = std::vector<Layer>(sources.entries.size())};
  auto look_up = [&]() -> Result<> {
    const auto known = find_in_cache(sources, cache, hashed, progress);
    return plan_hashing(sources, known, work);
  };
  CO_TRY_VOID(co_await offload.run(look_up));
  CO_TRY_VOID(co_await hash_all(sources, work, offload, progress));
  auto finish = [&]() -> Result<PreparedShare> {
    TRY_VOID(fold_hashed(sources, work, hashed, cache, began));
    return assemble(std::move(sources), std::move(hashed));
  };
  co_return co_await offload.run(finish);
}

}  // namespace covey::swarm
