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
  std::optional<std::string> ui;  // where the web UI is served
};

enum class ShareKind : std::uint8_t { kFile, kFolder };
enum class ShareState : std::uint8_t { kHashing, kReady, kBroken };
/// Who can find a share.
enum class Visibility : std::uint8_t { kNetwork, kListed, kUnlisted };
/// Who may fetch it without a ticket.
enum class Access : std::uint8_t { kAsk, kListed, kOpen };

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
  Visibility visibility = Visibility::kUnlisted;
  Access access = Access::kAsk;
  std::vector<std::string> named;  // peer ids of those that `listed` means
  std::vector<std::string> tags;
  bool reveals_names = false;  // whether the search knows its file names
};

struct TicketView {
  std::string ticket;  // covey:…
  std::string id;      // names it without giving it away
  std::string share_id;
  std::optional<UnixMs> expires_at;
  std::optional<std::uint64_t> uses_left;
};

/// A ticket as its owner sees it later.
struct IssuedTicketView {
  std::string id;
  std::string share_id;
  std::string title;   // of the share
  std::string ticket;  // covey:…, with today's addresses
  std::optional<UnixMs> expires_at;
  std::optional<std::uint64_t> uses_left;
  std::uint64_t holders = 0;  // peers that have used it
  bool revoked = false;
};

/// Who may find a share and fetch it, to be changed as a whole.
struct ShareRulesRequest {
  Visibility visibility = Visibility::kUnlisted;
  Access access = Access::kAsk;
  std::vector<std::string> named;  // names or peer ids of those that `listed` means
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
  kCancelled,
  kMoving
};

/// Which downloads start first.
enum class Priority : std::uint8_t { kHigh, kNormal, kLow };
enum class PieceOrder : std::uint8_t { kRarestFirst, kSequential };

/// What may be changed of a download at any time. A limit that is not there: none.
struct TransferSettings {
  Priority priority = Priority::kNormal;
  PieceOrder piece_order = PieceOrder::kRarestFirst;
  std::optional<std::uint64_t> limit_down;
  std::optional<std::uint64_t> limit_up;
  bool seed = true;  // go on serving it to others once it is complete
  bool operator==(const TransferSettings&) const = default;
};

/// What reading a download's files again has shown.
struct CheckView {
  UnixMs at = 0;
  std::uint64_t files = 0;           // that were read
  std::vector<std::string> changed;  // those that are not, or no longer, what was promised; the first ones
  std::uint64_t changed_total = 0;
  std::uint64_t unproved = 0;  // files that cannot be checked before they are whole
  std::string advice;          // for a person: what was found and what to do
};

/// Whether a complete download is served on to others: it is; not, by the settings; not now; not any more.
enum class SeedState : std::uint8_t { kServing, kOff, kWaiting, kEnded };

struct SeedView {
  SeedState state = SeedState::kServing;
  std::optional<UnixMs> until;  // by the owner's word, which is renewed while the owner can be reached
  std::string reason;           // for kWaiting and kEnded: why, and what to do
};

/// Who was sent something of a share of one's own.
struct HolderView {
  std::string peer_id;
  std::string peer_name;    // empty when none is known
  std::uint64_t bytes = 0;  // in all
  bool complete = false;    // every piece of it went out to it, or it says that it has them all
  UnixMs last_at = 0;
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
  TransferSettings settings;                    // of a download
  std::optional<std::uint64_t> queue_position;  // from 1, while it waits for its turn
  std::optional<CheckView> check;               // of the last time it was read again
  std::optional<SeedView> seed;                 // of a complete one whose owner lets others serve it
};

/// Who spoke of a source of a download.
enum class FoundBy : std::uint8_t { kOwner, kTracker, kExchange };

/// A source of a download, looked at closely.
struct SourceView {
  std::string peer_id;
  std::string address;  // empty once it is gone
  FoundBy found_by = FoundBy::kOwner;
  std::uint64_t connections = 0;
  std::optional<double> round_trip_ms;
  double rate = 0;
  std::uint64_t bytes = 0;  // that it has brought
  double holds = 0;         // of the content, 0 to 1
  bool useful = false;      // it holds something that is missing here
  double held_back = 0;     // of its time, by its own limits and its own word, 0 to 1
};

