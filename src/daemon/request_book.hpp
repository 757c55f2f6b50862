#pragma once
// RequestBook: requests for shares, on both sides: taken, answered by their owner, waited for by their asker.
//
// What is decided is on the disk before it is told to anyone, and told by letters that wait until they
// arrive; so a crash between a decision and its delivery loses nothing. On the network thread; stop() is
// awaited before destruction. Spec: docs/spec/consent.md, "Requests".

#include "api/views.hpp"
#include "daemon/approval_seeker.hpp"
#include "daemon/audit_sink.hpp"
#include "daemon/mail_book.hpp"
#include "daemon/network_book.hpp"
#include "daemon/store_thread.hpp"
#include "requests/incoming_requests.hpp"
#include "requests/outgoing_requests.hpp"

namespace covey::daemon {

class RequestBook final : public ApprovalSeeker {
 public:
  using Publish = std::function<void(const api::Event&)>;
  /// A request waits for the owner's word.
  using OnWaiting = std::function<void(const api::RequestView&)>;

  struct Around {
    Node* node = nullptr;
    NetworkBook* networks = nullptr;
    PeopleBook* people = nullptr;
    MailBook* mail = nullptr;
    StoreThread* store = nullptr;
    AuditSink* audit = nullptr;
    crypto::Random* random = nullptr;
    /// What this peer calls itself towards one that has no network's word for it.
    std::function<std::string(const identity::PeerId&)> name_for;
  };
  /// All of `around` outlives the book.
  RequestBook(const Around& around, Publish publish);
  ~RequestBook() override;
  void set_downloads(WaitingDownloads* downloads) { downloads_ = downloads; }
  void on_waiting(OnWaiting callback) { on_waiting_ = std::move(callback); }

  /// Takes up what an earlier run left; what it could not tell any more is told now.
  io::Awaitable<Result<>> restore();
  io::Awaitable<void> stop();

  [[nodiscard]] std::vector<api::RequestView> views() const;
  io::Awaitable<Result<api::RequestView>> approve(std::string words, api::ApprovalRequest terms);
  io::Awaitable<Result<api::RequestView>> deny(std::string words, std::string reason);
  io::Awaitable<Result<api::RequestView>> withdraw(std::string words);
  /// Whether an answer of this owner's is waited for.
  [[nodiscard]] bool asks(const identity::PeerId& owner) const;
  /// The peer is blocked: what it asked for is over, without a word.
  void drop(const identity::PeerId& peer);
  /// The share is closed.
  void drop_share(const std::string& share);

  io::Awaitable<Result<>> seek(Wish wish) override;
  [[nodiscard]] Standing standing(const std::string& transfer) const override;
  [[nodiscard]] std::optional<access::SignedGrant> grant(const std::string& transfer) const override;
  void keep_grant(const std::string& transfer, const access::SignedGrant& grant) override;
  void abandon(const std::string& transfer) override;

 private:
  /// What is kept beside a request.
  struct Beside {
    bool told = false;
    std::string title;
    std::uint64_t bytes = 0;
    std::uint64_t files = 0;
    std::optional<access::SignedGrant> grant;
  };
  using Letter = mail::Letter;
  using Verdict = MailBook::Verdict;

  io::Awaitable<Verdict> take_request(const Letter& letter);
  io::Awaitable<Verdict> take_withdrawal(const Letter& letter);
  io::Awaitable<Verdict> take_answer(const Letter& letter);
  io::Awaitable<Verdict> take_new(requests::AccessRequest asked, identity::PeerId by);
  io::Awaitable<Result<>> answer_at_once(requests::AccessRequest asked, identity::PeerId by);
  io::Awaitable<Result<>> say_yes(const requests::Request& request, ConsentTerms terms);
  io::Awaitable<Result<>> tell(requests::RequestId id);
  io::Awaitable<void> tell_later(requests::RequestId id);
  [[nodiscard]] bool has_to_tell(const requests::RequestId& id) const;
  [[nodiscard]] Posting posting_for(const requests::RequestId& id, Bytes membership);
  [[nodiscard]] requests::Answer answer_of(const requests::Request& request);
  io::Awaitable<Result<>> save(requests::RequestId id);
  io::Awaitable<void> save_later(requests::RequestId id);
  io::Awaitable<void> keep_dates();
  [[nodiscard]] StoredRequest stored(const requests::RequestId& id) const;
  void note(audit::AuditAction action, audit::Outcome outcome, audit::ReasonCode code,
            const requests::Request& request, std::string words = {});
  [[nodiscard]] api::RequestView view_of(const requests::Request& request) const;
  void publish(const requests::RequestId& id);
  [[nodiscard]] bool is_outgoing(const requests::RequestId& id) const {
    return outgoing_.find(id) != nullptr;
  }
  void forget_surplus();

  Around around_;
  Publish publish_;
  OnWaiting on_waiting_;
  WaitingDownloads* downloads_ = nullptr;
  requests::IncomingRequests incoming_;
  requests::OutgoingRequests outgoing_;
  std::map<requests::RequestId, Beside> beside_;
  io::TaskGroup tasks_;
};

}  // namespace covey::daemon
