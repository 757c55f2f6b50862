#pragma once
// For tests: a sender that is a real peer with the right key and a ticket of its own, and sends what a test
// tells it to; and a download's encounter with it.

#include "daemon/test_node.hpp"
#include "swarm/fetch_server.hpp"
#include "transport/test_peer.hpp"
#include "wire/fetch.pb.h"
#include "wire/link.pb.h"

namespace covey::daemon {

using wire::FrameKind;

/// A file share as its owner would serve it, and the sender's ways to depart from that.
class HostileSender {
 public:
  struct Stage {
    HostileSender& sender;
    transport::Link& link;
    wire::StreamId stream;

    [[nodiscard]] io::Awaitable<Result<>> send(Bytes frame) { co_return co_await link.send_frames(frame); }
    [[nodiscard]] Bytes piece(std::uint32_t index, ByteView bytes, std::uint32_t file = 0) const {
      return placed(FrameKind::kPiece, file, index, bytes);
    }
    [[nodiscard]] Bytes layer(std::uint32_t first, ByteView values, std::uint32_t file = 0) const {
      return placed(FrameKind::kLayer, file, first, values);
    }
    [[nodiscard]] Bytes placed(FrameKind kind, std::uint32_t file, std::uint32_t index,
                               ByteView bytes) const {
      Bytes body(wire::Place::kBytes);
      wire::encode(wire::Place{.file = file, .index = index}, std::span(body).first<wire::Place::kBytes>());
      body.insert(body.end(), bytes.begin(), bytes.end());
      return transport::frame_bytes(kind, stream.value(), body);
    }
    io::Awaitable<Result<>> send_description() {
      wire::ShareOpened opened;
      const auto description =
          access::sign(sender.description, sender.signer ? *sender.signer : sender.peer.device);
      opened.set_description(std::string(as_text(description.payload)));
      opened.set_signature(std::string(as_text(description.signature.view())));
      co_return co_await link.send_message(stream, FrameKind::kShareOpened, opened);
    }
  };
  using OnOpen = std::function<io::Awaitable<Result<>>(Stage&)>;
  using OnFetch = std::function<io::Awaitable<Result<>>(Stage&, const wire::Fetch&)>;

  HostileSender(const io::Executor& network, Bytes shared, std::uint64_t seed = 77)
      : peer(seed),
        secret(access::TicketSecret::generate(peer.random)),
        content(std::move(shared)),
        tasks_(network) {
    const auto geometry = *content::PieceGeometry::for_size(content.size());
    std::vector<content::ChainingValue> values;
    for (std::uint32_t i = 0; i < geometry.piece_count(); ++i)
      values.push_back(content::hash_piece(geometry, content::PieceIndex(i), piece_bytes(i)));
    layer.emplace(*content::PieceLayer::computed(geometry, std::move(values)));
    description = {.share_id = access::share_id_of(secret),
                   .owner = peer.id(),
                   .title = "file.bin",
                   .kind = access::ShareKind::kFile,
                   .root = access::ContentRoot::from(layer->root().view()),
                   .content_size = content.size(),
                   .total_bytes = content.size(),
                   .file_count = 1,
                   .created_at = peer.clock.wall(),
                   .expires_at = std::nullopt};
    peer.router.add(swarm::kFetchProtocol, [this](transport::Link& link, wire::StreamId stream) {
      return std::make_unique<Handler>(*this, link, stream);
    });
    listener_ = std::move(
        *transport::Listener::bind(network, *access::Endpoint::parse("127.0.0.1:0"), peer.local, threads_));
    tasks_.spawn(listener_->run());
  }

  /// Shares a folder with this list instead of the file.
  void share_list(Bytes manifest) {
    content = std::move(manifest);
    description.kind = access::ShareKind::kFolder;
    description.title = "folder";
    description.root = access::ContentRoot::from(content::hash_whole(content).view());
    description.content_size = content.size();
  }
  /// Pretends to serve on what another peer shares.
  void pretend(const access::Ticket& ticket, const identity::DeviceKey& owner) {
    description.share_id = access::share_id_of(ticket.secret);
    description.owner = ticket.owner;
    signer = &owner;
  }
  [[nodiscard]] access::Endpoint address() const { return listener_->address(); }
  [[nodiscard]] access::Ticket ticket() const {
    return {.owner = peer.id(), .secret = secret.clone(), .addresses = {listener_->address()}};
  }
  [[nodiscard]] ByteView piece_bytes(std::uint32_t index) const {
    const auto geometry = *content::PieceGeometry::for_size(content.size());
    return ByteView(content).subspan(geometry.offset(content::PieceIndex(index)),
                                     geometry.length(content::PieceIndex(index)));
  }
  io::Awaitable<void> stop() {
    listener_->close();
    tasks_.cancel();
    co_await tasks_.join();
    co_await threads_.stop();
  }

  transport::TestPeer peer;
  access::TicketSecret secret;
  Bytes content;
  std::optional<content::PieceLayer> layer;
  access::ShareDescription description;
  const identity::DeviceKey* signer = nullptr;  // the owner when null
  OnOpen on_open;
  OnFetch on_fetch;

 private:
  class Handler final : public transport::StreamHandler {
   public:
    Handler(HostileSender& sender, transport::Link& link, wire::StreamId stream)
        : stage_{.sender = sender, .link = link, .stream = stream} {}
    io::Awaitable<Result<>> on_frame(wire::FrameHeader header, transport::FrameBody& body) override {
      if (header.kind == FrameKind::kOpenShare) {
        if (stage_.sender.on_open) co_return co_await stage_.sender.on_open(stage_);
        co_return co_await stage_.send_description();
      }
      if (header.kind != FrameKind::kFetch || !stage_.sender.on_fetch) co_return Result<>{};
      wire::Fetch fetch;
      CO_TRY_VOID(co_await body.read_message(fetch));
      co_return co_await stage_.sender.on_fetch(stage_, fetch);
    }
    void on_end(const Error& /*reason*/) override {}

   private:
    Stage stage_;
  };

  transport::LinkThreads threads_{1};
  io::TaskGroup tasks_;
  std::unique_ptr<transport::Listener> listener_;
};

using Stage = HostileSender::Stage;

struct Encounter {
  explicit Encounter(const io::Executor& network, Bytes shared)
      : sender(network, std::move(shared)), receiver(network, 2) {}

  [[nodiscard]] swarm::DownloadOrder order() const {
    return {.share = access::ShareReference::from(sender.ticket()),
            .directory = folder.path() / "destination",
            .patience = 0s};
  }
  io::Awaitable<Fetched> fetch(swarm::DownloadOrder wanted) {
    return Exchange::fetch_as(receiver, std::move(wanted));
  }

  content::TestFolder folder;
  HostileSender sender;
  TestNode receiver;
};

inline void run_encounter(Bytes shared, const std::function<io::Awaitable<void>(Encounter&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Encounter encounter(executor, shared);
    std::filesystem::create_directory(encounter.folder / "destination");
    co_await body(encounter);
    co_await encounter.receiver.node->stop();
    co_await encounter.sender.stop();
  });
}

}  // namespace covey::daemon