struct BlockedPeerView {
  std::string peer_id;
  std::string reason;
};

/// What keeps a transfer from being faster.
enum class Bottleneck : std::uint8_t { kNone, kWaiting, kOwnLimit, kPeerLimit, kNetwork, kDisk, kProcessor };

/// A transfer looked at closely: where its bytes come from, and what holds it up.
struct ExplanationView {
  TransferView transfer;
  std::vector<SourceView> sources;
  std::vector<BlockedPeerView> blocked;  // that are not asked again, because they lied
  std::uint64_t waiting_peers = 0;       // known and not connected
  std::uint64_t availability = 0;        // sources of the rarest missing piece
  std::uint64_t bytes_wasted = 0;        // came and were of no use
  Bottleneck bottleneck = Bottleneck::kNone;
  std::string reason;  // the same in words, with what can be done
};

/// Pieces of a download that follow one another.
struct PieceCellView {
  std::uint64_t done = 0;     // percent of them that are here and verified; 0: none, 100: all
  std::uint64_t sources = 0;  // connected, of the rarest one that is missing; of the rarest when none is
};

/// Which pieces of a download are here, in the order of the content.
struct PieceMapView {
  std::uint64_t pieces_total = 0;
  std::uint64_t pieces_done = 0;
  std::vector<PieceCellView> cells;  // of the same size but for one piece; none while that is not known
};
inline constexpr std::uint64_t kMaxPieceCells = 4096;
inline constexpr std::uint64_t kUsualPieceCells = 512;

struct ShareRequest {
  std::string path;   // absolute
  std::string title;  // empty: the file's name
  std::optional<std::uint64_t> expires_in_seconds;
  bool verify = false;  // fetch it back from oneself before calling it ready
  /// Nothing: `network` for a member of a network, `unlisted` otherwise.
  std::optional<Visibility> visibility;
  Access access = Access::kAsk;
  std::vector<std::string> named;  // names or peer ids of those that `listed` means
  std::vector<std::string> tags;
  bool reveal_names = false;  // let the search know its file names
};

struct TicketRequest {
  std::string share_id;  // or an unambiguous beginning of it, or its title
  std::optional<std::uint64_t> expires_in_seconds;
  std::optional<std::uint64_t> uses;
};

/// What to do when the destination name is taken.
enum class OnExisting : std::uint8_t { kRefuse, kOverwrite, kRename };

struct DownloadRequest {
  std::string ticket;     // either this,
  std::string share;      // or a share of a network: its id, or its title among what was searched last
  std::string owner;      // peer id of the share's owner, once it is known
  std::string directory;  // absolute; the result appears in it under its title
  std::vector<std::string> select;  // globs over the paths inside a folder; empty: everything
  std::string reason;               // told to an owner that has to approve it
  OnExisting on_existing = OnExisting::kRefuse;
  TransferSettings settings;
};

enum class PartialFiles : std::uint8_t { kKeep, kDelete };

/// What of a download goes with it when it is taken off the list: nothing; what has arrived of one that is
/// not complete; also the files of one that is.
enum class RemovedFiles : std::uint8_t { kNone, kPartial, kAll };

/// How fast this peer moves bytes. Rates are bytes a second; one that is not there: as fast as it goes.
struct LimitSettings {
  std::optional<std::uint64_t> down;
  std::optional<std::uint64_t> up;
  std::optional<std::uint64_t> per_peer_down;
  std::optional<std::uint64_t> per_peer_up;
  std::uint64_t upload_slots = 32;
  std::uint64_t active_downloads = 5;
  std::vector<std::string> schedule;  // "08:00-18:00=2M", in local time; the first that fits holds
};

struct LimitsView {
  LimitSettings settings;
  // What holds at this moment: the settings' own, or the schedule's.
  std::optional<std::uint64_t> down_now;
  std::optional<std::uint64_t> up_now;
  bool scheduled_now = false;
};

/// Where a player on this machine finds a file of a download.
struct StreamView {
  std::string url;   // its holder may read the file
  std::string file;  // below the share's folder; the name of a file that is shared alone
  std::uint64_t bytes = 0;
  std::string media_type;  // by its name
};

enum class NetworkState : std::uint8_t { kConnecting, kOnline, kAway, kWaiting, kBanned };

