#include "cli/progress_bar.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <set>
#include <vector>

#include <fmt/ranges.h>

#include "base/quantity.hpp"

namespace covey::cli {
namespace {

using api::Direction;
using api::ShareView;
using api::TransferState;
using api::TransferView;

constexpr int kRateFrom = 40;  // columns from which these are shown
constexpr int kEtaFrom = 56;
constexpr int kRateColumns = 9;  // "1.02 GB/s"
constexpr int kEtaColumns = 10;  // "ETA 1h 02m"
constexpr int kWidestBar = 60;
constexpr std::size_t kPeerGroup = 7;

std::string arrow(Glyphs glyphs) {
  return glyphs == Glyphs::kUnicode ? "→" : "->";
}

std::string title_of(const TransferView& transfer, Glyphs glyphs) {
  if (!transfer.title.empty()) return printable(transfer.title, glyphs);
  return transfer.direction == Direction::kDownload ? "receiving" : "sending";
}

bool is_moving(const TransferView& transfer) {
  return transfer.state == TransferState::kRunning && transfer.waiting_for.empty();
}

double fraction_of(std::uint64_t done, std::uint64_t total) {
  if (total == 0) return 0;
  return std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
}

std::optional<int> percent(std::uint64_t done, std::uint64_t total) {
  if (total == 0) return std::nullopt;
  if (done >= total) return 100;
  return std::min(99, static_cast<int>(fraction_of(done, total) * 100));
}

std::string percent_text(std::optional<int> value) {
  return value ? fmt::format("{:3}%", *value) : std::string("    ");
}

std::string eta_text(std::optional<std::uint64_t> seconds) {
  if (!seconds) return {};
  const auto bounded = std::min<std::uint64_t>(*seconds, 99ULL * 86400);
  return "ETA " + human_duration(std::chrono::seconds(static_cast<std::int64_t>(bounded)));
}

/// As many of the parts as fit, the first ones first.
std::string joined(const std::vector<std::string>& parts, int columns, Glyphs glyphs) {
  const std::string separator = glyphs == Glyphs::kUnicode ? " · " : ", ";
  std::string out;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    const std::string next = out.empty() ? fit(part, columns, glyphs) : out + separator + part;
    if (display_width(next) > columns) break;
    out = next;
  }
  return out;
}

/// name, bar and what stands right of it, in at most `columns`.
std::string bar_line(const std::string& name, double fraction, const std::string& right, int columns,
                     Style style) {
  const int room = columns - display_width(right) - 1;
  const int name_columns =
      std::min({display_width(name), std::max(room / 2, room - kWidestBar - 1), columns / 2});
  const int bar_columns = std::clamp(room - name_columns - 1, 0, kWidestBar);
  return pad(name, name_columns, style.glyphs) + " " + bar(fraction, bar_columns, style) + " " + right;
}

std::string right_of_bar(std::optional<int> value, double rate, const std::string& eta, bool moving,
                         int columns, Glyphs glyphs) {
  std::string right = percent_text(value);
  if (!moving) return right;
  if (columns >= kRateFrom) right += " " + pad_left(human_rate(rate), kRateColumns, glyphs);
  if (columns >= kEtaFrom) right += " " + pad(eta, kEtaColumns, glyphs);
  return right;
}

std::vector<std::string> amounts_of(const TransferView& transfer) {
  std::vector<std::string> parts;
  if (transfer.bytes_total > 0) {
    parts.push_back(human_bytes(transfer.bytes_done) + " of " + human_bytes(transfer.bytes_total));
  }
  if (transfer.pieces_total > 0) {
    parts.push_back(fmt::format("{}/{} pieces", transfer.pieces_done, transfer.pieces_total));
  }
  if (transfer.files_total > 1) {
    parts.push_back(fmt::format("{}/{} files", transfer.files_done, transfer.files_total));
  }
  if (transfer.direction == Direction::kUpload && distinct_peers(transfer) == 1) {
    parts.push_back("to " + short_peer(transfer.peers.front().peer_id));
  } else if (!transfer.peers.empty()) {
    parts.push_back(counted(distinct_peers(transfer), "peer"));
  }
  return parts;
}

Ink ink_of(const TransferView& transfer) {
  if (transfer.state == TransferState::kFailed || transfer.state == TransferState::kCancelled)
    return Ink::kRed;
  return is_moving(transfer) || transfer.state == TransferState::kComplete ? Ink::kGreen : Ink::kYellow;
}

/// Below kTwoLinesFrom there is room for the bar or for words; words win while nothing moves.
std::string narrow_words(const std::string& name, const std::string& words, int columns, Glyphs glyphs) {
  const int for_name = std::min(display_width(name), columns / 3);
  return pad(name, for_name, glyphs) + " " + fit(words, columns - for_name - 1, glyphs);
}

std::string seconds_text(double seconds) {
  return seconds < 9.95
             ? fmt::format("{:.1f}s", seconds)
             : human_duration(std::chrono::seconds(static_cast<std::int64_t>(std::llround(seconds))));
}

/// ", in 4.2s, 512 MB/s": how long this took and how fast what came now was.
std::string pace_of(const TransferView& transfer) {
  if (!transfer.finished_at || *transfer.finished_at < transfer.created_at) return {};
  const double seconds =
      std::max(1e-3, static_cast<double>(*transfer.finished_at - transfer.created_at) / 1000.0);
  const std::uint64_t moved = transfer.bytes_done - std::min(transfer.bytes_resumed, transfer.bytes_done);
  std::string out = " in " + seconds_text(seconds);
  if (moved > 0) out += ", " + human_rate(static_cast<double>(moved) / seconds) + " on average";
  return out;
}

std::string complete_line(const TransferView& transfer, Style style) {
  const bool download = transfer.direction == Direction::kDownload;
  std::string out = inked(style.glyphs == Glyphs::kUnicode ? "✓ " : "", Ink::kGreen, style);
  out += (download ? "received " : "sent ") + title_of(transfer, style.glyphs);
  if (!download && distinct_peers(transfer) == 1) out += " to " + short_peer(transfer.peers.front().peer_id);
  out += ": " + human_bytes(transfer.bytes_done);
  if (transfer.files_total > 1) out += ", " + counted(transfer.files_total, "file");
  out += pace_of(transfer);
  if (transfer.bytes_resumed > 0) out += "; " + human_bytes(transfer.bytes_resumed) + " of it resumed";
  if (!transfer.destination.empty()) {
    out += " " + arrow(style.glyphs) + " " + printable(transfer.destination, style.glyphs);
  }
  return out;
}

}  // namespace

