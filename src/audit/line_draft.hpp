#pragma once
// LineDraft: the next lines of a log as text, each chained to the one before, with a head after every 64
// events. Where they would end is known before any of it is written. Single-threaded.

#include <string>

#include "audit/chain_check.hpp"

namespace covey::audit {

/// Where a log stands: its last line.
struct ChainPlace {
  std::uint64_t seq = 0;
  ChainHash chain;
  std::uint64_t events_since_head = 0;
  bool at_head = true;  // the last line is a head, so everything is signed
};

class LineDraft {
 public:
  /// The key outlives the draft.
  LineDraft(const ChainPlace& place, const LogId& log, const identity::DeviceKey& key, WallTime now)
      : place_(place), log_(log), key_(&key), now_(now) {}

  void add_event(const AuditEvent& event) {
    add(event);
    last_event_ = place_.seq;
    if (++place_.events_since_head == kEventsPerHead) add_head();
  }
  void add_head() {
    add(sign_head(*key_, log_, place_.seq + 1, place_.chain, now_));
    place_.events_since_head = 0;
    place_.at_head = true;
  }
  void add_beginning(std::uint64_t file) { add(FileBeginning{now_, log_, file}); }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const ChainPlace& place() const { return place_; }
  /// The number of the last event; 0 without one.
  [[nodiscard]] std::uint64_t last_event() const { return last_event_; }

 private:
  void add(std::variant<AuditEvent, FileBeginning, SignedHead> what) {
    const std::string line = to_line({place_.seq + 1, place_.chain, std::move(what)});
    ++place_.seq;
    place_.chain = chain_hash(line);
    place_.at_head = false;
    text_ += line;
  }

  ChainPlace place_;
  LogId log_;
  const identity::DeviceKey* key_;
  WallTime now_;
  std::string text_;
  std::uint64_t last_event_ = 0;
};

}  // namespace covey::audit
