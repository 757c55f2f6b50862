#pragma once
// ProgressFeed: decides what is written of a running transfer, and when; ProgressWriter does the writing.
//
// Live: the unfinished transfers as bars at the foot of the terminal, drawn anew at most ten times a second,
// with lasting lines above them. Plain: a line for each change of state, else at most one each two seconds
// and transfer. Json: every change as one NDJSON event. Silent: results only. Each finished transfer gets one
// final line. Pure: time and width are passed in, what to write comes back. One thread at a time.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/views.hpp"
#include "base/clock.hpp"
#include "cli/console.hpp"
#include "cli/transfer_board.hpp"

namespace covey::cli {

enum class ProgressMode : std::uint8_t { kLive, kPlain, kJson, kSilent };

/// What is drawn on a terminal: a bar for each transfer, or one table of all that is not over.
enum class LiveForm : std::uint8_t { kBars, kBoard };

enum class Stream : std::uint8_t { kOut, kErr };

struct Chunk {
  Stream stream = Stream::kErr;
  std::string text;
};

class ProgressFeed {
 public:
  static constexpr std::chrono::milliseconds kLiveInterval{100};
  static constexpr std::chrono::milliseconds kPlainInterval{2000};

  ProgressFeed(ProgressMode mode, Style style, LiveForm form = LiveForm::kBars)
      : mode_(mode), style_(style), form_(form) {}

  void limits(const api::LimitsView& view);
  /// It is on the list no more.
  void removed(const std::string& id);
  void transfer(const api::TransferView& view, SteadyTime now);
  void hashing(const api::ShareView& view, SteadyTime now);
  /// Takes the hashing bar away.
  void hashed() { hashing_.reset(); }
  /// A line for the user, on err; dropped with kJson and kSilent.
  void say(std::string_view line);
  /// A result, on out, in every mode.
  void print(std::string_view text);

  /// What to write now; the bars only when they are due.
  std::vector<Chunk> take(SteadyTime now, BoardSize size);
  /// The last words: bars are taken away, or left where they stand when the run was interrupted.
  enum class Bars : std::uint8_t { kRemove, kKeep };
  std::vector<Chunk> finish(Bars bars, BoardSize size);

 private:
  struct Shown {
    api::TransferView view;
    std::optional<SteadyTime> last_line;
    bool over = false;
  };

  void plain(Shown& shown, bool state_changed, SteadyTime now);
  [[nodiscard]] std::string bars(BoardSize size) const;
  [[nodiscard]] std::string without_bars();

  ProgressMode mode_;
  Style style_;
  LiveForm form_;
  std::optional<api::LimitsView> limits_;
  std::map<std::string, Shown> transfers_;
  std::optional<api::ShareView> hashing_;
  std::optional<SteadyTime> last_hashing_line_;
  std::vector<Chunk> waiting_;
  std::string drawn_;  // the bars as they stand on the terminal
  SteadyTime drawn_at_{};
};

/// {"event":"NAME",…} from a JSON object's text.
std::string event_line(std::string_view name, const std::string& object);

}  // namespace covey::cli
