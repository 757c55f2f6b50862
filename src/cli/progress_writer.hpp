#pragma once
// ProgressWriter: takes what observers report on the network thread and writes it on a thread of its own, so
// that a terminal that was stopped with Ctrl-S, or a slow pipe, never holds up the network.
//
// Its mutex (the other one of the command line is News's) guards the feed for the moment that a view
// is copied in or the text to write is taken out, never while writing. All functions from any thread; end()
// once.

#include <condition_variable>
#include <mutex>
#include <thread>

#include "cli/progress_feed.hpp"

namespace covey::cli {

class ProgressWriter {
 public:
  ProgressWriter(Console& console, ProgressMode mode, LiveForm form = LiveForm::kBars);
  ProgressWriter(const ProgressWriter&) = delete;
  ProgressWriter& operator=(const ProgressWriter&) = delete;
  ~ProgressWriter();

  void limits(const api::LimitsView& view);
  void removed(const std::string& id);
  void transfer(const api::TransferView& view);
  void hashing(const api::ShareView& view);
  void hashed();
  void say(std::string_view line);
  void print(std::string_view text);

  /// Writes what is left and stops; nothing is written afterwards. The console is free for others again.
  void end(ProgressFeed::Bars bars = ProgressFeed::Bars::kRemove);

 private:
  void run();
  void write(const std::vector<Chunk>& chunks);
  void wake();
  [[nodiscard]] BoardSize size() const { return {console_.columns(), console_.rows()}; }

  Console& console_;
  SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  ProgressFeed feed_;  // guarded by mutex_, as the two below
  bool has_news_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace covey::cli
