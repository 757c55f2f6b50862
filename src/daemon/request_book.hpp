#pragma once
// RequestBook: requests for shares, on both sides: taken, answered by their owner, waited for by their asker.
//
// One command at a time: whoever changes a request has the turn from reading it to writing it. What is
// decided is on the disk before it counts here, and told by letters that wait until they arrive; so neither a
// disk that fails nor a crash between a decision and its delivery loses anything. On the network thread;
// stop() is awaited before destruction. Spec: docs/spec/consent.md, "Requests".

#include "api/views.hpp"
#include "daemon/approval_seeker.hpp"
#include "daemon/audit_sink.hpp"
#include "daemon/mail_book.hpp"
#include "daemon/network_book.hpp"
#include "daemon/store_thread.hpp"
#include "io/turns.hpp"
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
  io::Awaitable<void> drop(identity::PeerId peer);
  /// The share is closed.
  io::Awaitable<void> drop_share(std::string share);

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

  io::Awaitable<Verdict> take_request(Letter letter);
  io::Awaitable<Verdict> take_withdrawal(Letter letter);
  io::Awaitable<Verdict> take_answer(Letter letter);
  io::Awaitable<Verdict> take_new(requests::AccessRequest asked, identity::PeerId by);
  io::Awaitable<Result<>> answer_at_once(requests::AccessRequest asked, identity::PeerId by);
  io::Awaitable<Verdict> approve_by_itself(requests::RequestId id);
  io::Awaitable<Result<>> say_yes(requests::Request approved, ConsentTerms terms);
  io::Awaitable<Result<>> tell(requests::RequestId id);
  /// What was decided stands; a letter about it that cannot be posted yet is posted later.
  io::Awaitable<Result<api::RequestView>> told_or_later(requests::RequestId id);
  io::Awaitable<void> tell_later(requests::RequestId id);
  [[nodiscard]] bool has_to_tell(const requests::RequestId& id) const;
  [[nodiscard]] Posting posting_for(const StoredRequest& kept, Bytes membership);
  [[nodiscard]] requests::Answer answer_of(const requests::Request& request);
  /// On the disk, then here. In a turn.
  io::Awaitable<Result<>> keep(StoredRequest changed);
  void take_in(const StoredRequest& changed);
  /// Each on the disk, then here; what cannot be written stays as it is. Gives back what was kept. In a turn.
  io::Awaitable<std::vector<requests::Request>> end(std::vector<requests::Request> ended, bool told);
  io::Awaitable<void> abandon_later(requests::RequestId id);
  io::Awaitable<void> keep_grant_later(requests::RequestId id, access::SignedGrant grant);
  io::Awaitable<void> keep_dates();
  io::Awaitable<Result<>> expire();
  io::Awaitable<void> forget_surplus();
  [[nodiscard]] std::optional<StoredRequest> stored(const requests::RequestId& id) const;
  void note(audit::AuditAction action, audit::Outcome outcome, audit::ReasonCode code,
            const requests::Request& request, std::string words = {});
  [[nodiscard]] api::RequestView view_of(const StoredRequest& kept) const;
  void publish(const requests::RequestId& id);

  Around around_;
  Publish publish_;
  OnWaiting on_waiting_;
  WaitingDownloads* downloads_ = nullptr;
  requests::IncomingRequests incoming_;
  requests::OutgoingRequests outgoing_;
  std::map<requests::RequestId, Beside> beside_;
  io::Turns turns_;
  io::TaskGroup tasks_;
};

}  // namespace covey::daemon
