#include "swarm/fetch_session.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "swarm/swarm_messages.hpp"

namespace covey::swarm {
namespace {

constexpr std::uint64_t kReportEveryBytes = 4U << 20;
/// News are gathered for this long, so that a fast download does not send one message a piece.
constexpr auto kNewsPause = std::chrono::milliseconds(30);
/// A receiver is told how much it waits for our limits this often, when that has changed.
constexpr auto kPaceInterval = std::chrono::seconds(2);

/// Whether only this file cannot be served; otherwise the stream or the link is over.
bool is_of_the_file(ErrorCode code) {
  return code != ErrorCode::kConnectionLost && code != ErrorCode::kTimedOut &&
         code != ErrorCode::kCancelled && code != ErrorCode::kNotFound && code != ErrorCode::kRefused;
}

}  // namespace

FetchSession::FetchSession(transport::Link& on, wire::StreamId id, const Admission& admission,
                           io::Executor net, const Clock& time)
    : link(&on),
      stream(id),
      share(admission.share),
      observer(admission.observer),
      terms(admission.terms),
      clock(&time),
      network(std::move(net)),
      sender(on, id, share),
      held_at_first(admission.held),
      served_on(admission.served_on),
      asked(on.executor()),
      heard(on.executor()) {}

Result<> FetchSession::check(const FetchRange& range) const {
  const auto refuse = [&] {
    return fail(ErrorCode::kPeerMisbehaved, "pieces asked for that do not exist (file {})", range.file);
  };
  const auto within = [&](const content::PieceGeometry& geometry) {
    return range.piece_count > 0 && range.first_piece < geometry.piece_count() &&
           range.piece_count <= geometry.piece_count() - range.first_piece;
  };
  if (range.file == wire::kManifestFile) {
    if (!share->manifest_layer || !within(share->manifest_layer->geometry())) return refuse();
    return {};
  }
  const std::uint32_t entries = share->manifest->entry_count();
  if (range.file >= entries) return refuse();
  if (range.file_count > 0) return range.file_count <= entries - range.file ? Result<>{} : refuse();
  const content::FileIndex file(range.file);
  if (!share->manifest->is_file(file) || !within(share->manifest->geometry(file))) return refuse();
  return {};
}

io::Awaitable<void> FetchSession::serve(std::shared_ptr<FetchSession> self) {
  while (!self->ended) {
    if (self->queue.empty()) {
      const auto flushed = co_await self->sender.flush();
      if (!flushed) co_return;
      self->report();
      if (!self->queue.empty()) continue;
      self->turns->pause(std::exchange(self->spent, 0));
      self->turn = 0;
      self->taken_back.clear();
      self->sender.release_memory();
      const auto asked = co_await self->asked.wait();
      if (!asked) co_return;
      continue;
    }
    const FetchRange range = self->queue.front();
    self->queue.pop_front();
    const auto outcome = co_await self->serve_range(range);
    if (self->ended) co_return;
    if (!outcome && outcome.error().code == ErrorCode::kNotFound) {
      self->link->close({ErrorCode::kPeerMisbehaved, "pieces asked for that this peer does not hold"});
      co_return;
    }
    const bool is_over = !outcome && (outcome.error().code == ErrorCode::kRefused ||
                                      outcome.error().code == ErrorCode::kExpired);
    if (is_over) {
      (void)co_await self->link->end_stream(self->stream, outcome.error());
      co_return;
    }
    if (!outcome) {
      self->link->close(outcome.error());
      co_return;
    }
  }
}

io::Awaitable<Result<>> FetchSession::serve_range(FetchRange range) {
  if (range.file == wire::kManifestFile) return serve_manifest(range);
  if (range.file_count > 0) return serve_files(range);
  return serve_pieces(range.file, range);
}

/// Waits until it is this peer's turn to be sent something; a piece may overdraw it a little.
io::Awaitable<Result<>> FetchSession::take_turn() {
  if (spent < turn) co_return Result<>{};
  CO_TRY_VOID(co_await sender.flush());
  const auto began = std::chrono::steady_clock::now();
  CO_TRY(turn, co_await turns->turn(std::exchange(spent, 0)));
  held_back += std::chrono::steady_clock::now() - began;
  co_return co_await tell_pace();
}

/// So that whoever waits for us knows that it is our limit, not the network.
io::Awaitable<Result<>> FetchSession::tell_pace() {
  const auto now = std::chrono::steady_clock::now();
  const auto passed = now - pace_since;
  if (passed < kPaceInterval) co_return Result<>{};
  const auto percent = static_cast<std::uint32_t>(std::min<std::int64_t>(100, held_back * 100 / passed));
  pace_since = now;
  held_back = {};
  if (percent / 10 == std::exchange(told_pace, percent) / 10) co_return Result<>{};
  wire::Pace message;
  message.set_held_back_percent(percent);
  co_return co_await link->send_message(stream, wire::FrameKind::kPace, message);
}

io::Awaitable<Result<>> FetchSession::serve_files(FetchRange range) {
  const std::uint64_t cancellations = cancelled_at;
  for (std::uint32_t file = range.file; file < range.file + range.file_count; ++file) {
    const content::FileIndex index(file);
    if (!share->manifest->is_file(index) || share->manifest->entry(index).size == 0) continue;
    const FetchRange whole{.file = file,
                           .piece_count = share->manifest->geometry(index).piece_count(),
                           .want_layer = range.want_layer};
    CO_TRY_VOID(co_await serve_pieces(file, whole));
    if (cancellations != cancelled_at) break;
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchSession::serve_pieces(std::uint32_t file, FetchRange range) {
  const std::uint64_t cancellations = cancelled_at;
  if (range.want_layer) {
    const Layer layer = share->origin->layer(content::FileIndex(file));
    if (layer) CO_TRY_VOID(co_await sender.send_layer(file, *layer));
  }
  for (std::uint32_t i = 0; i < range.piece_count && cancellations == cancelled_at; ++i) {
    if (share->withdrawn.load(std::memory_order_relaxed)) {
      co_return fail(ErrorCode::kRefused, "the sender has closed this share");
    }
    if (takes_back(file, range.first_piece + i)) continue;
    CO_TRY_VOID(co_await take_turn());
    // It may have come from elsewhere while this waited for its turn.
    if (takes_back(file, range.first_piece + i)) continue;
    const std::uint64_t length = share->manifest->geometry(content::FileIndex(file))
                                     .length(content::PieceIndex(range.first_piece + i));
    CO_TRY_VOID(terms->take(length, clock->wall()));
    const auto outcome =
        co_await sender.send_piece(content::FileIndex(file), content::PieceIndex(range.first_piece + i));
    if (!outcome && !is_of_the_file(outcome.error().code)) co_return std::unexpected(outcome.error());
    if (!outcome) co_return co_await tell_trouble(file, outcome.error());
    spent += *outcome;
    unreported += length;
    if (unreported >= kReportEveryBytes) report();
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchSession::serve_manifest(FetchRange range) {
  if (range.want_layer) CO_TRY_VOID(co_await sender.send_layer(wire::kManifestFile, *share->manifest_layer));
  for (std::uint32_t i = 0; i < range.piece_count; ++i) {
    CO_TRY_VOID(co_await take_turn());
    spent += share->manifest_layer->geometry().length(content::PieceIndex(range.first_piece + i));
    CO_TRY_VOID(co_await sender.send_manifest_piece(content::PieceIndex(range.first_piece + i)));
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchSession::tell_trouble(std::uint32_t file, const Error& error) {
  CO_TRY_VOID(co_await sender.flush());
  log::warn("cannot serve {}: {}", share->name, error.context);
  wire::Trouble message;
  message.set_file(file);
  message.set_code(static_cast<std::uint32_t>(error.code));
  // The error's own words say where the file lies on this machine, which is nobody else's business.
  message.set_message(fmt::format(
      "{} {}", share->manifest->path(content::FileIndex(file)),
      error.code == ErrorCode::kSourceChanged ? "has changed since it was shared" : "cannot be read"));
  co_return co_await link->send_message(stream, wire::FrameKind::kTrouble, message);
}

bool FetchSession::takes_back(std::uint32_t file, std::uint32_t piece) {
  return !taken_back.empty() && taken_back.erase(key_of(file, piece)) > 0;
}

void FetchSession::hear(const News& told) {
  if (held_at_first) news.pieces.insert(news.pieces.end(), told.pieces.begin(), told.pieces.end());
  if (told.revocations) news.revocations = told.revocations;
  if (served_on) news.providers.insert(news.providers.end(), told.providers.begin(), told.providers.end());
  heard.open_all();
}

/// What this peer holds and whom it knows: first as it was when the stream was opened, then as it changes.
io::Awaitable<void> FetchSession::tell_news(std::shared_ptr<FetchSession> self) {
  Result<> told;
  if (self->held_at_first) {
    for (const wire::Have& have : messages_of(*self->held_at_first)) {
      told = co_await self->link->send_message(self->stream, wire::FrameKind::kHave, have);
      if (!told) co_return;
    }
  }
  if (self->held_at_first) self->held_at_first.emplace();  // told; only that it is not everything counts
  while (!self->ended) {
    if (self->news.empty()) {
      told = co_await self->heard.wait();
      if (told) told = co_await io::sleep_for(kNewsPause);
      if (!told) co_return;
      continue;
    }
    const News now = std::exchange(self->news, {});
    if (now.revocations) {
      wire::Revocations taken_back;
      taken_back.set_list(std::string(as_text(now.revocations->payload)));
      taken_back.set_signature(std::string(as_text(now.revocations->signature.view())));
      told = co_await self->link->send_message(self->stream, wire::FrameKind::kRevocations, taken_back);
      if (!told) co_return;
    }
    for (const wire::Have& have : messages_of(now.pieces)) {
      told = co_await self->link->send_message(self->stream, wire::FrameKind::kHave, have);
      if (!told) co_return;
    }
    for (const wire::Providers& providers : messages_of(now.providers)) {
      told = co_await self->link->send_message(self->stream, wire::FrameKind::kProviders, providers);
      if (!told) co_return;
    }
  }
}

void FetchSession::report() {
  unreported = 0;
  SentPieces sent = sender.take_sent();
  if (sent.pieces == 0) return;
  asio::post(network, [to = observer, sent = std::move(sent)] { to->on_sent(sent); });
}

}  // namespace covey::swarm
