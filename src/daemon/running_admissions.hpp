#pragma once
// RunningAdmissions: whom this peer is sending something to at the moment, and by which right, so that a
// change of mind reaches them at once. On the network thread.

#include <list>
#include <memory>
#include <string>

#include "access/consent.hpp"
#include "swarm/admission_terms.hpp"

namespace covey::daemon {

class RunningAdmissions {
 public:
  void add(const identity::PeerId& peer, std::string share, access::Right right,
           const std::shared_ptr<swarm::AdmissionTerms>& terms) {
    entries_.remove_if([](const Entry& entry) { return entry.terms.expired(); });
    entries_.push_back({.peer = peer, .share = std::move(share), .right = right, .terms = terms});
  }

  /// Ends all that `is_meant(peer, share, right)` says.
  template <typename IsMeant>
  void end_if(IsMeant is_meant, const Error& why) {
    for (const Entry& entry : entries_) {
      const auto terms = entry.terms.lock();
      if (terms && is_meant(entry.peer, entry.share, entry.right)) terms->end(why);
    }
  }

 private:
  struct Entry {
    identity::PeerId peer;
    std::string share;
    access::Right right;
    std::weak_ptr<swarm::AdmissionTerms> terms;
  };
  std::list<Entry> entries_;
};

}  // namespace covey::daemon
