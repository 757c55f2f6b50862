#include "daemon/file_check.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <map>
#include <set>

#include "content/file_hash.hpp"
#include "content/part_folder.hpp"

namespace covey::daemon {
namespace {

using content::ChainingValue;
using content::FileIndex;
using content::PieceIndex;
using content::PieceRef;
using content::SourceFile;

/// A file that vanished, shrank or became something else is changed, not unreadable.
bool is_change(ErrorCode code) {
  return code == ErrorCode::kNotFound || code == ErrorCode::kSourceChanged ||
         code == ErrorCode::kInvalidArgument;
}

Result<content::ContentId> id_of(const SourceFile& file, std::uint64_t size, CheckProgress& progress) {
  TRY(const auto geometry, content::PieceGeometry::for_size(size));
  std::vector<ChainingValue> values(geometry.piece_count());
  Bytes scratch(content::kHashScratchBytes);
  file.expect_sequential_reads();
  const content::HashProgress hashing{.bytes = &progress.bytes, .stop = &progress.stop};
  TRY_VOID(
      content::hash_pieces(file, geometry, PieceIndex(0), geometry.piece_count(), values, scratch, hashing));
  return content::fold(geometry, values);
}

Result<bool> is_as_promised(const Result<SourceFile>& file, const PromisedFile& promised,
                            CheckProgress& progress) {
  if (!file) {
    if (is_change(file.error().code)) return false;
    return std::unexpected(file.error());
  }
  if (file->stamp().size != promised.size) return false;
  const auto id = id_of(*file, promised.size, progress);
  if (id) return *id == promised.id;
  if (is_change(id.error().code)) return false;
  return std::unexpected(id.error());
}

/// The check of one partial download, on its locked record.
class PartCheck {
 public:
  PartCheck(std::filesystem::path data, PartContent content, const LayerOf& layer_of, CheckProgress& progress)
      : data_(std::move(data)), content_(std::move(content)), layer_of_(&layer_of), progress_(&progress) {}

  /// What the record says is there; the bytes of it are what is to be read.
  void take(const content::PartRecord::Replay& replay) {
    for (const auto& [ref, claim] : replay.claims) {
      if (ref.file.value() >= content_.manifest->entry_count() || !content_.manifest->is_file(ref.file) ||
          !content_.manifest->geometry(ref.file).contains(ref.piece))
        continue;
      auto& held = held_[ref.file];
      if (claim == content::PartRecord::Claim::kForgotten) {
        held.erase(ref.piece);
      } else {
        held.insert(ref.piece);
      }
    }
    for (const auto& [file, pieces] : held_) {
      const auto geometry = content_.manifest->geometry(file);
      for (const PieceIndex piece : pieces) progress_->bytes_total += geometry.length(piece);
    }
  }

  Result<CheckFindings> run() {
    for (const auto& [file, pieces] : held_) {
      if (!pieces.empty()) TRY_VOID(check(file, pieces));
    }
    return std::move(findings_);
  }
  [[nodiscard]] const std::vector<content::PartRecord::Entry>& forgotten() const { return forgotten_; }

 private:
  Result<SourceFile> open(std::string_view path) const {
    if (content_.single_file) return SourceFile::open(data_);
    TRY(const auto folder, content::SourceFolder::open(data_));
    TRY(const auto relative, content::RelativePath::parse(path));
    return SourceFile::open_in(folder, relative);
  }

  Result<> check(FileIndex index, const std::set<PieceIndex>& pieces) {
    const auto entry = content_.manifest->entry(index);
    const auto geometry = content_.manifest->geometry(index);
    const auto file = open(entry.path);
    const bool whole = pieces.size() == geometry.piece_count();
    const auto layer = geometry.one_piece() ? std::nullopt : (*layer_of_)(geometry, entry.id);
    std::set<PieceIndex> bad;
    if (file && layer) {
      TRY(bad, bad_pieces(*file, *layer, pieces));
    } else if (whole || !file) {
      const PromisedFile promised{.path = {}, .size = entry.size, .id = entry.id};
      TRY(const bool sound, is_as_promised(file, promised, *progress_));
      if (!sound) bad = pieces;
    } else {
      ++findings_.unproved;
      return {};
    }
    ++findings_.files;
    if (!bad.empty()) findings_.changed.emplace_back(entry.path);
    for (const PieceIndex piece : bad) {
      forgotten_.push_back({content::PartRecord::EntryKind::kForgotten, 0, index.value(), piece.value()});
    }
    return {};
  }

