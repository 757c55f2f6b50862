#pragma once
// Programs: what the command line needs of the peer inside this very process: the one-shot send and receive,
// which work without a daemon, and the daemon itself. The daemon module provides it, main wires it in.
//
// Calls block until done and may be made from any one thread; observers are called on the network thread and
// return quickly. stop() may be called from any thread, also from a signal-handling one.

#include <memory>
#include <string>
#include <vector>

#include "api/views.hpp"

namespace covey::api {

struct SendRequest {
  std::vector<std::string> paths;  // absolute; several become one folder
  std::string title;               // empty: the file's name
  std::vector<std::string>
      listen;           // "127.0.0.1:0", "[::]:7440"; empty: every interface, a port of the system's choice
  bool once = false;    // end after the first receiver has verified everything
  bool verify = false;  // fetch it back over the real transport before the ticket is given out
  std::optional<std::uint64_t> expires_in_seconds;
  std::optional<std::uint64_t> uses;
  std::optional<std::uint64_t> limit_up;  // bytes a second
};

struct ReceiveRequest {
  DownloadRequest download;
  /// How long to look for the sender before giving up with kUnreachable; also after a lost connection.
  std::uint64_t wait_seconds = 120;
  std::optional<std::uint64_t> limit_down, limit_up;  // bytes a second
  bool serve = false;                                 // go on serving to other receivers until stopped
};

class SendObserver {
 public:
  virtual ~SendObserver() = default;
  /// While hashing, several times a second; hashed_bytes of bytes.
  virtual void on_preparing(const ShareView& share) = 0;
  /// The ticket may be handed over; peers are served from now on.
  virtual void on_ready(const ShareView& share, const TicketView& ticket) = 0;
  /// A receiver came, progressed or finished; several times a second while one is active.
  virtual void on_transfer(const TransferView& upload) = 0;
};

class ReceiveObserver {
 public:
  virtual ~ReceiveObserver() = default;
  /// On each change of state and several times a second while running.
  virtual void on_transfer(const TransferView& download) = 0;
};

inline constexpr const char* kUsualUiAddress = "127.0.0.1:7442";

/// How the web UI is served.
struct UiRequest {
  bool served = true;
  std::string address;             // empty: the usual one, or another port where that is taken
  std::vector<std::string> names;  // further ones by which browsers reach it
  bool tls = false;                // with a certificate of its own making
  std::string certificate, key;    // files in PEM; with them TLS by these
};

struct DaemonRequest {
  std::vector<std::string> listen;  // empty: [::]:7440
  /// For the shell, when somebody asks for a share; empty: none.
  std::string on_request;
  UiRequest ui;
};

class DaemonObserver {
 public:
  virtual ~DaemonObserver() = default;
  /// The daemon serves peers and its API from now on.
  virtual void on_ready(const StatusView& status) = 0;
};

class Programs {
 public:
  virtual ~Programs() = default;

  /// Serves until stop(), or until done with `once`. kCancelled after stop().
  virtual Result<> send(const SendRequest& request, SendObserver& observer) = 0;
  /// The final view; its state is kComplete. Errors tell what went wrong; what was verified is kept for a
  /// next run.
  virtual Result<TransferView> receive(const ReceiveRequest& request, ReceiveObserver& observer) = 0;
  /// Runs the daemon on the home until stop() or a stop through the API. kNotFound when there is no identity
  /// yet.
  virtual Result<> run_daemon(const DaemonRequest& request, DaemonObserver& observer) = 0;
  /// Asks whatever runs to end soon and in order.
  virtual void stop() = 0;
};

}  // namespace covey::api
