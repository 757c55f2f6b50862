#pragma once
// FetchSession: what an admitted stream of the fetch protocol is doing: its queue of pieces, and what it
// tells the receiver meanwhile.
//
// On the link's thread. Ends when its coroutines and the handler are gone; turns to send are waited for at
// the gate. Spec: docs/spec/wire.md, "Fetch" and "Swarm".

#include <deque>
#include <memory>
#include <optional>
#include <set>

#include "swarm/meeting.hpp"
#include "swarm/piece_sender.hpp"
#include "swarm/upload_gate.hpp"

namespace covey::swarm {

/// Pieces that were asked for, as the message says it.
struct FetchRange {
  std::uint32_t file = 0;
  std::uint32_t file_count = 0;
  std::uint32_t first_piece = 0;
  std::uint32_t piece_count = 0;
  bool want_layer = false;
};

/// What an admitted stream is doing; ends when the sending coroutines and the handler are gone.
struct FetchSession {
  FetchSession(transport::Link& on, wire::StreamId id, const Admission& admission, io::Executor net,
               const Clock& time);
  ~FetchSession() {
    // The observer's and the seat's end are events of the network thread.
    asio::post(network, [last = std::move(observer), left = std::move(seat)]() mutable {
      last.reset();
      left.reset();
    });
  }

  static io::Awaitable<void> serve(std::shared_ptr<FetchSession> self);
  static io::Awaitable<void> tell_news(std::shared_ptr<FetchSession> self);
  io::Awaitable<Result<>> serve_range(FetchRange range);
  io::Awaitable<Result<>> take_turn();
  io::Awaitable<Result<>> tell_pace();
  io::Awaitable<Result<>> serve_files(FetchRange range);
  io::Awaitable<Result<>> serve_pieces(std::uint32_t file, FetchRange range);
  io::Awaitable<Result<>> serve_manifest(FetchRange range);
  io::Awaitable<Result<>> tell_trouble(std::uint32_t file, const Error& error);
  [[nodiscard]] Result<> check(const FetchRange& range) const;
  [[nodiscard]] bool takes_back(std::uint32_t file, std::uint32_t piece);
  void report();
  void hear(const News& news);

  transport::Link* link;
  wire::StreamId stream;
  std::shared_ptr<const ServedShare> share;
  std::shared_ptr<UploadObserver> observer;
  std::shared_ptr<AdmissionTerms> terms;
  const Clock* clock;
  std::unique_ptr<Meeting::Seat> seat;
  std::shared_ptr<UploadGate::Seat> turns;
  std::uint64_t turn = 0;   // bytes that may be sent in this turn
  std::uint64_t spent = 0;  // of it
  std::chrono::steady_clock::time_point pace_since = std::chrono::steady_clock::now();
  std::chrono::steady_clock::duration held_back{0};  // waiting for turns since then
  std::uint32_t told_pace = 0;                       // percent
  io::Executor network;
  PieceSender sender;
  std::optional<content::PieceSet> held_at_first;
  bool served_on;
  std::deque<FetchRange> queue;
  std::set<std::uint64_t> taken_back;  // single pieces of the queue that are not wanted any more
  io::Gate asked;
  News news;
  io::Gate heard;
  std::size_t provider_messages = 0;
  std::uint64_t cancelled_at = 0;  // counts the peer's cancellations
  std::uint64_t unreported = 0;
  bool ended = false;
};

}  // namespace covey::swarm
