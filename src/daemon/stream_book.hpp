#pragma once
// StreamBook: the files that players on this machine may read: which token stands for which file of which
// download, and where its bytes are at the moment.
//
// A token is 128 random bits, bound to one file of one transfer, and forgotten with the transfer or the
// daemon. The port is opened when the first is given out. Bytes come from the running download, verified; of
// a complete one from its result. On the network thread; close() is awaited before destruction.

#include <map>
#include <memory>
#include <string>

#include "api/stream_server.hpp"
#include "crypto/random.hpp"
#include "daemon/download_book.hpp"
#include "daemon/stream_choice.hpp"

namespace covey::daemon {

class StreamBook final : public api::StreamHost {
 public:
  /// All references outlive the book.
  StreamBook(io::Executor network, DownloadBook& downloads, io::Offload& offload, crypto::Random& random);
  ~StreamBook() override;

  /// The address of a file; the same as before if it was asked for before. Waits a while for a download whose
  /// list of files is not known yet. As api::Service::stream; also kTimedOut, kLimitExceeded, kIo.
  io::Awaitable<Result<api::StreamView>> open(std::string transfer, std::string file);
  void forget(const std::string& transfer);
  io::Awaitable<void> close();

  [[nodiscard]] std::optional<api::StreamedFile> find_stream(std::string_view token) const override;

 private:
  class TransferFile;
  struct Stream {
    std::string token;
    std::string transfer;
    PlayableFile file;
    std::shared_ptr<TransferFile> bytes;
  };
  io::Awaitable<Result<std::vector<PlayableFile>>> files_of(std::string transfer);
  Result<> listen();
  Result<const Stream*> stream_of(const std::string& transfer, const PlayableFile& file);
  [[nodiscard]] api::StreamView view(const Stream& stream) const;

  io::Executor network_;
  DownloadBook* downloads_;
  io::Offload* offload_;
  crypto::Random* random_;
  std::unique_ptr<api::StreamServer> server_;
  std::vector<Stream> streams_;
  bool closing_ = false;
};

}  // namespace covey::daemon
