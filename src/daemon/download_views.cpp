// DownloadBook's part about how people see downloads.

#include <algorithm>

#include "daemon/download_entry.hpp"
#include "daemon/explanation.hpp"
#include "daemon/part_census.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

using api::TransferState;

/// Of the queue, whose places change with every start: what people look at.
constexpr std::size_t kToldPositions = 50;

api::PieceMapView view_of(const swarm::PieceMap& map) {
  api::PieceMapView out{.pieces_total = map.pieces_total, .pieces_done = map.pieces_done};
  out.cells.reserve(map.cells.size());
  for (const auto& cell : map.cells) out.cells.push_back({.done = cell.done, .sources = cell.sources});
  return out;
}

api::PieceMapView all_there(std::uint64_t pieces, std::uint64_t most_cells) {
  api::PieceMapView out{.pieces_total = pieces, .pieces_done = pieces};
  out.cells.assign(std::min(pieces, most_cells), {.done = 100, .sources = 0});
  return out;
}

}  // namespace

api::TransferView DownloadBook::refreshed(Entry& entry) {
  if (entry.running) fill(entry.stored.view, entry.running->progress());
  entry.stored.view.queue_position = queue_.position(entry.id());
  api::TransferView view = entry.stored.view;
  if (auto seed = seeds_.view(entry.id())) view.seed = std::move(seed);
  if (!entry.chore) return view;
  view.state = entry.chore->state;
  view.queue_position.reset();
  if (view.state == TransferState::kVerifying && entry.chore->progress.bytes_total > 0) {
    view.bytes_total = entry.chore->progress.bytes_total;
    view.bytes_done = std::min<std::uint64_t>(entry.chore->progress.bytes, view.bytes_total);
  }
  return view;
}

std::optional<api::ExplanationView> DownloadBook::explain(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = *found->second;
  auto view = refreshed(entry);
  if (!entry.running)
    return explanation_of(std::move(view), entry.last_progress ? &*entry.last_progress : nullptr);
  const auto progress = entry.running->progress();
  return explanation_of(std::move(view), &progress);
}

io::Awaitable<Result<api::PieceMapView>> DownloadBook::pieces(std::string id, std::uint64_t most_cells) {
  CO_TRY(const auto entry, find(id));
  const auto& view = entry->stored.view;
  if (entry->state() == TransferState::kComplete) co_return all_there(view.pieces_total, most_cells);
  auto census = entry->running ? entry->running->census() : std::nullopt;
  const auto name = entry->name();
  // Where nothing has come yet, or it lies elsewhere at the moment, which pieces are here is not known.
  api::PieceMapView unknown{.pieces_total = view.pieces_total, .pieces_done = view.pieces_done};
  if (!census && !name) co_return unknown;
  auto draw = [census = std::move(census), directory = entry->directory(), name,
               select = entry->stored.request.select, most_cells,
               unknown = std::move(unknown)]() -> Result<api::PieceMapView> {
    if (census) return view_of(swarm::map_of(*census, most_cells));
    TRY(const auto kept, part_census(directory, *name, select));
    return kept ? view_of(swarm::map_of(*kept, most_cells)) : unknown;
  };
  co_return co_await node_->offload().run(std::move(draw));
}

Result<DownloadBook::Readable> DownloadBook::readable(const std::string& id) {
  TRY(const auto entry, find(id));
  Readable out;
  if (entry->running) {
    out.running = entry->running->reading();
  } else if (entry->state() == api::TransferState::kComplete) {
    const bool moves = entry->chore && entry->chore->state == api::TransferState::kMoving;
    if (!moves) out.result = entry->stored.view.destination;
  } else if (entry->state() == api::TransferState::kWaitingApproval) {
    return out;  // it begins once its owner has said yes
  } else if (!entry->chore && !wants_to_run(entry->state())) {
    if (is_over(entry->state()))
      return fail(ErrorCode::kInvalidArgument, "download {} was cancelled; fetch it anew to play it", id);
    if (entry->state() == api::TransferState::kPaused)
      return fail(ErrorCode::kInvalidArgument, "download {0} is paused; 'covey resume {0}' goes on with it",
                  id);
    return fail(ErrorCode::kInvalidArgument, "download {0} has failed; 'covey resume {0}' tries again", id);
  }
  return out;
}

void DownloadBook::tell(Entry& entry) {
  if (!entries_.contains(entry.id())) return;
  const auto view = refreshed(entry);
  entry.told_position = view.queue_position;
  if (on_change_) on_change_(view);
}

std::vector<api::TransferView> DownloadBook::views() {
  std::vector<Entry*> sorted;
  for (auto& [id, entry] : entries_) sorted.push_back(entry.get());
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry* a, const Entry* b) { return a->arrival > b->arrival; });
  std::map<std::string, std::uint64_t> positions;
  for (const auto& id : queue_.front(entries_.size())) positions.emplace(id, positions.size() + 1);
  std::vector<api::TransferView> out;
  out.reserve(sorted.size());
  for (Entry* const entry : sorted) {
    if (entry->running || entry->chore) {
      out.push_back(refreshed(*entry));
      continue;
    }
    out.push_back(entry->stored.view);
    if (auto seed = seeds_.view(entry->id())) out.back().seed = std::move(seed);
    const auto position = positions.find(entry->id());
    out.back().queue_position = position == positions.end() ? std::nullopt : std::optional(position->second);
  }
  return out;
}

std::vector<api::TransferView> DownloadBook::moving_on() {
  std::vector<api::TransferView> out;
  for (Entry* const entry : live_) out.push_back(refreshed(*entry));
  for (Entry* const entry : chores_) out.push_back(refreshed(*entry));
  for (const auto& id : queue_.front(kToldPositions)) {
    const auto found = find(id);
    if (!found || (*found)->running || (*found)->chore) continue;
    Entry& entry = **found;
    auto view = refreshed(entry);
    if (std::exchange(entry.told_position, view.queue_position) != view.queue_position)
      out.push_back(std::move(view));
  }
  return out;
}

double DownloadBook::rate() const {
  double out = 0;
  for (const Entry* const entry : live_) out += entry->running->progress().rate;
  return out;
}

}  // namespace covey::daemon
