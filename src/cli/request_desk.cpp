#include "cli/request_desk.hpp"

#include <algorithm>

#include "api/json.hpp"
#include "cli/request_text.hpp"

namespace covey::cli {
namespace {

using api::RequestView;

constexpr char kEndOfInput = 4;  // Ctrl-D
constexpr std::string_view kPrompt = "[y] approve  [n] deny  [s] skip  [q] end: ";

auto of_id(const std::string& id) {
  return [&id](const RequestView& view) { return view.id == id; };
}

}  // namespace

void RequestDesk::remove(const std::string& id) {
  std::erase_if(waiting_, of_id(id));
  skipped_.erase(id);
  if (is_shown(id)) shown_.reset();
}

void RequestDesk::take(const RequestView& view) {
  const bool waits = view.state == api::RequestState::kWaiting;
  if (view.direction == api::RequestDirection::kOutgoing) {
    if (waits) {
      outgoing_.insert(view.id);
    } else if (outgoing_.erase(view.id) > 0) {
      note(outcome_words(view, style_.glyphs));
    }
    return;
  }
  const auto known = std::find_if(waiting_.begin(), waiting_.end(), of_id(view.id));
  if (!waits) {
    if (is_shown(view.id)) note(outcome_words(view, style_.glyphs));
    remove(view.id);
  } else if (known == waiting_.end()) {
    waiting_.push_back(view);
  } else if (api::to_json(*known) != api::to_json(view)) {
    *known = view;
    skipped_.erase(view.id);
    if (is_shown(view.id)) shown_.reset();  // whoever answers must have seen it as it is
  }
}

void RequestDesk::answered(const RequestView& view) {
  note(outcome_words(view, style_.glyphs));
  remove(view.id);
}

void RequestDesk::failed(std::string_view why) {
  note(inked("covey:", Ink::kRed, style_) + " " + printable(why, style_.glyphs));
  shown_.reset();
}

RequestDesk::Step RequestDesk::key(char sign, SteadyTime now) {
  if (sign == 'q' || sign == 'Q' || sign == kEndOfInput) return {Deed::kEnd, {}};
  if (!shown_ || now - shown_at_ < kReaction) return {};
  switch (sign) {
    case 'y':
    case 'Y':
      return {Deed::kApprove, *shown_};
    case 'n':
    case 'N':
      return {Deed::kDeny, *shown_};
    case 's':
    case 'S':
      skipped_.insert(*shown_);
      shown_.reset();
      note("left waiting");
      return {};
    default:
      return {};
  }
}

const RequestView* RequestDesk::next() const {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const RequestView& view) { return !skipped_.contains(view.id); });
  return found == waiting_.end() ? nullptr : &*found;
}

std::string RequestDesk::take_text(const Moment& now) {
  std::string out = std::exchange(news_, {});
  has_just_shown_ = false;
  const RequestView* const request = shown_ ? nullptr : next();
  if (request != nullptr) {
    const auto left = waiting_.size() - skipped_.size();
    std::string title = request_title(*request, style_.glyphs);
    if (left > 1) title += fmt::format(" ({} are waiting)", left);
    out += inked(title, Ink::kBold, style_) + "\n";
    out += request_details(*request, now.wall, now.columns - 1, style_.glyphs);
    shown_ = request->id;
    shown_at_ = now.steady;
    has_just_shown_ = true;
    has_said_idle_ = false;
  } else if (!shown_ && !std::exchange(has_said_idle_, true)) {
    out += "waiting for requests; q ends\n";
  }
  if (out.empty()) return out;
  // What comes after an open prompt begins a line of its own, and the prompt follows it.
  if (std::exchange(prompt_is_open_, shown_.has_value())) out = "\n" + out;
  if (shown_) out += kPrompt;
  return out;
}

}  // namespace covey::cli
