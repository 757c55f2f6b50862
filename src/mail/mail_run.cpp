#include "mail/mail_run.hpp"

#include <algorithm>

namespace covey::mail {

/// The run's ear on its stream.
class MailRun::Receiver final : public transport::StreamHandler {
 public:
  explicit Receiver(MailRun& run) : run_(&run) {}
  io::Awaitable<Result<>> on_frame(wire::FrameHeader header, transport::FrameBody& body) override {
    if (header.kind == wire::FrameKind::kLetterTaken) return run_->take_answer(body);
    return body.skip();
  }
  void on_end(const Error& reason) override { run_->end(reason); }

 private:
  MailRun* run_;
};

MailRun::MailRun(const transport::Local& local, Target target, std::vector<SealedLetter> letters,
                 io::Executor here)
    : local_(&local), target_(std::move(target)), letters_(std::move(letters)), here_(here), changed_(here) {}

MailRun::~MailRun() = default;

io::Awaitable<Result<LetterAnswers>> MailRun::run() {
  if (stopped_) co_return fail(ErrorCode::kCancelled, "stopped");
  tasks_ = std::make_unique<io::TaskGroup>(here_);
  tasks_->spawn(work());
  co_await tasks_->join();
  tasks_.reset();
  link_.reset();
  if (!outcome_ && answers_.empty()) co_return std::unexpected(outcome_.error());
  co_return std::move(answers_);
}

void MailRun::stop() {
  asio::post(here_, [self = shared_from_this()] {
    self->stopped_ = true;
    if (self->tasks_) self->tasks_->cancel();
  });
}

io::Awaitable<void> MailRun::work() {
  outcome_ = co_await hand_over();
  if (stopped_ && !outcome_) outcome_ = fail(ErrorCode::kCancelled, "stopped");
  if (link_) link_->close(outcome_ ? Error{ErrorCode::kCancelled, "done"} : outcome_.error());
}

io::Awaitable<void> MailRun::read_link() {
  const auto link = link_;
  end(co_await link->run());
}

void MailRun::end(Error reason) {
  if (!ended_) ended_ = std::move(reason);
  changed_.open_all();
}

io::Awaitable<Result<>> MailRun::hand_over() {
  CO_TRY(link_, co_await transport::dial(*local_, target_.peer, target_.addresses));
  tasks_->spawn(read_link());
  CO_TRY(const auto stream, co_await link_->open(kMailProtocol, std::make_unique<Receiver>(*this)));
  for (const SealedLetter& letter : letters_) {
    if (ended_) co_return std::unexpected(*ended_);
    const wire::Letter message = message_of(letter);
    CO_TRY_VOID(co_await link_->send_message(stream, wire::FrameKind::kLetter, message));
  }
  while (answers_.size() < letters_.size()) {
    if (ended_) co_return std::unexpected(*ended_);
    auto waited = co_await changed_.wait_for(target_.patience);
    if (!waited && waited.error().code == ErrorCode::kTimedOut)
      co_return fail(ErrorCode::kTimedOut, "{} does not answer", link_->stream().remote_address());
    CO_TRY_VOID(std::move(waited));
  }
  co_return co_await link_->end_stream(stream);
}

io::Awaitable<Result<>> MailRun::take_answer(transport::FrameBody& body) {
  wire::LetterTaken message;
  CO_TRY_VOID(co_await body.read_message(message));
  CO_TRY(const auto answer, read_answer(message));
  const bool asked = std::any_of(letters_.begin(), letters_.end(),
                                 [&](const SealedLetter& letter) { return letter.id == answer.id; });
  if (!asked || !answers_.emplace(answer.id, answer.outcome).second)
    co_return fail(ErrorCode::kPeerMisbehaved, "an answer to a letter that nobody sent");
  changed_.open_all();
  co_return Result<>{};
}

}  // namespace covey::mail
