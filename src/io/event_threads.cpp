#include "io/event_threads.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <pthread.h>

namespace covey::io {

EventThread::EventThread(std::string name) : work_(asio::make_work_guard(context_)) {
  thread_ = std::thread([this, name = std::move(name)] {
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
    context_.run();
  });
}

EventThread::~EventThread() {
  stop();
}

void EventThread::stop() {
  if (!thread_.joinable()) return;
  work_.reset();
  context_.stop();
  thread_.join();
}

EventThreads::EventThreads(std::size_t count) {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, count); ++i) {
    threads_.push_back(std::make_unique<EventThread>(fmt::format("covey-link-{}", i)));
  }
}

Executor EventThreads::next() {
  return threads_[turn_++ % threads_.size()]->executor();
}

void EventThreads::stop() {
  for (auto& thread : threads_) thread->stop();
}

}  // namespace covey::io
