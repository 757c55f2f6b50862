#pragma once
// FetchServer: the serving side of "covey/fetch/1" on one stream of one link.
//
// Asks the network thread once for admission, then answers requests on the link's thread: file to connection,
// without a copy in between that the system does not force. What a peer may ask for at a time is bounded.
// Spec: docs/spec/wire.md, "Fetch".

#include <memory>

#include "swarm/fetch_session.hpp"
#include "transport/link.hpp"

namespace covey::swarm {

inline constexpr const char* kFetchProtocol = "covey/fetch/1";

/// All who fetch under one share id share its limit.
[[nodiscard]] ShareKey upload_key(const access::ShareId& share);

class FetchServer final : public transport::StreamHandler {
 public:
  /// Asked on the network thread; all outlive every link.
  struct Host {
    ShareSource* source = nullptr;
    Meetings* meetings = nullptr;
    UploadGate* gate = nullptr;
    io::Executor network;
    const Clock* clock = nullptr;
  };
  FetchServer(transport::Link& link, wire::StreamId stream, Host host);
  ~FetchServer() override;

  io::Awaitable<Result<>> on_frame(wire::FrameHeader header, transport::FrameBody& body) override;
  void on_end(const Error& reason) override;

 private:
  io::Awaitable<Result<>> open_share(transport::FrameBody& body);
  io::Awaitable<Result<>> take_requests(transport::FrameBody& body);
  io::Awaitable<Result<>> take_cancel(transport::FrameBody& body);
  io::Awaitable<Result<>> take_provider(transport::FrameBody& body);

  transport::Link* link_;
  wire::StreamId stream_;
  Host host_;
  struct Opened;
  Result<Opened> open_on_network(const OpenRequest& request, const std::string& from);

  std::shared_ptr<FetchSession> session_;  // shared with the coroutine that sends
};

}  // namespace covey::swarm
