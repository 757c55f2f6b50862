#include "cli/request_news.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace covey::cli {

RequestNews::RequestNews() {
  if (::pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
}

RequestNews::~RequestNews() {
  for (const int end : ends_) ::close(end);
}

void RequestNews::wake() {
  constexpr char kNews = '!';
  (void)!::write(ends_[1], &kNews, 1);  // a full pipe wakes as well
}

void RequestNews::put(const api::RequestView& view) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.views.push_back(view);
  }
  wake();
}

void RequestNews::end(const Result<>& why) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.ended = why;
  }
  wake();
}

RequestNews::Taken RequestNews::take() {
  std::array<char, 256> ignored{};
  while (::read(ends_[0], ignored.data(), ignored.size()) > 0) {
  }
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

}  // namespace covey::cli
