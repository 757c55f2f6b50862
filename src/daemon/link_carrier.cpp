#include "daemon/link_carrier.hpp"

namespace covey::daemon {

io::Awaitable<Result<mail::LetterAnswers>> LinkCarrier::carry(identity::PeerId to,
                                                              std::vector<access::Endpoint> addresses,
                                                              std::vector<mail::SealedLetter> letters) {
  if (stopped_) co_return fail(ErrorCode::kCancelled, "stopped");
  const auto services = node_->services();
  const io::Executor loop = services.threads->next().executor;
  mail::MailRun::Target target{.peer = to, .addresses = std::move(addresses)};
  const auto run =
      std::make_shared<mail::MailRun>(*services.local, std::move(target), std::move(letters), loop);
  runs_.insert(run);
  auto life = [run] { return run->run(); };
  auto answers = co_await io::run_on(loop, life);
  runs_.erase(run);
  co_return answers;
}

void LinkCarrier::stop() {
  stopped_ = true;
  for (const auto& run : runs_) run->stop();
}

}  // namespace covey::daemon
