#pragma once
// ServedShare: everything a peer needs to serve a share, its own or what it fetched of another's; fixed once
// it is served.
//
// Link threads read it without locks; `withdrawn` is the one thing that changes: set once, on the network
// thread, when the share is closed, and heeded before each piece.

#include <atomic>
#include <memory>
#include <optional>

#include "access/revocation_list.hpp"
#include "access/share_description.hpp"
#include "content/piece_numbers.hpp"
#include "io/coroutine.hpp"
#include "swarm/admission_terms.hpp"
#include "swarm/limits.hpp"
#include "swarm/piece_origin.hpp"
#include "swarm/sent_pieces.hpp"

namespace covey::swarm {

struct ServedShare {
  std::string name;
  bool single_file = false;
  std::shared_ptr<const content::Manifest> manifest;  // of one file for a file share
  Bytes manifest_bytes;                               // what peers fetch first; empty for a file share
  Layer manifest_layer;                               // null for a file share
  std::unique_ptr<const PieceOrigin> origin;
  std::atomic<bool> withdrawn{false};

  /// The file's id, or the manifest's.
  [[nodiscard]] content::ContentId root() const {
    return single_file ? manifest->entry(content::FileIndex(0)).id : manifest->id();
  }
};

/// A peer asks to open a share over an authenticated link.
struct OpenRequest {
  access::ShareId share;
  identity::PeerId peer;
  std::optional<access::TicketProof> proof;  // of a ticket's secret; or
  Bytes membership;                          // unchecked
  std::optional<access::SignedGrant> grant;  // unchecked
  std::array<Byte, 32> exporter{};           // of the link
};

/// A peer's use of a share, as the node counts and shows it. Called on the network thread.
class UploadObserver {
 public:
  virtual ~UploadObserver() = default;
  /// What has been handed to the connection since the last call.
  virtual void on_sent(const SentPieces& sent) = 0;
  /// The peer says that it has everything it wanted, verified.
  virtual void on_finished() = 0;
};

struct Admission {
  std::shared_ptr<const ServedShare> share;
  access::SignedShareDescription description;
  std::shared_ptr<UploadObserver> observer;  // its end of life tells that the peer is gone
  std::optional<content::PieceSet> held;     // what there is of it here; nothing: everything
  bool served_on = false;                    // whether others than the owner may serve it
  Rate limit_up;                             // over all who fetch it
  /// How long and how much.
  std::shared_ptr<AdmissionTerms> terms = std::make_shared<AdmissionTerms>();
  std::optional<access::SignedGrant> grant;  // for the receiver, to show elsewhere; by the owner alone
  std::optional<access::SignedRevocationList> revocations;
};

/// Who decides about strangers' wishes: the node. Called on the network thread.
class ShareSource {
 public:
  virtual ~ShareSource() = default;
  /// Before admit(), where something of the share may have to be read from the disk first. What becomes of it
  /// is admit()'s to say.
  virtual io::Awaitable<void> wake(OpenRequest /*request*/) { co_return; }
  /// kNotFound for an unknown share, a wrong proof and one that the peer may not see, alike; kExpired,
  /// kRefused with the reason.
  virtual Result<Admission> admit(const OpenRequest& request, const std::string& remote_address) = 0;
};

}  // namespace covey::swarm
