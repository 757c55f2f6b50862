#include "cli/progress_writer.hpp"

#include <ostream>

namespace covey::cli {

ProgressWriter::ProgressWriter(Console& console, ProgressMode mode, LiveForm form)
    : console_(console), feed_(mode, console.err_style(), form), thread_([this] { run(); }) {}

ProgressWriter::~ProgressWriter() {
  end();
}

void ProgressWriter::wake() {
  has_news_ = true;
  changed_.notify_one();
}

void ProgressWriter::limits(const api::LimitsView& view) {
  const std::lock_guard lock(mutex_);
  feed_.limits(view);
  wake();
}

void ProgressWriter::removed(const std::string& id) {
  const std::lock_guard lock(mutex_);
  feed_.removed(id);
  wake();
}

void ProgressWriter::transfer(const api::TransferView& view) {
  const std::lock_guard lock(mutex_);
  feed_.transfer(view, clock_.steady());
  wake();
}

void ProgressWriter::hashing(const api::ShareView& view) {
  const std::lock_guard lock(mutex_);
  feed_.hashing(view, clock_.steady());
  wake();
}

void ProgressWriter::hashed() {
  const std::lock_guard lock(mutex_);
  feed_.hashed();
  wake();
}

void ProgressWriter::say(std::string_view line) {
  const std::lock_guard lock(mutex_);
  feed_.say(line);
  wake();
}

void ProgressWriter::print(std::string_view text) {
  const std::lock_guard lock(mutex_);
  feed_.print(text);
  wake();
}

void ProgressWriter::end(ProgressFeed::Bars bars) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = true;
    changed_.notify_one();
  }
  thread_.join();
  write(feed_.finish(bars, size()));
}

void ProgressWriter::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    // What came too early to be drawn is drawn after the interval, even if nothing new comes.
    changed_.wait_for(lock, ProgressFeed::kLiveInterval, [this] { return has_news_ || ending_; });
    has_news_ = false;
    const std::vector<Chunk> chunks = feed_.take(clock_.steady(), size());
    lock.unlock();
    write(chunks);
    lock.lock();
  }
}

void ProgressWriter::write(const std::vector<Chunk>& chunks) {
  // What belongs together goes out at once: between taking the bars away and drawing them nothing is shown.
  for (auto at = chunks.begin(); at != chunks.end();) {
    const Stream target = at->stream;
    std::string text;
    for (; at != chunks.end() && at->stream == target; ++at) text += at->text;
    std::ostream& stream = target == Stream::kOut ? console_.out : console_.err;
    stream << text << std::flush;
  }
}

}  // namespace covey::cli