  Result<std::set<PieceIndex>> bad_pieces(const SourceFile& file, const content::PieceLayer& layer,
                                          const std::set<PieceIndex>& pieces) {
    std::set<PieceIndex> bad;
    Bytes scratch(content::kHashScratchBytes);
    for (const PieceIndex piece : pieces) {
      if (progress_->stop) return fail(ErrorCode::kCancelled, "the check was stopped");
      const auto value = content::hash_piece_of(file, layer.geometry(), piece, scratch);
      if (!value && !is_change(value.error().code)) return std::unexpected(value.error());
      if (!value || *value != layer.value(piece)) bad.insert(piece);
      progress_->bytes += layer.geometry().length(piece);
    }
    return bad;
  }

  std::filesystem::path data_;
  PartContent content_;
  const LayerOf* layer_of_;
  CheckProgress* progress_;
  std::map<FileIndex, std::set<PieceIndex>> held_;
  CheckFindings findings_;
  std::vector<content::PartRecord::Entry> forgotten_;
};

}  // namespace

Result<CheckFindings> check_result(const std::filesystem::path& result, const PromisedFiles& promised,
                                   CheckProgress& progress) {
  CheckFindings out;
  for (const PromisedFile& file : promised.files) progress.bytes_total += file.size;
  for (const PromisedFile& file : promised.files) {
    if (progress.stop) return fail(ErrorCode::kCancelled, "the check was stopped");
    const auto path = file.path.empty() ? result : result / file.path;
    TRY(const bool sound, is_as_promised(SourceFile::open(path), file, progress));
    ++out.files;
    if (!sound) out.changed.push_back(file.path.empty() ? result.filename().string() : file.path);
  }
  return out;
}

Result<CheckFindings> check_part(const std::filesystem::path& directory, const content::RelativePath& name,
                                 const std::vector<std::string>& select, const LayerOf& layer_of,
                                 CheckProgress& progress) {
  const auto part = content::PartFolder::part_path(directory, name);
  TRY(auto content, part_content(directory, name, select));
  if (!content) return CheckFindings{};
  content::FileDescriptor file(
      ::open((part / "record").c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return fail_errno(errno, fmt::format("cannot open {}", (part / "record").string()));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::kAlreadyExists, "{} is being written by another covey; wait for it",
                part.string());
  TRY(const auto header, content::PartRecord::read_header(file.get()));
  content::PartRecord::Replay replay;
  TRY(auto record, content::PartRecord::resume(std::move(file), header, content::DiskCalls::real(), replay));
  PartCheck check(part / "data", std::move(*content), layer_of, progress);
  check.take(replay);
  TRY(auto findings, check.run());
  if (!check.forgotten().empty()) {
    TRY_VOID(record.append(check.forgotten()));
    TRY_VOID(record.flush());
  }
  return findings;
}

Result<PromisedFiles> files_found(const std::filesystem::path& result, CheckProgress& progress) {
  PromisedFiles out;
  const auto add = [&](const std::filesystem::path& path, std::string name) -> Result<> {
    TRY(const auto file, SourceFile::open(path));
    progress.bytes_total += file.stamp().size;
    TRY(const auto id, id_of(file, file.stamp().size, progress));
    out.files.push_back({.path = std::move(name), .size = file.stamp().size, .id = id});
    return {};
  };
  std::error_code error;
  if (!std::filesystem::is_directory(result, error)) {
    TRY_VOID(add(result, {}));
    return out;
  }
  auto at = std::filesystem::recursive_directory_iterator(result, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    const auto status = at->symlink_status(error);
    if (error) break;
    if (std::filesystem::is_regular_file(status))
      TRY_VOID(add(at->path(), at->path().lexically_relative(result).string()));
  }
  if (error) return fail_errno(error.value(), fmt::format("cannot read {}", result.string()));
  return out;
}

}  // namespace covey::daemon
