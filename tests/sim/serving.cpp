#include "sim/serving.hpp"

#include <fmt/format.h>

namespace covey::sim {
namespace {

constexpr Seconds kNewsPause{0.03};
constexpr std::size_t kMostProviders = 256;
constexpr std::uint64_t kListOfFilesBytes = 20'000;
constexpr std::uint64_t kLayerValueBytes = 32;

}  // namespace

Serving::Serving(World world, Peer self, const Storage& storage)
    : world_(world),
      self_(self),
      member_(&world.scenario->members.at(self)),
      storage_(&storage),
      offered_(world.content->total()) {}

void Serving::end() {
  begun_ = false;
  sessions_.clear();
  met_.clear();
  offered_ = content::PieceSet(world_.content->total());
}

void Serving::offer(const std::vector<std::uint32_t>& pieces) {
  std::vector<std::uint32_t> fresh;
  for (const std::uint32_t piece : pieces) {
    if (offered_.insert(piece)) fresh.push_back(piece);
  }
  if (fresh.empty()) return;
  for (auto& [connection, session] : sessions_) {
    if (!session.opened) continue;
    session.pieces_to_tell.insert(session.pieces_to_tell.end(), fresh.begin(), fresh.end());
    tell_soon(*connection, session);
  }
}

bool Serving::hear(const Answer::Provider& provider) {
  const auto known = met_.find(provider.peer);
  if (known != met_.end() && known->second >= provider.issued_at) return false;
  if (known == met_.end() && met_.size() >= kMostProviders) return false;
  met_[provider.peer] = provider.issued_at;
  for (auto& [connection, session] : sessions_) {
    if (!session.opened || connection->client() == provider.peer) continue;
    session.providers_to_tell.push_back(provider);
    tell_soon(*connection, session);
  }
  return true;
}

void Serving::tell_soon(Connection& connection, Session& session) {
  if (std::exchange(session.telling, true)) return;
  world_.timeline->after(kNewsPause, [this, &connection] {
    const auto found = sessions_.find(&connection);
    if (found == sessions_.end()) return;
    Session& to = found->second;
    to.telling = false;
    if (!to.pieces_to_tell.empty() && member_->partial)
      to.notes.push_back({.kind = Answer::Kind::kHave, .pieces = to.pieces_to_tell, .providers = {}});
    if (!to.providers_to_tell.empty())
      to.notes.push_back({.kind = Answer::Kind::kProviders, .pieces = {}, .providers = to.providers_to_tell});
    to.pieces_to_tell.clear();
    to.providers_to_tell.clear();
    world_.network->ready(connection);
  });
}

void Serving::on_accepted(Connection& connection) {
  sessions_[&connection];
}

void Serving::open(Connection& connection, Session& session) {
  if (!begun_) {
    session.notes.push_back({.kind = Answer::Kind::kRefused, .pieces = {}, .providers = {}});
    return;
  }
  session.opened = true;
  session.notes.push_back(
      {.kind = Answer::Kind::kOpened, .partial = member_->partial, .pieces = {}, .providers = {}});
  for (std::uint32_t piece = 0; piece < offered_.total(); ++piece) {
    if (offered_.has(piece)) session.pieces_to_tell.push_back(piece);
  }
  for (const auto& [peer, issued_at] : met_) {
    if (peer != connection.client())
      session.providers_to_tell.push_back({.peer = peer, .issued_at = issued_at});
  }
  for (unsigned i = 0; i < member_->bogus; ++i)
    session.providers_to_tell.push_back({.peer = kBogus * (self_ + 1) + i, .issued_at = world_.now()});
  tell_soon(connection, session);
}

void Serving::on_question(Connection& connection, Question question) {
  const auto found = sessions_.find(&connection);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  switch (question.kind) {
    case Question::Kind::kOpen:
      open(connection, session);
      break;
    case Question::Kind::kManifest:
      session.list_asked = true;
      break;
    case Question::Kind::kFetch:
      session.queue.insert(session.queue.end(), question.ranges.begin(), question.ranges.end());
      break;
    case Question::Kind::kCancel:
      take_back(session, question.ranges);
      break;
    case Question::Kind::kIntroduce:
      hear(question.provider);
      break;
    case Question::Kind::kFinished:
      break;
  }
  world_.network->ready(connection);
}

void Serving::take_back(Session& session, const std::vector<Question::Range>& ranges) {
  for (const auto& range : ranges) {
    if (session.queue.empty()) break;
    session.taken_back.insert(range.first);
  }
}

std::optional<Answer> Serving::next_answer(Connection& connection) {
  const auto found = sessions_.find(&connection);
  if (found == sessions_.end()) return std::nullopt;
  Session& session = found->second;
  if (!session.notes.empty()) {
    Answer note = std::move(session.notes.front());
    session.notes.pop_front();
    return note;
  }
  if (is(Conduct::kStalls) && session.sent >= (self_ * 7 + connection.client()) % 12) return std::nullopt;
  if (std::exchange(session.list_asked, false)) {
    return Answer{.kind = Answer::Kind::kManifest, .pieces = {}, .providers = {}, .bytes = kListOfFilesBytes};
  }
  return next_of_range(session);
}

std::optional<Answer> Serving::next_of_range(Session& session) {
  while (true) {
    if (!session.range) {
      if (session.queue.empty()) {
        session.taken_back.clear();
        return std::nullopt;
      }
      session.range = session.queue.front();
      session.queue.pop_front();
    }
    auto& range = *session.range;
    if (std::exchange(range.layer, false)) {
      return Answer{
          .kind = Answer::Kind::kLayer,
          .number = range.file,
          .value = is(Conduct::kWrongLayer) ? 0U : 1U,
          .pieces = {},
          .providers = {},
          .bytes = 100 + kLayerValueBytes * world_.content->numbers.count(content::FileIndex(range.file))};
    }
    while (range.count > 0) {
      const std::uint32_t piece = range.first;
      ++range.first;
      --range.count;
      if (session.taken_back.erase(piece) > 0) continue;
      if (auto answer = answer_for(session, piece)) return answer;
    }
    session.range.reset();
  }
}

std::optional<Answer> Serving::answer_for(Session& session, std::uint32_t piece) {
  if (is(Conduct::kClaims) && piece % 2 == 0) return std::nullopt;
  std::uint64_t value = storage_->values[piece];
  if (member_->role == Role::kDownloader)
    world_.rules->served(self_, storage_->held.has(piece), piece, value);
  if (is(Conduct::kWrongBytes) || (is(Conduct::kSomeWrongBytes) && (piece + self_) % 4 == 0)) value ^= 1;
  ++session.sent;
  if (is(Conduct::kUnasked) && session.sent % 3 == 0)
    piece = (piece + world_.content->total() / 2) % world_.content->total();
  return Answer{.kind = Answer::Kind::kPiece,
                .number = piece,
                .value = value,
                .pieces = {},
                .providers = {},
                .bytes = world_.content->length(piece) + 100};
}

}  // namespace covey::sim
