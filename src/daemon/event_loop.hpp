#pragma once
// run_program: an event loop on the calling thread for the length of one program.

#include <exception>

#include "daemon/stop_signal.hpp"
#include "io/coroutine.hpp"

namespace covey::daemon {

/// Makes a Program(context, arguments...), awaits its run() on this thread and returns the outcome. A request
/// of `stop`, from any thread, becomes a call of its stop() on this one.
template <typename Program, typename... Arguments>
auto run_program(StopSignal& stop, Arguments&... arguments) {
  asio::io_context context(1);
  using Outcome = typename decltype(std::declval<Program&>().run())::value_type;
  Outcome outcome;
  {
    Program program(context, arguments...);
    stop.listen([&context, &program] { asio::post(context, [&program] { program.stop(); }); });
    auto root = [&]() -> io::Awaitable<void> {
      co_await asio::this_coro::throw_if_cancelled(false);
      outcome = co_await program.run();
    };
    asio::co_spawn(context, root, [](const std::exception_ptr& escaped) {
      if (escaped) std::rethrow_exception(escaped);
    });
    context.run();
    stop.listen({});
    // A stop that was posted at the very end still refers to the program.
    context.restart();
    context.poll();
  }
  return outcome;
}

}  // namespace covey::daemon
