#include "daemon/stream_book.hpp"

#include <algorithm>

#include "api/media_type.hpp"
#include "base/encoding.hpp"
#include "daemon/finished_file.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxStreams = 1024;
/// How long one read waits for its bytes; whoever wants them looks around and asks again.
constexpr auto kReadPatience = 1000ms;
/// A download that is between two runs is looked at again after this.
constexpr auto kLookAgain = 100ms;
/// For a download that has just begun to know its files.
constexpr auto kOpenPatience = 20s;

struct TokenTag;

bool is_same(std::string_view one, std::string_view other) {
  return one.size() == other.size() && crypto::constant_time_equal(as_bytes(one), as_bytes(other));
}

}  // namespace

/// The bytes of one file wherever they are: in a run of its download, in the next one, in the result.
class StreamBook::TransferFile final : public api::StreamedBytes {
 public:
  TransferFile(DownloadBook& downloads, io::Offload& offload, std::string transfer, PlayableFile file)
      : downloads_(&downloads), offload_(&offload), transfer_(std::move(transfer)), file_(std::move(file)) {}

  io::Awaitable<Result<Bytes>> read(std::uint64_t offset, std::size_t at_most) override {
    // Players have several connections, and another may change the place meanwhile.
    CO_TRY_VOID(co_await find_place());
    const auto running = running_;
    const auto finished = finished_;
    if (running) {
      auto bytes = co_await running->read(index_, offset, at_most, kReadPatience);
      const bool ended = !bytes && bytes.error().code != ErrorCode::kCancelled;
      if (!ended) co_return bytes;
      if (running_ == running) running_.reset();  // it is in the next run, or moved
    } else if (finished) {
      auto work = [finished, offset, at_most] { return finished->read(offset, at_most); };
      auto bytes = co_await offload_->run(std::move(work));
      if (!bytes) finished_.reset();
      co_return bytes;
    }
    CO_TRY_VOID(co_await io::sleep_for(kLookAgain));
    co_return Bytes();
  }
  void forget() {
    forgotten_ = true;
    running_.reset();
    finished_.reset();
  }

 private:
  io::Awaitable<Result<>> find_place() {
    if (forgotten_) co_return fail(ErrorCode::kNotFound, "download {} was removed", transfer_);
    if (running_ || finished_) co_return Result<>{};
    CO_TRY(const auto readable, downloads_->readable(transfer_));
    if (readable.running) {
      for (const auto& file : readable.running->files()) {
        if (file.path != file_.path || file.size != file_.size) continue;
        index_ = file.index;
        running_ = readable.running;
      }
      if (!running_) co_return fail(ErrorCode::kNotFound, "{} is not fetched any more", file_.path);
    } else if (!readable.result.empty()) {
      auto work = [result = readable.result, file = file_] { return FinishedFile::open(result, file); };
      CO_TRY(auto finished, co_await offload_->run(std::move(work)));
      if (!forgotten_) finished_ = std::move(finished);
    }
    co_return Result<>{};
  }

  DownloadBook* downloads_;
  io::Offload* offload_;
  std::string transfer_;
  PlayableFile file_;
  content::FileIndex index_;
  std::shared_ptr<swarm::ContentReading> running_;
  std::shared_ptr<const FinishedFile> finished_;
  bool forgotten_ = false;
};

StreamBook::StreamBook(io::Executor network, DownloadBook& downloads, io::Offload& offload,
                       crypto::Random& random)
    : network_(std::move(network)), downloads_(&downloads), offload_(&offload), random_(&random) {}

StreamBook::~StreamBook() = default;

io::Awaitable<Result<api::StreamView>> StreamBook::open(std::string transfer, std::string file) {
  CO_TRY(const auto files, co_await files_of(transfer));
  CO_TRY(const auto chosen, choose_file(files, file));
  CO_TRY_VOID(downloads_->readable(transfer));  // it may have been removed meanwhile
  CO_TRY_VOID(listen());
  CO_TRY(const Stream* const stream, stream_of(transfer, files[chosen]));
  co_return view(*stream);
}

io::Awaitable<Result<std::vector<PlayableFile>>> StreamBook::files_of(std::string transfer) {
  const auto deadline = std::chrono::steady_clock::now() + kOpenPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    CO_TRY(const auto readable, downloads_->readable(transfer));
    if (readable.running) {
      std::vector<PlayableFile> out;
      for (auto& file : readable.running->files()) out.push_back({.path = file.path, .size = file.size});
      co_return out;
    }
    if (!readable.result.empty()) {
      auto work = [result = readable.result] { return finished_files(result); };
      co_return co_await offload_->run(std::move(work));
    }
    CO_TRY_VOID(co_await io::sleep_for(kLookAgain));
  }
  co_return fail(ErrorCode::kTimedOut,
                 "download {0} does not know its files yet: 'covey explain {0}' says what holds it up",
                 transfer);
}

Result<> StreamBook::listen() {
  if (closing_) return fail(ErrorCode::kUnreachable, "the daemon is shutting down");
  if (server_) return {};
  const auto* const executor = network_.target<asio::io_context::executor_type>();
  if (executor == nullptr) return fail(ErrorCode::kInternal, "the network thread runs no io_context");
  TRY(server_, api::StreamServer::listen(executor->context(), *this));
  return {};
}

Result<const StreamBook::Stream*> StreamBook::stream_of(const std::string& transfer,
                                                        const PlayableFile& file) {
  for (const Stream& stream : streams_) {
    if (stream.transfer == transfer && stream.file.path == file.path && stream.file.size == file.size)
      return &stream;
  }
  if (streams_.size() == kMaxStreams)
    return fail(ErrorCode::kLimitExceeded,
                "{} files are open to players; 'covey remove' of a transfer closes its own", kMaxStreams);
  const auto token = random_->fixed<FixedBytes<TokenTag, 16>>();
  streams_.push_back({.token = to_base32(token.view()),
                      .transfer = transfer,
                      .file = file,
                      .bytes = std::make_shared<TransferFile>(*downloads_, *offload_, transfer, file)});
  return &streams_.back();
}

api::StreamView StreamBook::view(const Stream& stream) const {
  const std::string& path = stream.file.path;
  return {.url = server_->url(stream.token, path.substr(path.rfind('/') + 1)),
          .file = path,
          .bytes = stream.file.size,
          .media_type = std::string(api::media_type_of(path))};
}

void StreamBook::forget(const std::string& transfer) {
  for (const Stream& stream : streams_) {
    if (stream.transfer == transfer) stream.bytes->forget();
  }
  std::erase_if(streams_, [&](const Stream& stream) { return stream.transfer == transfer; });
}

io::Awaitable<void> StreamBook::close() {
  closing_ = true;
  if (server_) co_await server_->close();
  streams_.clear();
}

std::optional<api::StreamedFile> StreamBook::find_stream(std::string_view token) const {
  std::optional<api::StreamedFile> out;
  // All are compared, so that the time says nothing of which came near.
  for (const Stream& stream : streams_) {
    if (!is_same(stream.token, token)) continue;
    const std::string& path = stream.file.path;
    out = {.name = path.substr(path.rfind('/') + 1), .size = stream.file.size, .bytes = stream.bytes};
  }
  return out;
}

}  // namespace covey::daemon
