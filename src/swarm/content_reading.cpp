#include "swarm/content_reading.hpp"

#include <algorithm>

namespace covey::swarm {
namespace {

/// How far beyond a reader's place is asked for; it lies on the disk, not in memory.
constexpr std::uint64_t kAhead = 4U << 20;

}  // namespace

ContentReading::ContentReading(io::Executor network, io::Offload& offload, const DownloadJob& job,
                               Prefer prefer)
    : offload_(&offload),
      manifest_(job.manifest),
      wanted_(job.wanted),
      numbers_(*job.manifest),
      prefer_(std::move(prefer)),
      part_(job.folder),
      reads_(std::make_shared<content::PartReading>(job.folder)),
      changed_(std::move(network)) {}

std::vector<ContentReading::File> ContentReading::files() const {
  std::vector<File> out;
  for (std::uint32_t i = 0; i < manifest_->entry_count(); ++i) {
    const content::FileIndex index(i);
    if (!manifest_->is_file(index) || !wanted_.contains(index)) continue;
    out.push_back({.index = index,
                   .path = std::string(manifest_->path(index)),
                   .size = manifest_->geometry(index).size()});
  }
  return out;
}

io::Awaitable<Result<Bytes>> ContentReading::read(content::FileIndex file, std::uint64_t offset,
                                                  std::size_t at_most, std::chrono::milliseconds patience) {
  const bool known = file.value() < manifest_->entry_count() && manifest_->is_file(file) &&
                     wanted_.contains(file) && offset < manifest_->geometry(file).size();
  if (!known || at_most == 0) co_return fail(ErrorCode::kInvalidArgument, "no such place to read from");
  const auto geometry = manifest_->geometry(file);
  const content::PieceRef piece{
      .file = file, .piece = content::PieceIndex(static_cast<std::uint32_t>(offset / geometry.piece_size()))};
  const auto there = co_await wait_for(piece, patience);
  if (!there && there.error().code == ErrorCode::kTimedOut) co_return Bytes();
  if (!there) co_return std::unexpected(there.error());
  ask_for(piece);
  const std::size_t begin = offset - geometry.offset(piece.piece);
  auto work = [reads = reads_, piece, begin, at_most,
               length = geometry.length(piece.piece)]() -> Result<Bytes> {
    Bytes bytes(length);
    TRY_VOID(reads->read(piece.file, piece.piece, bytes));
    const std::size_t end = begin + std::min(at_most, length - begin);
    if (begin == 0 && end == length) return bytes;
    return Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                 bytes.begin() + static_cast<std::ptrdiff_t>(end));
  };
  auto bytes = co_await offload_->run(std::move(work));
  if (!bytes && part_ == nullptr) co_return fail(ErrorCode::kConnectionLost, "the download has ended");
  co_return bytes;
}

io::Awaitable<Result<>> ContentReading::wait_for(content::PieceRef piece,
                                                 std::chrono::milliseconds patience) {
  if (has(piece)) co_return Result<>{};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto place = waiting_.insert(waiting_.begin(), piece);
  Result<> outcome;
  while (outcome && part_ != nullptr && !has(piece)) {
    if (waiting_.front() == piece) ask_for(piece);
    outcome = co_await changed_.wait_for(deadline - std::chrono::steady_clock::now());
  }
  waiting_.erase(place);
  if (part_ == nullptr) co_return fail(ErrorCode::kConnectionLost, "the download has ended");
  if (has(piece)) co_return Result<>{};
  co_return outcome;
}

/// What is missing from this piece on, as far as is looked ahead.
void ContentReading::ask_for(const content::PieceRef& piece) {
  if (!prefer_) return;
  const auto geometry = manifest_->geometry(piece.file);
  const std::uint64_t ahead = std::max<std::uint64_t>(1, kAhead / geometry.piece_size());
  const auto end = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(geometry.piece_count(), piece.piece.value() + 1 + ahead));
  std::uint32_t next = piece.piece.value();
  while (next < end && has({.file = piece.file, .piece = content::PieceIndex(next)})) ++next;
  if (next == end) return;
  prefer_(numbers_.first(piece.file) + next, end - next);
}

void ContentReading::arrived() {
  // Readers at different places take turns; each would drive the others off otherwise.
  if (waiting_.size() > 1) waiting_.splice(waiting_.end(), waiting_, waiting_.begin());
  changed_.open_all();
}

void ContentReading::completed() {
  prefer_ = nullptr;
  changed_.open_all();
}

io::Awaitable<void> ContentReading::end() {
  prefer_ = nullptr;
  part_.reset();
  changed_.open_all();
  auto close = [reads = reads_] { reads->close(); };
  co_await offload_->run(std::move(close));
}

}  // namespace covey::swarm
