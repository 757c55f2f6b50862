#pragma once
// Meeting: everybody who is met over one share, as far as this peer knows: who serves it, by their own signed
// word, and who sits here and is told of news. Bounded: nobody fills it. On the network thread.
// Spec: docs/spec/wire.md, "Have" and "Providers".

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "access/provider_record.hpp"
#include "access/revocation_list.hpp"

namespace covey::swarm {

struct News {
  std::vector<std::uint32_t> pieces;  // that this peer holds now, by number
  std::vector<access::SignedProviderRecord> providers;
  std::optional<access::SignedRevocationList> revocations;  // the newest of the owner's

  [[nodiscard]] bool empty() const { return pieces.empty() && providers.empty() && !revocations; }
};

class Meeting : public std::enable_shared_from_this<Meeting> {
 public:
  static constexpr std::size_t kMaxProviders = 256;
  using Tell = std::function<void(const News&)>;
  /// A provider's word that is news; it has been verified.
  using OnWord = std::function<void(const access::ProviderRecord&)>;

  /// `on_word` may be null; else it outlives what is added here.
  Meeting(access::ShareId share, const Clock& clock, const OnWord* on_word = nullptr)
      : share_(share), clock_(&clock), on_word_(on_word) {}

  /// One listener's place; it is left when this is destroyed.
  class Seat {
   public:
    Seat(std::shared_ptr<Meeting> meeting, identity::PeerId peer, Tell tell);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    [[nodiscard]] const std::shared_ptr<Meeting>& meeting() const { return meeting_; }

   private:
    friend class Meeting;
    std::shared_ptr<Meeting> meeting_;
    identity::PeerId peer_;
    Tell tell_;
    std::list<Seat*>::iterator place_;
  };
  [[nodiscard]] std::unique_ptr<Seat> sit(const identity::PeerId& peer, Tell tell) {
    return std::make_unique<Seat>(shared_from_this(), peer, std::move(tell));
  }

  struct Heard {
    access::ProviderRecord record;  // the latest of this provider's
    bool is_news = false;
  };
  /// A provider's word, checked here, and told to those who sit here when it is news. The errors of
  /// access::verify; kLimitExceeded when too many are known. With `by`, only that peer's own word is taken:
  /// kVerificationFailed for another's.
  Result<Heard> add(access::SignedProviderRecord record, const identity::PeerId* by = nullptr);
  /// Tells those who sit here that this peer holds these pieces now.
  void arrived(std::vector<std::uint32_t> pieces);
  /// Tells them that the owner has taken grants back. The list has been verified.
  void revoked(const access::SignedRevocationList& list);

  /// Who serves the share, for everybody but `peer`.
  [[nodiscard]] std::vector<access::SignedProviderRecord> providers(const identity::PeerId& peer) const;
  /// Whether nobody sits here and nobody is known to serve the share.
  [[nodiscard]] bool is_over() const;
  /// Peers that sit here, beside this one.
  [[nodiscard]] std::size_t others(const identity::PeerId& peer) const;

 private:
  struct Provider {
    access::SignedProviderRecord record;
    access::ProviderRecord said;
  };
  void tell(const News& news, const identity::PeerId* except);

  access::ShareId share_;
  const Clock* clock_;
  const OnWord* on_word_;
  std::list<Seat*> seats_;
  std::map<identity::PeerId, Provider> providers_;
};

/// The meetings of a peer, each for as long as somebody sits there or is known to serve the share.
class Meetings {
 public:
  explicit Meetings(const Clock& clock) : clock_(&clock) {}
  [[nodiscard]] std::shared_ptr<Meeting> at(const access::ShareId& share);
  /// Who says where it can be reached, in whichever of them.
  void on_word(Meeting::OnWord callback) { on_word_ = std::move(callback); }

 private:
  const Clock* clock_;
  Meeting::OnWord on_word_;
  std::map<access::ShareId, std::shared_ptr<Meeting>> meetings_;
};

}  // namespace covey::swarm
