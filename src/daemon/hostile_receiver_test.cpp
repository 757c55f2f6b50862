// What a serving node makes of a receiver that breaks the rules. It holds a good ticket; only what it asks is
// wrong. An honest peer is served all the while.

#include "daemon/test_node.hpp"
#include "swarm/fetch_server.hpp"
#include "transport/test_peer.hpp"
#include "wire/fetch.pb.h"
#include "wire/link.pb.h"

namespace covey::daemon {
namespace {

using content::noise;
using content::write_file;
using transport::Frame;
using wire::FrameKind;

constexpr std::uint32_t kStream = 1;

/// A link to the sender that is driven by hand, one frame at a time.
struct Asker {
  explicit Asker(transport::TlsStream connected) : stream(std::move(connected)) {}

  static io::Awaitable<Result<Asker>> connect(const transport::TestPeer& peer, const access::Ticket& ticket) {
    const io::Executor executor = co_await asio::this_coro::executor;
    transport::Tcp::socket socket(executor);
    asio::error_code error;
    socket.connect(transport::to_asio(ticket.addresses.front()), error);
    if (error) co_return fail(ErrorCode::kUnreachable, "{}", error.message());
    CO_TRY(
        transport::TlsStream stream,
        co_await transport::shake_hands(std::move(socket), peer, transport::TlsRole::kDialer, ticket.owner));
    CO_TRY_VOID(co_await transport::exchange_hello(stream, peer.local.hello, transport::kPatience));
    Asker asker(std::move(stream));
    wire::Open open;
    open.set_protocol(swarm::kFetchProtocol);
    CO_TRY_VOID(co_await asker.say(FrameKind::kOpen, open));
    co_return asker;
  }

  io::Awaitable<Result<>> say(FrameKind kind, const google::protobuf::MessageLite& message) {
    const std::string body = message.SerializeAsString();
    const Bytes frame = transport::frame_bytes(kind, kStream, as_bytes(body));
    co_return co_await stream.write_all(frame, transport::kPatience);
  }
  io::Awaitable<Result<Frame>> hear() { return transport::read_frame(stream); }

  [[nodiscard]] wire::OpenShare good_opening(const transport::TestPeer& peer,
                                             const access::Ticket& ticket) const {
    wire::OpenShare message;
    message.set_share_id(std::string(as_text(ticket.share_id().view())));
    const auto proof = access::make_proof(ticket.secret, ByteView(stream.exporter()), peer.id());
    message.set_ticket_proof(std::string(as_text(proof.view())));
    return message;
  }

  transport::TlsStream stream;
};

struct Case {
  Case(Exchange& with, const access::Ticket& good) : exchange(with), ticket(copy_of(good)) {}

  Exchange& exchange;
  transport::TestPeer peer{55};
  access::Ticket ticket;

