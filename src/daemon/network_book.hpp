#pragma once
// NetworkBook: the networks that this peer has joined, and what it does in all of them: publishing shares,
// searching, finding peers, and telling members from strangers. On the network thread. stop() is awaited
// before destruction.

#include <deque>

#include "daemon/known_names.hpp"
#include "daemon/mail_ways.hpp"
#include "daemon/network_session.hpp"
#include "daemon/store_thread.hpp"
#include "io/turns.hpp"

namespace covey::daemon {

/// A share of another peer, and where it was found.
struct FoundShare {
  access::ShareId share;
  identity::PeerId owner;
  crypto::PublicKey network;
  std::string title;
  access::Access access = access::Access::kOpen;  // as its owner published it
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
};

class NetworkBook final : public MemberCheck, public MailNetworks {
 public:
  using Publish = std::function<void(const api::Event&)>;

  /// All references outlive the book.
  NetworkBook(Node& node, StoreThread& store, Publish publish);
  ~NetworkBook() override;

  /// Takes up what an earlier run joined.
  io::Awaitable<Result<>> restore();
  io::Awaitable<void> stop();

  /// kAlreadyExists when this network is joined already; else the errors of TrackerClient::join.
  io::Awaitable<Result<api::NetworkView>> join(api::JoinRequest request);
  io::Awaitable<Result<>> leave(std::string words);
  [[nodiscard]] std::vector<api::NetworkView> views() const;
  [[nodiscard]] bool empty() const { return sessions_.empty(); }

  /// Tells the networks about a share that is ready, as its rules want it.
  void publish(const OwnedShare& share);
  void withdraw(const std::string& share);
  /// Tells the networks that this peer serves somebody's share on, or not any more.
  void provide(const access::ShareId& share, bool served);

  io::Awaitable<Result<api::SearchView>> search(api::SearchRequest request);
  io::Awaitable<Result<std::vector<api::PeerView>>> peers();
  /// By its id, or by an unambiguous beginning of it or its title among what was found last.
  io::Awaitable<Result<FoundShare>> find_share(std::string words);
  /// The peers meant by names or peer ids. kNotFound names the one that nobody knows.
  io::Awaitable<Result<std::vector<identity::PeerId>>> resolve(std::vector<std::string> words);
  /// Where a share's owner is now, in whichever network knows it.
  io::Awaitable<Result<swarm::Whereabouts>> locate(access::ShareId share, identity::PeerId owner);
  /// Our membership in the network where this share is published, as far as it can be told; empty without any
  /// network.
  io::Awaitable<Bytes> membership_for(access::ShareId share, identity::PeerId owner);

  Result<crypto::PublicKey> check_member(ByteView record, const identity::PeerId& peer) const override;

  io::Awaitable<Result<PeerPlace>> locate_peer(identity::PeerId peer) override;
  io::Awaitable<Result<>> deposit(identity::PeerId to, Bytes sealed, std::chrono::seconds hold,
                                  unsigned turn) override;
  void on_letter(OnLetter callback) override { on_letter_ = std::move(callback); }
  void on_online(std::function<void()> callback) override { on_online_ = std::move(callback); }

  /// A name that is known here came with another peer; what was seen, in words.
  using OnNameChanged = std::function<void(const identity::PeerId& now, const std::string& text)>;
  void on_name_changed(OnNameChanged callback) { on_name_changed_ = std::move(callback); }
  /// The name in a record that makes the peer a member of one of our networks, if it is believed; else empty.
  std::string meet_member(ByteView record, const identity::PeerId& peer);
  /// By which the peer is known in some network; empty: none.
  [[nodiscard]] std::string name_of(const identity::PeerId& peer) const { return names_.name_of(peer); }

 private:
  /// Whoever waits for a tracker holds on to its session, which may be left meanwhile.
  using Session = std::shared_ptr<NetworkSession>;

  NetworkSession& add(JoinedNetwork joined);
  /// A listing holds for days; a peer that stays for longer tells it again.
  io::Awaitable<void> renew_listings();
  io::Awaitable<NetworkSession::Kept> take_message(discovery::ReceivedMessage message);
  Result<std::size_t> find(std::string_view words) const;
  /// Null where this peer is no member.
  [[nodiscard]] Session find_key(const crypto::PublicKey& network) const;
  io::Awaitable<void> keep_membership(JoinedNetwork renewed);
  io::Awaitable<Result<api::SearchView>> search_in(Session session, api::SearchRequest request);
  api::FoundShareView view_of(const NetworkSession& session, const discovery::FoundShare& found);
  io::Awaitable<Result<identity::PeerId>> resolve_one(std::string word);
  Result<Announcement> announcement_of(const OwnedShare& share, const NetworkSession& session) const;
  /// Whether the name may be believed; remembers it, or raises the alert.
  bool believe(const KnownName& met);
  void remember(const FoundShare& found);
  /// By its title, its id or an unambiguous beginning of it.
  Result<std::optional<FoundShare>> found_lately(std::string_view words) const;
  /// As its owner announces it now.
  io::Awaitable<Result<FoundShare>> look_up(access::ShareId share);
  static FoundShare found_share(const NetworkSession& session, const access::VerifiedListing& verified);
  /// Fails with what the networks answered, when none of them had it.
  [[nodiscard]] Error nobody_knows(std::string_view what, const std::optional<Error>& last) const;

  Node* node_;
  StoreThread* store_;
  Publish publish_;
  OnLetter on_letter_;
  std::function<void()> on_online_;
  OnNameChanged on_name_changed_;
  std::vector<Session> sessions_;
  /// Whoever writes which networks this peer is in.
  io::Turns turns_;
  std::vector<std::string> published_;  // ids of the shares that are to be announced
  KnownNames names_;
  std::deque<FoundShare> recent_;  // what searches found, newest last
  io::TaskGroup tasks_;
};

}  // namespace covey::daemon