/// A network that this peer has joined.
struct NetworkView {
  std::string network;  // its key, base32
  std::string name;     // this peer's name in it
  NetworkState state = NetworkState::kConnecting;
  std::string problem;  // for kAway: what is wrong, and when it is tried again
  std::vector<std::string> trackers;
  std::string link;  // covey-network:…
  std::uint64_t announced_shares = 0;
  std::optional<UnixMs> member_until;  // when the membership ends unless it is renewed
  UnixMs joined_at = 0;
};

struct JoinRequest {
  std::string link;
  std::string name;    // empty: the one by which new networks shall know this peer
  std::string invite;  // empty: none
};

struct SearchRequest {
  std::string words;  // empty: every share
  std::string owner;  // name or peer id; empty: anybody's
  std::string after;  // `next` of the page before
  std::uint64_t limit = 50;
};

/// A share of another peer, as its owner signed it.
struct FoundShareView {
  std::string share_id;
  std::string title;
  ShareKind kind = ShareKind::kFile;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::string content_id;
  std::vector<std::string> tags;
  Visibility visibility = Visibility::kNetwork;
  Access access = Access::kAsk;
  std::string owner;       // peer id
  std::string owner_name;  // empty where the tracker's word contradicts what was known
  bool owner_online = false;
  std::string network;
  UnixMs created_at = 0;
  std::optional<UnixMs> expires_at;
};

struct SearchView {
  std::vector<FoundShareView> shares;
  std::string next;  // empty: no more
  std::uint64_t total = 0;
  bool total_is_exact = true;
};

/// A peer that is online in a network.
struct PeerView {
  std::string peer_id;
  std::string name;
  std::string network;
  std::vector<std::string> addresses;
};

/// Something that people should look at.
struct AlertView {
  std::uint64_t id = 0;
  UnixMs at = 0;
  std::string kind;     // "ticket_guessing"
  std::string text;     // what was seen, what was done by itself, what to do
  std::string peer_id;  // whom it is about; may be empty
  std::string address;  // or where it came from, where no single peer is meant
  bool undone = false;  // a person has taken back what was done by itself
};

enum class RequestDirection : std::uint8_t { kIncoming, kOutgoing };
enum class RequestState : std::uint8_t { kWaiting, kApproved, kDenied, kWithdrawn, kExpired };

/// Somebody asks an owner for a share: others this peer, or this peer others.
struct RequestView {
  std::string id;
  RequestDirection direction = RequestDirection::kIncoming;
  RequestState state = RequestState::kWaiting;
  std::string peer_id;                    // the other side
  std::string peer_name;                  // empty when none is known
  std::vector<std::string> safety_words;  // of the other side, to be compared aloud
  std::optional<UnixMs> first_seen;       // when this peer first met it
  std::string share_id;
  std::string title;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::string reason;
  std::vector<std::string> select;  // what is wanted of it; empty: everything
  UnixMs created_at = 0;
  UnixMs expires_at = 0;
  std::optional<UnixMs> answered_at;
  std::string answer;  // the reason of a denial
  std::optional<UnixMs> ask_again_at;
  std::string transfer_id;  // the download that waits for it
  bool delivered = false;   // an outgoing one: its owner's peer has it
};

struct ApprovalRequest {
  std::optional<std::uint64_t> for_seconds;  // nothing: until it is taken back
  std::optional<std::uint64_t> bytes;        // of content, in all
  bool always = false;  // this peer's later requests for this share are approved by themselves
};

/// The owner's yes to a peer for a share.
struct GrantView {
  std::string id;
  std::string share_id;
  std::string title;
  std::string peer_id;
  std::string peer_name;
  UnixMs given_at = 0;
  std::optional<UnixMs> until;
  std::optional<std::uint64_t> byte_limit;
  std::uint64_t bytes_used = 0;
  std::optional<UnixMs> revoked_at;
  bool holds = false;
};

/// What this peer knows and thinks of another one.
struct PersonView {
  std::string peer_id;
  std::string name;
  std::vector<std::string> safety_words;
  std::optional<UnixMs> first_seen;
  std::optional<UnixMs> last_seen;
  bool blocked = false;
  std::optional<UnixMs> blocked_until;  // nothing: until it is unblocked
  std::string block_reason;
  bool blocked_by_itself = false;           // by a detector, not by a person
  bool trusted = false;                     // for every share
  std::vector<std::string> trusted_shares;  // ids; whose requests are approved by themselves
};

