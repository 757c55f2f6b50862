// Speed of TlsStream to TlsStream over loopback, each end on a thread of its own: the ceiling of one link.
//
// A round is 16 MiB in writes of the given size, and one byte back, so that it ends when all has arrived.

#include <benchmark/benchmark.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include <asio/use_future.hpp>

#include "io/event_threads.hpp"
#include "transport/tls_stream.hpp"

namespace covey::transport {
namespace {

using Tcp = asio::ip::tcp;

constexpr std::size_t kRoundBytes = 16U << 20;
constexpr std::chrono::milliseconds kPatience{20'000};

struct Peer {
  explicit Peer(std::uint64_t seed)
      : random(seed),
        device(identity::DeviceKey::ephemeral(random)),
        tls(*TlsContext::create(device, clock)) {}

  crypto::SeededRandom random;
  identity::DeviceKey device;
  SystemClock clock;
  TlsContext tls;
};

/// A pointer, since asio wants to make an empty result where a coroutine throws.
using StreamPtr = std::unique_ptr<TlsStream>;

io::Awaitable<Result<StreamPtr>> shake_hands(Tcp::socket socket, const Peer& peer, TlsRole role) {
  CO_TRY(TlsStream made, TlsStream::create(std::move(socket), peer.tls, role, std::nullopt));
  auto stream = std::make_unique<TlsStream>(std::move(made));
  CO_TRY_VOID(co_await stream->handshake(kPatience));
  co_return stream;
}

io::Awaitable<Result<>> send_round(TlsStream& stream, ByteView block) {
  for (std::size_t sent = 0; sent < kRoundBytes; sent += block.size()) {
    CO_TRY_VOID(co_await stream.write_all(block, kPatience));
  }
  std::array<Byte, 1> answer{};
  co_return co_await stream.read_exactly(answer, kPatience);
}

/// Until the sender ends the stream.
io::Awaitable<Result<>> receive_rounds(TlsStream& stream, std::size_t block_size) {
  Bytes block(block_size);
  const std::array<Byte, 1> answer{};
  while (true) {
    for (std::size_t got = 0; got < kRoundBytes; got += block.size()) {
      CO_TRY_VOID(co_await stream.read_exactly(block, kPatience));
    }
    CO_TRY_VOID(co_await stream.write_all(answer, kPatience));
  }
}

/// Two streams that have found each other.
class Connection {
 public:
  Connection() {
    Tcp::acceptor acceptor(listening_.executor(), {asio::ip::address_v4::loopback(), 0});
    Tcp::socket dialled(dialing_.executor());
    Tcp::socket accepted(listening_.executor());
    dialled.connect(acceptor.local_endpoint());
    acceptor.accept(accepted);
    auto dialer = asio::co_spawn(dialing_.executor(),
                                 shake_hands(std::move(dialled), alice_, TlsRole::kDialer), asio::use_future);
    auto listener = asio::co_spawn(
        listening_.executor(), shake_hands(std::move(accepted), bob_, TlsRole::kListener), asio::use_future);
    take(dialer.get(), sender_);
    take(listener.get(), receiver_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (receiving_.valid()) {
      asio::post(dialing_.executor(), [this] { sender_->close(); });
      (void)receiving_.get();
    }
    dialing_.stop();
    listening_.stop();
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

  void start_receiving(std::size_t block_size) {
    receiving_ =
        asio::co_spawn(listening_.executor(), receive_rounds(*receiver_, block_size), asio::use_future);
  }
  Result<> send(ByteView block) {
    return asio::co_spawn(dialing_.executor(), send_round(*sender_, block), asio::use_future).get();
  }

 private:
  void take(Result<StreamPtr> made, StreamPtr& place) {
    if (made) {
      place = std::move(*made);
    } else {
      problem_ = to_string(made.error());
    }
  }

  Peer alice_{1};
  Peer bob_{2};
  io::EventThread dialing_{"dialing"};
  io::EventThread listening_{"listening"};
  StreamPtr sender_;
  StreamPtr receiver_;
  std::future<Result<>> receiving_;
  std::string problem_;
};

void stream_to_stream(benchmark::State& state) {
  Connection connection;
  if (!connection.problem().empty()) return state.SkipWithError(connection.problem().c_str());
  const Bytes block(static_cast<std::size_t>(state.range(0)), Byte{7});
  connection.start_receiving(block.size());
  for (auto _ : state) {
    if (const auto sent = connection.send(block); !sent) {
      return state.SkipWithError(to_string(sent.error()).c_str());
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kRoundBytes));
}

void handshake(benchmark::State& state) {
  for (auto _ : state) {
    const Connection connection;
    if (!connection.problem().empty()) return state.SkipWithError(connection.problem().c_str());
  }
}

BENCHMARK(stream_to_stream)->Arg(16U << 10)->Arg(256U << 10)->Arg(1U << 20)->UseRealTime();
BENCHMARK(handshake)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace covey::transport
