#pragma once
// Views: what the API tells about shares and transfers, and the requests it takes; the vocabulary that the
// node, the command line and the web UI have in common. Their JSON form is docs/spec/api.yaml. Plain values;
// any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace covey::api {

/// Times are milliseconds since the Unix epoch, sizes bytes, rates bytes a second.
using UnixMs = std::int64_t;

struct StatusView {
  std::string peer_id;
  std::string version;
  std::vector<std::string> listening;  // "192.0.2.7:7440", "[2001:db8::1]:7440"
  UnixMs started_at = 0;
  std::uint64_t shares = 0;
  std::uint64_t active_transfers = 0;
  double download_rate = 0;
  double upload_rate = 0;
  std::string home;
};

enum class ShareKind : std::uint8_t { kFile, kFolder };
enum class ShareState : std::uint8_t { kHashing, kReady, kBroken };

struct ShareView {
  std::string id;  // share id, base32
  std::string title;
  ShareKind kind = ShareKind::kFile;
  std::string path;  // where it lies on this machine
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::string content_id;  // hexadecimal, as b3sum prints it; of the manifest for a folder
  ShareState state = ShareState::kHashing;
  std::uint64_t hashed_bytes = 0;
  std::vector<std::string> notices;  // what was left out and why (symlinks, sockets)
  std::string problem;               // for kBroken: what is wrong and what to do
  UnixMs created_at = 0;
  std::optional<UnixMs> expires_at;
};

struct TicketView {
  std::string ticket;  // covey:…
  std::string share_id;
  std::optional<UnixMs> expires_at;
  std::optional<std::uint64_t> uses_left;
};

enum class Direction : std::uint8_t { kDownload, kUpload };
/// The states of product.md, in the order a transfer passes them.
enum class TransferState : std::uint8_t {
  kQueued,
  kWaitingApproval,
  kConnecting,
  kRunning,
  kPaused,
  kVerifying,
  kComplete,
  kFailed,
  kCancelled
};

struct TransferPeerView {
  std::string peer_id;
  std::string address;
  double rate = 0;
  std::uint64_t bytes = 0;
};

struct TransferView {
  std::string id;  // short, unique on this machine: "t7k2"
  Direction direction = Direction::kDownload;
  TransferState state = TransferState::kQueued;
  std::string title;
  std::string share_id;
  std::string destination;          // full path of the result; empty for uploads
  std::uint64_t bytes_total = 0;    // 0 until known
  std::uint64_t bytes_done = 0;     // verified and written (downloads), sent (uploads)
  std::uint64_t bytes_resumed = 0;  // part of bytes_done that an earlier run had already verified
  std::uint64_t pieces_total = 0;
  std::uint64_t pieces_done = 0;
  std::uint64_t files_total = 0;
  std::uint64_t files_done = 0;
  double rate = 0;  // smoothed
  std::optional<std::uint64_t> eta_seconds;
  std::vector<TransferPeerView> peers;
  std::string
      waiting_for;  // "the sender at 192.0.2.7:7440 to come back; next try in 4s"; empty when not waiting
  std::optional<Error> error;  // for kFailed
  UnixMs created_at = 0;
  std::optional<UnixMs> finished_at;
};

struct ShareRequest {
  std::string path;   // absolute
  std::string title;  // empty: the file's name
  std::optional<std::uint64_t> expires_in_seconds;
  bool verify = false;  // fetch it back from oneself before calling it ready
};

struct TicketRequest {
  std::string share_id;  // or an unambiguous beginning of it, or its title
  std::optional<std::uint64_t> expires_in_seconds;
  std::optional<std::uint64_t> uses;
};

/// What to do when the destination name is taken.
enum class OnExisting : std::uint8_t { kRefuse, kOverwrite, kRename };

struct DownloadRequest {
  std::string ticket;
  std::string directory;            // absolute; the result appears in it under its title
  std::vector<std::string> select;  // globs over the paths inside a folder; empty: everything
  OnExisting on_existing = OnExisting::kRefuse;
};

enum class PartialFiles : std::uint8_t { kKeep, kDelete };

/// One line of the event stream: what changed, whole. Exactly one member is set.
struct Event {
  std::optional<TransferView> transfer;
  std::optional<ShareView> share;
  std::optional<std::string> removed_share;
};

}  // namespace covey::api
