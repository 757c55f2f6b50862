#include "cli/progress_feed.hpp"

#include <algorithm>

#include "api/json.hpp"
#include "cli/progress_bar.hpp"

namespace covey::cli {
namespace {

/// The command itself tells why a download ended badly; an upload's end is news only here.
bool deserves_final_line(const api::TransferView& view) {
  return view.state == api::TransferState::kComplete || view.direction == api::Direction::kUpload;
}

}  // namespace

std::string event_line(std::string_view name, const std::string& object) {
  const std::string rest = object.substr(1);
  return fmt::format("{{\"event\":\"{}\"{}{}", name, rest == "}" ? "" : ",", rest);
}

void ProgressFeed::say(std::string_view line) {
  if (mode_ == ProgressMode::kJson || mode_ == ProgressMode::kSilent) return;
  waiting_.push_back({Stream::kErr, std::string(line) + "\n"});
}

void ProgressFeed::print(std::string_view text) {
  waiting_.push_back({Stream::kOut, std::string(text) + "\n"});
}

void ProgressFeed::limits(const api::LimitsView& view) {
  limits_ = view;
  if (mode_ == ProgressMode::kJson) print(event_line("limits", api::to_json(view)));
}

void ProgressFeed::removed(const std::string& id) {
  transfers_.erase(id);
  // An id is letters and digits, so it stands in JSON as it is.
  if (mode_ == ProgressMode::kJson) print(event_line("removed", fmt::format(R"({{"id":"{}"}})", id)));
}

void ProgressFeed::hashing(const api::ShareView& view, SteadyTime now) {
  hashing_ = view;
  if (mode_ == ProgressMode::kJson) print(event_line("share", api::to_json(view)));
  // Until its files are counted there is nothing to tell.
  if (view.bytes == 0) return;
  if (mode_ == ProgressMode::kPlain && (!last_hashing_line_ || now - *last_hashing_line_ >= kPlainInterval)) {
    last_hashing_line_ = now;
    say(plain_line(view, style_.glyphs));
  }
}

void ProgressFeed::plain(Shown& shown, bool state_changed, SteadyTime now) {
  if (!state_changed && shown.last_line && now - *shown.last_line < kPlainInterval) return;
  shown.last_line = now;
  say(plain_line(shown.view, style_.glyphs));
}

void ProgressFeed::transfer(const api::TransferView& view, SteadyTime now) {
  if (mode_ == ProgressMode::kJson) print(event_line("transfer", api::to_json(view)));
  const auto [found, is_new] = transfers_.try_emplace(view.id);
  Shown& shown = found->second;
  // A countdown inside waiting_for is no change of state; that it waits at all is.
  const bool state_changed =
      is_new || shown.view.state != view.state || shown.view.waiting_for.empty() != view.waiting_for.empty();
  const bool was_over = shown.over;
  shown.view = view;
  shown.over = is_over(view.state);
  if (!shown.over) {
    // Of a long queue only what happens is news.
    const bool just_waits = form_ == LiveForm::kBoard && is_new && view.queue_position;
    if (mode_ == ProgressMode::kPlain && !just_waits) plain(shown, state_changed, now);
  } else if (!was_over && deserves_final_line(view)) {
    say(final_line(view, style_));
  }
}

std::string ProgressFeed::bars(BoardSize size) const {
  // The last column stays free: some terminals wrap as soon as it is filled.
  const int room = size.columns - 1;
  if (form_ == LiveForm::kBoard) {
    std::vector<const api::TransferView*> shown;
    for (const auto& [id, transfer] : transfers_) {
      if (!transfer.over) shown.push_back(&transfer.view);
    }
    return transfer_board(std::move(shown), limits_, {room, size.rows - 1}, style_);
  }
  std::string out = hashing_ ? render(*hashing_, room, style_) : std::string{};
  for (const auto& [id, shown] : transfers_) {
    if (shown.over) continue;
    if (!out.empty()) out += '\n';
    out += render(shown.view, room, style_);
  }
  return out;
}

std::string ProgressFeed::without_bars() {
  if (drawn_.empty()) return {};
  const auto lines_above = std::count(drawn_.begin(), drawn_.end(), '\n');
  drawn_.clear();
  std::string out = "\r";
  if (lines_above > 0) out += fmt::format("\x1b[{}A", lines_above);
  return out + "\x1b[J";
}

std::vector<Chunk> ProgressFeed::take(SteadyTime now, BoardSize size) {
  std::vector<Chunk> lasting = std::exchange(waiting_, {});
  if (mode_ != ProgressMode::kLive) return lasting;
  if (lasting.empty() && !drawn_.empty() && now - drawn_at_ < kLiveInterval) return {};
  std::string next = bars(size);
  if (lasting.empty() && next == drawn_) return {};

  std::vector<Chunk> out;
  if (std::string erase = without_bars(); !erase.empty()) out.push_back({Stream::kErr, std::move(erase)});
  std::move(lasting.begin(), lasting.end(), std::back_inserter(out));
  drawn_ = std::move(next);
  drawn_at_ = now;
  if (!drawn_.empty()) out.push_back({Stream::kErr, drawn_});
  return out;
}

std::vector<Chunk> ProgressFeed::finish(Bars bars_then, BoardSize size) {
  std::vector<Chunk> lasting = std::exchange(waiting_, {});
  if (mode_ != ProgressMode::kLive) return lasting;
  std::vector<Chunk> out;
  if (std::string erase = without_bars(); !erase.empty()) out.push_back({Stream::kErr, std::move(erase)});
  std::move(lasting.begin(), lasting.end(), std::back_inserter(out));
  if (bars_then == Bars::kKeep) {
    if (const std::string last = bars(size); !last.empty()) out.push_back({Stream::kErr, last + "\n"});
  }
  return out;
}

}  // namespace covey::cli
