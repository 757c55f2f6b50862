#pragma once
// UploadBook: who fetches what from this peer. All connections of one peer for one share are one upload.
// On the network thread; the observers it hands out report there and may outlive it.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/views.hpp"
#include "base/clock.hpp"
#include "identity/peer_id.hpp"
#include "swarm/served_share.hpp"
#include "swarm/speed_meter.hpp"

namespace covey::daemon {

/// What an upload was when it ended.
struct Served {
  identity::PeerId peer;
  std::string address;
  std::string share;
  std::uint64_t bytes = 0;
};

class UploadBook {
 public:
  explicit UploadBook(const Clock& clock) : clock_(&clock) {}

  /// A peer has opened a share over one connection; the upload lasts while any of its observers lives.
  std::shared_ptr<swarm::UploadObserver> open(const api::ShareView& share, const identity::PeerId& peer,
                                              const std::string& address);
  /// Running ones first come first, then the last hundred that ended.
  [[nodiscard]] std::vector<api::TransferView> views();
  [[nodiscard]] std::size_t active() const;
  /// Called when an upload has begun, was finished or has ended.
  void on_change(std::function<void(const api::TransferView&)> callback) { on_change_ = std::move(callback); }
  /// Called when one has ended that sent something.
  void on_served(std::function<void(const Served&)> callback) { on_served_ = std::move(callback); }

 private:
  struct Upload;
  class Session;
  [[nodiscard]] api::TransferView view_of(Upload& upload) const;
  void changed(Upload& upload);
  void session_ended(const std::shared_ptr<Upload>& upload);

  const Clock* clock_;
  std::function<void(const api::TransferView&)> on_change_;
  std::function<void(const Served&)> on_served_;
  std::deque<std::shared_ptr<Upload>> uploads_;
  std::uint64_t next_number_ = 1;
  std::shared_ptr<UploadBook*> alive_ =
      std::make_shared<UploadBook*>(this);  // sessions see through it if we are here
};

}  // namespace covey::daemon