std::string bar(double fraction, int columns, Style style) {
  if (columns <= 0) return {};
  const double bounded = std::clamp(std::isfinite(fraction) ? fraction : 0.0, 0.0, 1.0);
  if (style.glyphs == Glyphs::kAscii) {
    const auto filled = static_cast<std::size_t>(bounded * columns);
    return std::string(filled, '#') + std::string(static_cast<std::size_t>(columns) - filled, '-');
  }
  static constexpr std::array<std::string_view, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(bounded * columns * 8);
  std::string filled;
  for (int column = 0; column < eighths / 8; ++column) filled += "█";
  filled += kEighths.at(static_cast<std::size_t>(eighths % 8));
  const int rest = columns - eighths / 8 - (eighths % 8 == 0 ? 0 : 1);
  std::string track;
  for (int column = 0; column < rest; ++column) track += "░";
  return inked(filled, bounded >= 1 ? Ink::kGreen : Ink::kBold, style) + inked(track, Ink::kDim, style);
}

std::string short_peer(std::string_view peer_id) {
  return printable(peer_id.substr(0, kPeerGroup), Glyphs::kAscii);
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::size_t distinct_peers(const TransferView& transfer) {
  std::set<std::string_view> ids;
  for (const auto& peer : transfer.peers) ids.insert(peer.peer_id);
  return ids.size();
}

bool is_over(TransferState state) {
  return state == TransferState::kComplete || state == TransferState::kFailed ||
         state == TransferState::kCancelled;
}

std::optional<int> percent_of(const TransferView& transfer) {
  if (transfer.state == TransferState::kComplete) return 100;
  return percent(transfer.bytes_done, transfer.bytes_total);
}

std::string state_words(const TransferView& transfer, Glyphs glyphs) {
  switch (transfer.state) {
    case TransferState::kQueued:
      if (!transfer.waiting_for.empty()) return "waiting for " + printable(transfer.waiting_for, glyphs);
      if (transfer.queue_position) return fmt::format("queued, number {}", *transfer.queue_position);
      return "waiting for its turn";
    case TransferState::kWaitingApproval:
      return transfer.waiting_for.empty() ? "waiting for approval"
                                          : "waiting for " + printable(transfer.waiting_for, glyphs);
    case TransferState::kConnecting:
    case TransferState::kRunning:
      if (!transfer.waiting_for.empty()) return "waiting for " + printable(transfer.waiting_for, glyphs);
      return transfer.state == TransferState::kRunning ? "running" : "connecting";
    case TransferState::kPaused:
      return transfer.error ? "paused: " + printable(transfer.error->context, glyphs) : "paused";
    case TransferState::kMoving:
      return "being moved";
    case TransferState::kVerifying:
      return "verifying";
    case TransferState::kComplete:
      return "complete";
    case TransferState::kFailed:
      return transfer.error ? "failed: " + printable(transfer.error->context, glyphs) : "failed";
    case TransferState::kCancelled:
      return "cancelled";
  }
  return {};
}

std::string render(const TransferView& transfer, int columns, Style style) {
  const std::string name = title_of(transfer, style.glyphs);
  const bool moving = is_moving(transfer);
  const std::string words = state_words(transfer, style.glyphs);
  if (columns < kTwoLinesFrom && !moving) return narrow_words(name, words, columns, style.glyphs);
  const std::string right = right_of_bar(percent_of(transfer), transfer.rate, eta_text(transfer.eta_seconds),
                                         moving, columns, style.glyphs);
  const double fraction = transfer.state == TransferState::kComplete
                              ? 1.0
                              : fraction_of(transfer.bytes_done, transfer.bytes_total);
  std::string out = bar_line(name, fraction, right, columns, style);
  if (columns < kTwoLinesFrom) return out;

  constexpr int kIndent = 2;
  const int room = columns - kIndent;
  std::vector<std::string> parts = amounts_of(transfer);
  if (moving) return out + "\n  " + joined(parts, room, style.glyphs);
  const std::string shown = fit(words, room, style.glyphs);
  const std::string separator = style.glyphs == Glyphs::kUnicode ? " · " : ", ";
  const std::string amounts = joined(parts, room - display_width(shown) - 3, style.glyphs);
  return out + "\n  " + inked(shown, ink_of(transfer), style) + (amounts.empty() ? "" : separator + amounts);
}

std::string render(const ShareView& hashing, int columns, Style style) {
  const std::string name = "hashing " + printable(hashing.title, style.glyphs);
  const std::string right = percent_text(percent(hashing.hashed_bytes, hashing.bytes));
  std::string out = bar_line(name, fraction_of(hashing.hashed_bytes, hashing.bytes), right, columns, style);
  if (columns < kTwoLinesFrom) return out;
  const std::vector<std::string> parts{
      human_bytes(hashing.hashed_bytes) + " of " + human_bytes(hashing.bytes),
      hashing.files > 1 ? counted(hashing.files, "file") : std::string{}};
  return out + "\n  " + joined(parts, columns - 2, style.glyphs);
}

std::string plain_line(const TransferView& transfer, Glyphs glyphs) {
  std::string out = title_of(transfer, glyphs) + ": ";
  if (const auto value = percent_of(transfer)) out += fmt::format("{}%, ", *value);
  if (!is_moving(transfer)) return out + state_words(transfer, glyphs);
  std::vector<std::string> parts = amounts_of(transfer);
  const auto after_bytes = parts.begin() + (parts.empty() ? 0 : 1);
  std::string pace = human_rate(transfer.rate);
  if (transfer.eta_seconds) pace += ", " + eta_text(transfer.eta_seconds);
  parts.insert(after_bytes, pace);
  return out + fmt::format("{}", fmt::join(parts, ", "));
}

std::string plain_line(const ShareView& hashing, Glyphs glyphs) {
  return fmt::format("hashing {}: {}%, {} of {}", printable(hashing.title, glyphs),
                     percent(hashing.hashed_bytes, hashing.bytes).value_or(0),
                     human_bytes(hashing.hashed_bytes), human_bytes(hashing.bytes));
}

std::string final_line(const TransferView& transfer, Style style) {
  if (transfer.state == TransferState::kComplete) return complete_line(transfer, style);
  const std::string sign = style.glyphs == Glyphs::kUnicode ? "✗ " : "";
  std::string out = inked(sign, Ink::kRed, style) + title_of(transfer, style.glyphs);
  if (transfer.direction == Direction::kUpload && distinct_peers(transfer) == 1) {
    out += " to " + short_peer(transfer.peers.front().peer_id);
  }
  return out + ": " + state_words(transfer, style.glyphs);
}

}  // namespace covey::cli
