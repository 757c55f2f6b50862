#pragma once
// DownloadBook: the daemon's downloads: started, paused, resumed, cancelled, remembered.
//
// A download that runs is a swarm::Download in a task of its own; every change of state goes to the store
// before it is told to anyone. On the network thread.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "crypto/random.hpp"
#include "daemon/daemon_store.hpp"
#include "daemon/node.hpp"

namespace covey::daemon {

class DownloadBook {
 public:
  using OnChange = std::function<void(const api::TransferView&)>;
  using Save = std::function<io::Awaitable<Result<>>(StoredDownload)>;

  /// `save` makes a download durable; all references outlive the book.
  DownloadBook(Node& node, crypto::Random& random, Save save);
  void on_change(OnChange callback) { on_change_ = std::move(callback); }

  /// A new download, running at once. kMalformed for a bad ticket, kInvalidArgument for a bad folder or glob.
  io::Awaitable<Result<api::TransferView>> start(api::DownloadRequest request);
  /// One of an earlier run of the daemon; goes on if it was running then.
  void restore(StoredDownload download);

  io::Awaitable<Result<api::TransferView>> pause(std::string id);
  io::Awaitable<Result<api::TransferView>> resume(std::string id);
  io::Awaitable<Result<api::TransferView>> cancel(std::string id, api::PartialFiles partial);

  [[nodiscard]] std::vector<api::TransferView> views();
  [[nodiscard]] std::size_t active() const;
  /// Stops what runs, in order, so that it goes on at the next start.
  io::Awaitable<void> stop();

 private:
  struct Entry {
    StoredDownload stored;
    std::unique_ptr<swarm::Download> running;
    api::TransferState wanted_after_stop = api::TransferState::kPaused;
    std::unique_ptr<io::Gate> ended;
  };
  Result<Entry*> find(const std::string& id);
  Result<> launch(Entry& entry);
  io::Awaitable<void> run(Entry& entry);
  io::Awaitable<void> settle(Entry& entry, api::TransferState state, std::optional<Error> error);
  io::Awaitable<void> stop_running(Entry& entry, api::TransferState then);
  [[nodiscard]] api::TransferView refreshed(Entry& entry);
  [[nodiscard]] std::string new_id();

  Node* node_;
  crypto::Random* random_;
  Save save_;
  OnChange on_change_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
  io::TaskGroup tasks_;
  bool shutting_down_ = false;
};

}  // namespace covey::daemon
