#pragma once
// LinkCarrier: carries letters over links of a node. On the network thread; whoever carries has ended before
// the node stops.

#include <memory>
#include <set>

#include "daemon/mail_ways.hpp"
#include "daemon/node.hpp"
#include "mail/mail_run.hpp"

namespace covey::daemon {

class LinkCarrier final : public MailCarrier {
 public:
  explicit LinkCarrier(Node& node) : node_(&node) {}

  io::Awaitable<Result<mail::LetterAnswers>> carry(identity::PeerId to,
                                                   std::vector<access::Endpoint> addresses,
                                                   std::vector<mail::SealedLetter> letters) override;
  void stop() override;

 private:
  Node* node_;
  std::set<std::shared_ptr<mail::MailRun>> runs_;
  bool stopped_ = false;
};

}  // namespace covey::daemon