struct BlockRequest {
  std::optional<std::uint64_t> for_seconds;
  std::string reason;
};

struct TrustRequest {
  std::vector<std::string> shares;  // ids or titles; empty: all
};

/// One line of the audit log.
struct AuditLineView {
  std::uint64_t number = 0;
  UnixMs at = 0;
  std::string action;
  std::string outcome;  // "allowed", "refused" or "noted"
  std::string code;
  std::string right;
  std::string peer_id;
  std::string peer_name;
  std::string address;
  std::string share_id;
  std::string title;
  std::string subject;
  std::uint64_t bytes = 0;
  std::string note;
};

struct AuditQuery {
  std::optional<UnixMs> since;
  std::optional<UnixMs> until;
  std::string peer;   // name or peer id
  std::string share;  // id or title
  std::string action;
  std::string outcome;
  std::string code;
  std::optional<std::uint64_t> before;  // lines with a smaller number: the next page
  std::uint64_t limit = 100;
};

struct AuditPageView {
  std::vector<AuditLineView> lines;  // newest first
  bool more = false;
};

/// What reading the whole log again has shown.
struct AuditCheckView {
  bool intact = false;
  std::uint64_t lines = 0;
  std::uint64_t files = 0;
  std::string problem;  // where the first broken place is, and what is wrong there
};

struct AuditExportRequest {
  std::string path;  // absolute; must not exist
  std::string form;  // "jsonl" or "csv"
  AuditQuery query;
};

/// From this peer's side.
enum class ChatDirection : std::uint8_t { kIn, kOut };
/// How a message of this peer's fares: it waits here, lies in a mailbox, has arrived, or will not.
enum class ChatState : std::uint8_t { kWaiting, kInMailbox, kDelivered, kFailed };

/// A share that came with a message; what is said of it is its sender's word.
struct ChatAttachmentView {
  std::string title;
  ShareKind kind = ShareKind::kFile;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::string ticket;    // lets in the receiver of the message alone
  std::string share_id;  // as its transfers have it; of one's own share for what was sent
};

struct ChatMessageView {
  std::string id;
  std::string peer_id;  // the other side
  ChatDirection direction = ChatDirection::kIn;
  UnixMs at = 0;
  std::string text;  // may have lines and tabs, and be written in either direction
  ChatState state = ChatState::kDelivered;
  std::string problem;  // for kFailed: why, and what to do
  std::optional<ChatAttachmentView> attachment;
  bool read = false;  // what this peer wrote always is
};

struct ChatPageView {
  std::vector<ChatMessageView> messages;  // newest first
  bool more = false;
};

/// A conversation.
struct ChatView {
  std::string peer_id;
  std::string peer_name;  // empty when none is known
  std::vector<std::string> safety_words;
  bool online = false;
  bool blocked = false;
  std::uint64_t unread = 0;
  std::optional<ChatMessageView> last;
};

struct ChatAttachRequest {
  std::optional<std::string> share;  // a share of one's own: id, its beginning, or title; or
  std::optional<std::string> path;   // what is to be shared with the receiver alone; absolute
};

struct ChatMessageRequest {
  std::string text;  // at most 16 KiB; may be empty with an attachment
  std::optional<ChatAttachRequest> attach;
};

struct ChatReadRequest {
  std::string up_to;  // a message's id
};

/// One line of the event stream: what changed, whole. Exactly one member is set.
struct Event {
  std::optional<TransferView> transfer;
  std::optional<std::string> removed_transfer;
  std::optional<LimitsView> limits;
  std::optional<ShareView> share;
  std::optional<std::string> removed_share;
  std::optional<NetworkView> network;
  std::optional<std::string> left_network;
  std::optional<AlertView> alert;
  std::optional<RequestView> request;
  std::optional<GrantView> grant;
  std::optional<PersonView> person;
  std::optional<ChatMessageView> chat_message;
  std::optional<ChatView> chat;
  std::optional<std::string> removed_chat;
};

}  // namespace covey::api
