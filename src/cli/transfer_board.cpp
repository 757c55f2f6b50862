#include "cli/transfer_board.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "base/quantity.hpp"
#include "cli/progress_bar.hpp"
#include "cli/transfer_settings.hpp"

namespace covey::cli {
namespace {

using api::Direction;
using api::TransferState;
using api::TransferView;

constexpr int kColumnGap = 2;
constexpr int kIdColumns = 5;
constexpr int kPercentColumns = 4;
constexpr int kSpeedColumns = 11;  // "↓ 1.02 GB/s"
constexpr int kEtaColumns = 7;     // "59m 59s"
constexpr int kPeersColumns = 5;
constexpr int kLimitsColumns = 22;
constexpr int kNarrowestBar = 6;
constexpr int kWidestBar = 40;
constexpr int kNarrowestTitle = 8;
/// From here on there is room for a column of the transfers' own settings.
constexpr int kLimitsFrom = 110;
/// From here on there are all the others.
constexpr int kFullFrom = 64;
/// Below, there is a name and a word.
constexpr int kTableFrom = 50;
constexpr std::uint64_t kLongestEta = 99ULL * 86400;

/// How the columns share a line.
struct Layout {
  int title = 0;
  int bar = 0;
  bool full = true;
  bool limits = false;

  explicit Layout(int columns) : full(columns >= kFullFrom), limits(columns >= kLimitsFrom) {
    int room =
        columns - kIdColumns - kColumnGap - kPercentColumns - 1 - kColumnGap - kColumnGap - kSpeedColumns;
    if (full) room -= 2 * kColumnGap + kEtaColumns + kPeersColumns;
    if (limits) room -= kColumnGap + kLimitsColumns;
    bar = std::clamp(room * 2 / 5, kNarrowestBar, kWidestBar);
    title = std::max(kNarrowestTitle, room - bar);
  }
  /// What lies right of the title.
  [[nodiscard]] int rest() const {
    int out = bar + 1 + kPercentColumns + kColumnGap + kSpeedColumns;
    if (full) out += 2 * kColumnGap + kEtaColumns + kPeersColumns;
    return out;
  }
};

bool moves(const TransferView& view) {
  return view.state == TransferState::kRunning && view.waiting_for.empty();
}

/// What people look for first comes first.
int rank_of(const TransferView& view) {
  if (moves(view)) return 0;
  switch (view.state) {
    case TransferState::kVerifying:
    case TransferState::kMoving:
      return 1;
    case TransferState::kRunning:
    case TransferState::kConnecting:
    case TransferState::kWaitingApproval:
      return 2;
    case TransferState::kQueued:
      return view.queue_position ? 3 : 4;  // those without wait for their peer
    case TransferState::kPaused:
      return 5;
    default:
      return 6;
  }
}

bool comes_before(const TransferView* a, const TransferView* b) {
  const auto key = [](const TransferView& view) {
    return std::tuple(rank_of(view), view.queue_position.value_or(0), view.created_at,
                      std::string_view(view.id));
  };
  return key(*a) < key(*b);
}

std::string down_arrow(Glyphs glyphs) {
  return glyphs == Glyphs::kUnicode ? "↓" : "down";
}
std::string up_arrow(Glyphs glyphs) {
  return glyphs == Glyphs::kUnicode ? "↑" : "up";
}

std::string summary(const std::vector<const TransferView*>& transfers,
                    const std::optional<api::LimitsView>& limits, Glyphs glyphs) {
  int running = 0;
  int waiting = 0;
  int paused = 0;
  double down = 0;
  double up = 0;
  for (const TransferView* view : transfers) {
    running += moves(*view) ? 1 : 0;
    waiting += rank_of(*view) >= 2 && rank_of(*view) <= 4 ? 1 : 0;
    paused += view->state == TransferState::kPaused ? 1 : 0;
    if (moves(*view)) (view->direction == Direction::kDownload ? down : up) += view->rate;
  }
  const std::string dot = glyphs == Glyphs::kUnicode ? " · " : ", ";
  std::string out = fmt::format("{} running, {} waiting", running, waiting);
  if (paused > 0) out += fmt::format(", {} paused", paused);
  out += fmt::format("{}{} {} {} {}", dot, down_arrow(glyphs), human_rate(down), up_arrow(glyphs),
                     human_rate(up));
  if (limits && (limits->down_now || limits->up_now)) {
    out += fmt::format("{}limits {} {} {} {}", dot, down_arrow(glyphs), rate_words(limits->down_now),
                       up_arrow(glyphs), rate_words(limits->up_now));
    if (limits->scheduled_now) out += " by the schedule";
  }
  return out;
}

std::string limits_of(const TransferView& view, Glyphs glyphs) {
  const auto& settings = view.settings;
  std::string out;
  if (settings.limit_down) out += down_arrow(glyphs) + " " + rate_words(settings.limit_down);
  if (settings.limit_up)
    out += (out.empty() ? "" : " ") + up_arrow(glyphs) + " " + rate_words(settings.limit_up);
  if (out.empty() && settings.priority != api::Priority::kNormal) out = settings_words(settings);
  return out;
}

std::string heading(const Layout& layout, Glyphs glyphs) {
  const std::string gap(kColumnGap, ' ');
  std::string out = pad("ID", kIdColumns, glyphs) + gap + pad("TITLE", layout.title, glyphs) + gap;
  out += pad("PROGRESS", layout.bar + 1 + kPercentColumns, glyphs) + gap;
  out += pad_left("SPEED", kSpeedColumns, glyphs);
  if (layout.full) {
    out += gap + pad_left("ETA", kEtaColumns, glyphs) + gap + pad_left("PEERS", kPeersColumns, glyphs);
  }
  if (layout.limits) out += gap + pad("LIMITS", kLimitsColumns, glyphs);
  return without_trailing_spaces(std::move(out));
}

std::string speed_of(const TransferView& view, Glyphs glyphs) {
  const bool down = view.direction == Direction::kDownload;
  const std::string arrow = glyphs == Glyphs::kUnicode ? (down ? "↓ " : "↑ ") : (down ? "< " : "> ");
  return arrow + human_rate(view.rate);
}

std::string moving_part(const TransferView& view, const Layout& layout, Style style) {
  const std::string gap(kColumnGap, ' ');
  const double fraction = view.bytes_total == 0
                              ? 0
                              : static_cast<double>(view.bytes_done) / static_cast<double>(view.bytes_total);
  const auto percent = percent_of(view);
  std::string out = bar(fraction, layout.bar, style) + " ";
  out += pad_left(percent ? fmt::format("{}%", *percent) : "", kPercentColumns, style.glyphs) + gap;
  out += pad_left(moves(view) ? speed_of(view, style.glyphs) : "", kSpeedColumns, style.glyphs);
  if (!layout.full) return out;
  const auto eta = moves(view) && view.eta_seconds
                       ? human_duration(std::chrono::seconds(
                             static_cast<std::int64_t>(std::min(*view.eta_seconds, kLongestEta))))
                       : std::string();
  const std::string peers = moves(view) ? std::to_string(distinct_peers(view)) : std::string();
  return out + gap + pad_left(eta, kEtaColumns, style.glyphs) + gap +
         pad_left(peers, kPeersColumns, style.glyphs);
}

/// Where nothing moves, words say more than an empty bar: what it waits for, and how far it came.
std::string resting_part(const TransferView& view, const Layout& layout, Style style) {
  std::string words = state_words(view, style.glyphs);
  const auto percent = percent_of(view);
  if (percent && *percent > 0 && !is_over(view.state)) words = fmt::format("{}%, {}", *percent, words);
  const bool bad = view.state == TransferState::kFailed || view.error.has_value();
  const bool is_asked = view.state == TransferState::kWaitingApproval;
  return inked(pad(words, layout.rest(), style.glyphs),
               bad        ? Ink::kRed
               : is_asked ? Ink::kYellow
                          : Ink::kDim,
               style);
}

std::string narrow_row(const TransferView& view, int columns, Glyphs glyphs) {
  const int title = columns / 2;
  const auto percent = percent_of(view);
  const std::string words = moves(view) ? fmt::format("{}% {}", percent.value_or(0), human_rate(view.rate))
                                        : state_words(view, glyphs);
  return without_trailing_spaces(pad(printable(view.title, glyphs), title, glyphs) + " " +
                                 fit(words, columns - title - 1, glyphs));
}

std::string row(const TransferView& view, const Layout& layout, Style style) {
  const std::string gap(kColumnGap, ' ');
  const bool has_bar = moves(view) || view.state == TransferState::kVerifying;
  std::string out = pad(printable(view.id, style.glyphs), kIdColumns, style.glyphs) + gap;
  out += pad(printable(view.title, style.glyphs), layout.title, style.glyphs) + gap;
  out += has_bar ? moving_part(view, layout, style) : resting_part(view, layout, style);
  if (layout.limits) out += gap + fit(limits_of(view, style.glyphs), kLimitsColumns, style.glyphs);
  return without_trailing_spaces(std::move(out));
}

}  // namespace

std::string transfer_board(std::vector<const TransferView*> transfers,
                           const std::optional<api::LimitsView>& limits, BoardSize size, Style style) {
  std::sort(transfers.begin(), transfers.end(), comes_before);
  const Layout layout(size.columns);
  std::string out = fit(summary(transfers, limits, style.glyphs), size.columns, style.glyphs);
  if (transfers.empty()) return out;
  const bool narrow = size.columns < kTableFrom;
  const std::string columns = narrow ? "TITLE" : heading(layout, style.glyphs);
  out += "\n" + inked(columns, Ink::kBold, style);
  constexpr int kLinesAround = 3;  // the sum, the heading, and what has no room
  auto room = static_cast<std::size_t>(std::max(1, size.rows - kLinesAround));
  if (transfers.size() == room + 1) ++room;  // "and 1 more" would take its place
  for (std::size_t i = 0; i < std::min(room, transfers.size()); ++i) {
    out += "\n";
    out += narrow ? narrow_row(*transfers[i], size.columns, style.glyphs) : row(*transfers[i], layout, style);
  }
  if (transfers.size() > room)
    out += fmt::format("\n{} and {} more", style.glyphs == Glyphs::kUnicode ? "…" : "...",
                       transfers.size() - room);
  return out;
}

}  // namespace covey::cli
