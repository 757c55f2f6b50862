#pragma once
// RequestDesk: which of the requests that wait for this owner is shown, and what a key means for it.
//
// A key answers the request that is shown, and only after it has been shown for kReaction: nobody gets a yes
// that was typed for somebody else. Pure: time is passed in, what to write comes back. One thread.

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/views.hpp"
#include "base/clock.hpp"
#include "cli/console.hpp"

namespace covey::cli {

class RequestDesk {
 public:
  static constexpr std::chrono::milliseconds kReaction{400};

  explicit RequestDesk(Style style) : style_(style) {}

  /// A request as it is now.
  void take(const api::RequestView& view);
  /// As it is after this owner's answer.
  void answered(const api::RequestView& view);
  /// The answer has failed: the request is shown again if it still waits.
  void failed(std::string_view why);

  enum class Deed : std::uint8_t { kNone, kApprove, kDeny, kEnd };
  struct Step {
    Deed deed = Deed::kNone;
    std::string id;  // of the request that it is for
  };
  Step key(char sign, SteadyTime now);

  /// What is to be written: news, and the next request if none is shown. Empty: nothing.
  struct Moment {
    SteadyTime steady;
    WallTime wall;
    int columns = 80;
  };
  std::string take_text(const Moment& now);
  /// Whether the last text has shown a request anew.
  [[nodiscard]] bool has_just_shown() const { return has_just_shown_; }

 private:
  [[nodiscard]] const api::RequestView* next() const;
  [[nodiscard]] bool is_shown(const std::string& id) const { return shown_ == id; }
  void remove(const std::string& id);
  void note(std::string line) { news_ += line + "\n"; }

  Style style_;
  std::vector<api::RequestView> waiting_;  // incoming ones, in the order in which they came
  std::set<std::string> skipped_;
  std::set<std::string> outgoing_;  // of which it was told that they wait
  std::optional<std::string> shown_;
  SteadyTime shown_at_{};
  std::string news_;
  bool has_said_idle_ = false;
  bool has_just_shown_ = false;
  bool prompt_is_open_ = false;
};

}  // namespace covey::cli
