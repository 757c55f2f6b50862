#pragma once
// MailRun: dials a peer, hands it a few letters over one stream of "covey/mail/1", and hangs up.
//
// Made on any thread and run on `here`, where its link lives; stop() may come from any thread. Shared, since
// whoever stops it may be quicker than its end. Spec: docs/spec/mail.md, "On a link".

#include <memory>
#include <vector>

#include "mail/mail_messages.hpp"
#include "transport/dialer.hpp"

namespace covey::mail {

class MailRun : public std::enable_shared_from_this<MailRun> {
 public:
  struct Target {
    identity::PeerId peer;
    std::vector<access::Endpoint> addresses;
    /// For the next answer, after all has been sent.
    std::chrono::milliseconds patience{30'000};
  };
  /// At most kMaxLettersOfStream letters. `local` outlives the run.
  MailRun(const transport::Local& local, Target target, std::vector<SealedLetter> letters, io::Executor here);
  ~MailRun();

  /// What the peer answered; letters that it did not answer any more are missing. The errors of
  /// transport::dial, and why there was no answer at all: kUnsupported, kTimedOut, kConnectionLost,
  /// kCancelled.
  io::Awaitable<Result<LetterAnswers>> run();
  void stop();

 private:
  class Receiver;
  io::Awaitable<void> work();
  io::Awaitable<Result<>> hand_over();
  io::Awaitable<void> read_link();
  io::Awaitable<Result<>> take_answer(transport::FrameBody& body);
  void end(Error reason);

  const transport::Local* local_;
  Target target_;
  std::vector<SealedLetter> letters_;
  io::Executor here_;
  io::Gate changed_;
  std::unique_ptr<io::TaskGroup> tasks_;
  std::shared_ptr<transport::Link> link_;
  std::optional<Error> ended_;
  LetterAnswers answers_;
  Result<> outcome_;
  bool stopped_ = false;
};

}  // namespace covey::mail
