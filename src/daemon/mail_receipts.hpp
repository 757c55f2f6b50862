#pragma once
// MailReceipts: what is still to be told to those whose letters came out of mailboxes.
//
// Gathered for a moment and told in few letters. Nothing of it is kept: whoever hears nothing writes again,
// and is then told again. Bounded. On the network thread; stop() is awaited before destruction. Spec:
// docs/spec/mail.md, "Receipts".

#include <map>
#include <vector>

#include "daemon/mail_outbox.hpp"

namespace covey::daemon {

class MailReceipts {
 public:
  MailReceipts(const MailDesk& desk, MailNetworks& networks);
  ~MailReceipts();

  void owe(const identity::PeerId& writer, const mail::LetterId& id);
  io::Awaitable<void> stop();

 private:
  struct Debt {
    std::vector<mail::LetterId> ids;
    unsigned failures = 0;
  };
  io::Awaitable<void> pay(identity::PeerId writer);
  io::Awaitable<Result<>> tell(identity::PeerId writer, std::vector<mail::LetterId> ids);

  MailDesk desk_;
  MailNetworks* networks_;
  std::map<identity::PeerId, Debt> owed_;
  io::TaskGroup tasks_;
};

}  // namespace covey::daemon
