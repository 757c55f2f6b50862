#pragma once
// MailServer: the taking side of "covey/mail/1" on one stream of one link.
//
// It hands each letter, still sealed, to the sink on the network thread and answers what became of it, before
// it reads the next frame: a peer that writes faster than its letters are taken waits in its own link.
// Spec: docs/spec/mail.md, "On a link".

#include "mail/mail_messages.hpp"
#include "transport/link.hpp"

namespace covey::mail {

/// Who decides about letters that come over links. On the network thread; outlives every link.
class MailSink {
 public:
  virtual ~MailSink() = default;
  /// `from` is the peer at the other end. Called for one letter of a link at a time.
  virtual io::Awaitable<LetterOutcome> take(identity::PeerId from, SealedLetter letter) = 0;
};

/// A sink that may be missing: then letters are for later. On the network thread.
class MailDoor final : public MailSink {
 public:
  /// Null closes it. The sink outlives its being set here, and what it was asked before.
  void lead_to(MailSink* sink) { sink_ = sink; }
  io::Awaitable<LetterOutcome> take(identity::PeerId from, SealedLetter letter) override;

 private:
  MailSink* sink_ = nullptr;
};

class MailServer final : public transport::StreamHandler {
 public:
  /// `sink` is asked on `network`; both outlive every link.
  MailServer(transport::Link& link, wire::StreamId stream, MailSink& sink, io::Executor network)
      : link_(&link), stream_(stream), sink_(&sink), network_(std::move(network)) {}

  io::Awaitable<Result<>> on_frame(wire::FrameHeader header, transport::FrameBody& body) override;
  void on_end(const Error& /*reason*/) override {}

 private:
  io::Awaitable<Result<>> take_letter(transport::FrameBody& body);

  transport::Link* link_;
  wire::StreamId stream_;
  MailSink* sink_;
  io::Executor network_;
  std::size_t letters_ = 0;
  std::size_t refused_for_rate_ = 0;
};

}  // namespace covey::mail
