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
#include "daemon/network_book.hpp"
#include "daemon/store_thread.hpp"

namespace covey::daemon {

class DownloadBook {
 public:
  using OnChange = std::function<void(const api::TransferView&)>;

  /// All references outlive the book.
  DownloadBook(Node& node, NetworkBook& networks, StoreThread& store, crypto::Random& random);
  void on_change(OnChange callback) { on_change_ = std::move(callback); }

  /// A new download, running at once. kInvalidArgument for a bad ticket, folder or glob; kNotFound for a
  /// share that no network knows.
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
  struct Source {
    access::ShareReference share;
    std::string title;  // until the share says its own
  };
  /// What the request names, looked up where it is no ticket; writes down what was found.
  io::Awaitable<Result<Source>> source_of(api::DownloadRequest& request);
  Result<access::ShareReference> reference_of(const api::DownloadRequest& request) const;
  io::Awaitable<Result<>> save(const Entry& entry);
  Result<Entry*> find(const std::string& id);
  Result<> launch(Entry& entry);
  io::Awaitable<void> run(Entry& entry);
  io::Awaitable<void> settle(Entry& entry, api::TransferState state, std::optional<Error> error);
  io::Awaitable<void> stop_running(Entry& entry, api::TransferState then);
  [[nodiscard]] api::TransferView refreshed(Entry& entry);
  [[nodiscard]] std::string new_id();

  Node* node_;
  NetworkBook* networks_;
  StoreThread* store_;
  crypto::Random* random_;
  OnChange on_change_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
  io::TaskGroup tasks_;
  bool shutting_down_ = false;
};

}  // namespace covey::daemon
