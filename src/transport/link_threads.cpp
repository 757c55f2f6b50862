#include "transport/link_threads.hpp"

namespace covey::transport {

LinkThreads::LinkThreads(std::size_t count) : threads_(count) {
  for (std::size_t i = 0; i < threads_.size(); ++i) loops_.push_back(std::make_unique<Loop>(threads_.next()));
}

LinkThreads::~LinkThreads() {
  threads_.stop();
}

LinkThreads::Loop& LinkThreads::next() {
  return *loops_[turn_++ % loops_.size()];
}

io::Awaitable<void> LinkThreads::stop() {
  for (auto& loop : loops_) {
    auto end = [&group = loop->tasks]() -> io::Awaitable<bool> {
      group.cancel();
      co_await group.join();
      co_return true;
    };
    co_await io::run_on(loop->executor, end);
  }
  threads_.stop();
}

}  // namespace covey::transport
