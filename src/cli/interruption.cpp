#include "cli/interruption.hpp"

#include <cstdlib>

#include "cli/exit_code.hpp"

namespace covey::cli {

Interruption::Interruption(std::function<void()> on_first, std::function<void()> before_end)
    : on_first_(std::move(on_first)), before_end_(std::move(before_end)) {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals_, signal);
  struct sigaction hang_up {};
  // Under nohup, hang-ups are ignored and must stay so.
  if (sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN)
    sigaddset(&signals_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  thread_ = std::thread([this] { wait_for_signals(); });
}

Interruption::~Interruption() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);  // only to this thread, to end its wait
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interruption::wait_for_signals() {
  while (true) {
    int signal = 0;
    if (sigwait(&signals_, &signal) != 0) return;
    if (ending_) return;
    if (happened_.exchange(true)) {
      before_end_();
      std::_Exit(static_cast<int>(ExitCode::kInterrupted));
    }
    on_first_();
  }
}

}  // namespace covey::cli