  io::Awaitable<Result<Asker>> connect() { return Asker::connect(peer, ticket); }
  io::Awaitable<Result<Asker>> open() {
    CO_TRY(Asker asker, co_await connect());
    const wire::OpenShare opening = asker.good_opening(peer, ticket);
    CO_TRY_VOID(co_await asker.say(FrameKind::kOpenShare, opening));
    CO_TRY(const Frame answer, co_await asker.hear());
    if (answer.header.kind != FrameKind::kShareOpened) co_return fail(ErrorCode::kRefused, "not opened");
    co_return asker;
  }
};

/// The share: 0 "empty", 1 "folder" (a folder), 2 "folder/large.bin" of three pieces.
void run_case(const std::function<io::Awaitable<void>(Case&)>& body) {
  run_exchange([&](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("shared/empty"), {});
    write_file(x.source("shared/folder/large.bin"), noise(2 * content::kMinPieceSize + 5));
    const auto shared = co_await x.sender.share(x.source("shared"));
    CO_REQUIRE(shared);
    const access::Ticket ticket = x.sender.ticket(*shared);
    Case here(x, ticket);
    co_await body(here);
    const Fetched honest = co_await x.fetch(x.order(copy_of(ticket)));
    EXPECT_TRUE(honest.path) << "an honest peer is not served any more: " << to_string(honest.path.error());
  });
}

/// Reads until the sender says that the link is over, and what it says.
io::Awaitable<Error> last_words(Asker& asker) {
  while (true) {
    auto frame = co_await asker.hear();
    if (!frame) co_return frame.error();
    if (frame->header.kind != FrameKind::kClose) continue;
    wire::Close close;
    close.ParseFromArray(frame->body.data(), static_cast<int>(frame->body.size()));
    co_return Error{static_cast<ErrorCode>(close.code()), close.message()};
  }
}

wire::Fetch fetch_of(std::uint32_t file, std::uint32_t files, std::uint32_t first, std::uint32_t count) {
  wire::Fetch fetch;
  wire::Range* range = fetch.add_ranges();
  range->set_file(file);
  range->set_file_count(files);
  range->set_first_piece(first);
  range->set_piece_count(count);
  return fetch;
}

TEST(HostileReceiver, is_served_while_it_keeps_the_rules) {
  run_case([](Case& c) -> io::Awaitable<void> {
    auto asker = co_await c.open();
    CO_REQUIRE(asker);
    const wire::Fetch fetch = fetch_of(2, 0, 2, 1);
    const auto said = co_await asker->say(FrameKind::kFetch, fetch);
    CO_REQUIRE(said);
    const auto piece = co_await asker->hear();
    CO_REQUIRE(piece);
    EXPECT_EQ(piece->header.kind, FrameKind::kPiece);
    EXPECT_EQ(piece->body.size(), wire::Place::kBytes + 5);
  });
}

TEST(HostileReceiver, pieces_that_do_not_exist_end_its_link) {
  constexpr std::uint32_t kMost = 0xffffffff;
  for (const wire::Fetch& fetch :
       {fetch_of(3, 0, 0, 1), fetch_of(kMost - 1, 0, 0, 1), fetch_of(2, 0, 3, 1), fetch_of(2, 0, 0, 4),
        fetch_of(2, 0, 1, kMost), fetch_of(2, 0, kMost, 2), fetch_of(2, 0, 0, 0), fetch_of(1, 0, 0, 1),
        fetch_of(0, 4, 0, 0), fetch_of(1, kMost, 0, 0), fetch_of(wire::kManifestFile, 0, 1, 1),
        fetch_of(wire::kManifestFile, 0, 0, 2)}) {
    run_case([&](Case& c) -> io::Awaitable<void> {
      auto asker = co_await c.open();
      CO_REQUIRE(asker);
      const auto said = co_await asker->say(FrameKind::kFetch, fetch);
      CO_REQUIRE(said);
      const Error end = co_await last_words(*asker);
      test::expect_error(end, ErrorCode::kPeerMisbehaved, "do not exist");
    });
  }
}

TEST(HostileReceiver, too_many_ranges_at_once_end_its_link) {
  run_case([](Case& c) -> io::Awaitable<void> {
    auto asker = co_await c.open();
    CO_REQUIRE(asker);
    wire::Fetch fetch;
    for (int i = 0; i < 5000; ++i) fetch.add_ranges()->set_file(2);
    const auto said = co_await asker->say(FrameKind::kFetch, fetch);
    CO_REQUIRE(said);
    const Error end = co_await last_words(*asker);
    test::expect_error(end, ErrorCode::kPeerMisbehaved, "4096");
  });
}

TEST(HostileReceiver, asking_before_opening_ends_its_link) {
  run_case([](Case& c) -> io::Awaitable<void> {
    auto asker = co_await c.connect();
    CO_REQUIRE(asker);
    const wire::Fetch fetch = fetch_of(0, 1, 0, 0);
    const auto said = co_await asker->say(FrameKind::kFetch, fetch);
    CO_REQUIRE(said);
    const Error end = co_await last_words(*asker);
    test::expect_error(end, ErrorCode::kPeerMisbehaved, "before a share was opened");
  });
}

TEST(HostileReceiver, opening_twice_or_in_another_form_ends_its_link) {
  run_case([](Case& c) -> io::Awaitable<void> {
    auto twice = co_await c.open();
    CO_REQUIRE(twice);
    const wire::OpenShare opening = twice->good_opening(c.peer, c.ticket);
    const auto said = co_await twice->say(FrameKind::kOpenShare, opening);
    CO_REQUIRE(said);
    const Error end = co_await last_words(*twice);
    test::expect_error(end, ErrorCode::kPeerMisbehaved, "against the rules");

    auto short_proof = co_await c.connect();
    CO_REQUIRE(short_proof);
    wire::OpenShare cut = short_proof->good_opening(c.peer, c.ticket);
    cut.mutable_ticket_proof()->pop_back();
    const auto said_again = co_await short_proof->say(FrameKind::kOpenShare, cut);
    CO_REQUIRE(said_again);
    const Error end_again = co_await last_words(*short_proof);
    test::expect_error(end_again, ErrorCode::kPeerMisbehaved, "against the rules");
  });
}

TEST(HostileReceiver, a_proof_from_another_connection_or_peer_opens_nothing) {
  run_case([](Case& c) -> io::Awaitable<void> {
    auto first = co_await c.connect();
    auto second = co_await c.connect();
    CO_REQUIRE(first);
    CO_REQUIRE(second);
    const wire::OpenShare replayed = first->good_opening(c.peer, c.ticket);
    const auto said = co_await second->say(FrameKind::kOpenShare, replayed);
    CO_REQUIRE(said);
    const Error refused = co_await last_words(*second);
    test::expect_error(refused, ErrorCode::kNotFound, "does not know this ticket");

    const transport::TestPeer other(56);
    const wire::OpenShare anothers = first->good_opening(other, c.ticket);
    const auto said_again = co_await first->say(FrameKind::kOpenShare, anothers);
    CO_REQUIRE(said_again);
    const Error refused_again = co_await last_words(*first);
    test::expect_error(refused_again, ErrorCode::kNotFound, "does not know this ticket");
  });
}

TEST(HostileReceiver, vanishing_in_the_middle_of_a_request_ends_its_upload) {
  run_case([](Case& c) -> io::Awaitable<void> {
    {
      auto asker = co_await c.open();
      CO_REQUIRE(asker);
      for (int i = 0; i < 50; ++i) {
        const wire::Fetch fetch = fetch_of(2, 0, 0, 3);
        const auto said = co_await asker->say(FrameKind::kFetch, fetch);
        CO_REQUIRE(said);
      }
      EXPECT_EQ(c.exchange.sender.node->uploads().active(), 1U);
    }
    while (c.exchange.sender.node->uploads().active() > 0) {
      const auto slept = co_await io::sleep_for(1ms);
      CO_REQUIRE(slept);
    }
  });
}

}  // namespace
}  // namespace covey::daemon
