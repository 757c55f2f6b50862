#include "cli/news.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace covey::cli {

WakePipe::WakePipe() {
  if (::pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
}

WakePipe::~WakePipe() {
  for (const int end : ends_) ::close(end);
}

void WakePipe::wake() {
  constexpr char kNews = '!';
  (void)!::write(ends_[1], &kNews, 1);  // a full pipe wakes as well
}

void WakePipe::drain() {
  std::array<char, 256> ignored{};
  while (::read(ends_[0], ignored.data(), ignored.size()) > 0) {
  }
}

}  // namespace covey::cli
