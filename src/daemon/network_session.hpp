#pragma once
// NetworkSession: this peer in one network: its membership, its presence and its announcements at the
// tracker.
//
// Nothing here fails for good because a tracker is away: it is tried again with growing pauses, and what was
// to be told is told then. Three clients on threads of their own, so that somebody's search does not wait
// behind an announcement. On the network thread. stop() is awaited before destruction. Spec:
// docs/spec/network.md, docs/spec/api-tracker.yaml.

#include <map>
#include <random>
#include <set>

#include "daemon/joined_network.hpp"
#include "daemon/node.hpp"
#include "discovery/tracker_client.hpp"

namespace covey::daemon {

/// A share as the tracker is to know it.
struct Announcement {
  access::SignedShareListing listing;
  std::uint64_t sequence = 0;
  std::vector<identity::PeerId> audience;
};

class NetworkSession {
 public:
  /// Told of each change of state, and of each new membership record, which is then to be kept.
  using OnChange = std::function<void(const NetworkSession&)>;
  using OnMembership = std::function<void(const JoinedNetwork&)>;
  enum class Kept : std::uint8_t {
    kNo,   // the rendezvous is to hold it, and brings it again with its next stream
    kYes,  // or not wanted: the rendezvous may forget it
  };
  /// A message from the rendezvous. The session waits for what is answered before it acknowledges it.
  using OnMessage = std::function<io::Awaitable<Kept>(discovery::ReceivedMessage)>;

  NetworkSession(Node& node, JoinedNetwork joined);
  ~NetworkSession();
  void on_change(OnChange callback) { on_change_ = std::move(callback); }
  void on_membership(OnMembership callback) { on_membership_ = std::move(callback); }
  void on_message(OnMessage callback) { on_message_ = std::move(callback); }

  /// Keeps up with the tracker from now on.
  void start();
  /// Takes leave of the tracker if it is there, and ends what runs.
  io::Awaitable<void> stop();

  void announce(const access::ShareId& share, Announcement announcement);
  void withdraw(const access::ShareId& share);
  /// Named as one who serves somebody's share on, until stop_providing.
  void provide(const access::ShareId& share);
  void stop_providing(const access::ShareId& share);
  /// Takes everything of this peer's back from the tracker, now.
  io::Awaitable<Result<>> withdraw_all();

  /// Runs `question(discovery::TrackerClient&)`, for somebody who waits.
  template <typename Question>
  auto ask(Question question) -> io::Awaitable<std::invoke_result_t<Question, discovery::TrackerClient&>> {
    auto job = [client = &asking_.client, question = std::move(question)]() mutable {
      return question(*client);
    };
    co_return co_await asking_.thread.run(std::move(job));
  }

  [[nodiscard]] const JoinedNetwork& joined() const { return joined_; }
  [[nodiscard]] const crypto::PublicKey& network() const { return joined_.link.network; }
  [[nodiscard]] bool is_online() const { return state_ == api::NetworkState::kOnline; }
  [[nodiscard]] api::NetworkView view() const;

 private:
  struct Speaker {
    Speaker(const identity::NetworkLink& link, const Node& node)
        : client(link, node.device(), node.clock()) {}
    discovery::TrackerClient client;
    io::Offload thread{1};
  };

  template <typename Work>
  auto tell(Work work) -> io::Awaitable<std::invoke_result_t<Work, discovery::TrackerClient&>> {
    auto job = [client = &telling_.client, work = std::move(work)]() mutable { return work(*client); };
    co_return co_await telling_.thread.run(std::move(job));
  }

  io::Awaitable<void> keep_up();
  io::Awaitable<Result<>> round();
  io::Awaitable<Result<>> renew_membership();
  io::Awaitable<Result<>> show_presence();
  /// Withdraws what an earlier run announced and this one does not have.
  io::Awaitable<Result<>> reconcile();
  io::Awaitable<Result<>> tell_announcements();
  io::Awaitable<Result<>> tell_provided();
  [[nodiscard]] SteadyTime next_provision() const;
  io::Awaitable<void> listen();
  io::Awaitable<void> take(discovery::ReceivedMessage message);
  [[nodiscard]] bool membership_is_due() const;
  using Wanted = std::map<access::ShareId, Announcement>;
  /// The next announcement that the tracker has not been told of.
  [[nodiscard]] Wanted::const_iterator next_untold() const;
  void set_state(api::NetworkState state, std::string problem);
  std::chrono::milliseconds pause_after(unsigned failures);

  Node* node_;
  JoinedNetwork joined_;
  OnChange on_change_;
  OnMembership on_membership_;
  OnMessage on_message_;
  Speaker telling_;
  Speaker asking_;
  Speaker listening_;
  io::TaskGroup tasks_;
  io::Gate changed_;
  api::NetworkState state_ = api::NetworkState::kConnecting;
  std::string problem_;
  std::optional<identity::Membership> membership_;
  bool renewed_once_ = false;
  bool reconciled_ = false;
  SteadyTime presence_due_{};
  Wanted wanted_;
  std::map<access::ShareId, std::uint64_t> told_;  // sequences that the tracker has
  std::set<access::ShareId> unwanted_;
  std::map<access::ShareId, SteadyTime> provided_;  // and when the tracker is to hear of it again
  std::set<access::ShareId> not_provided_;          // any more
  std::minstd_rand jitter_{std::random_device{}()};
};

}  // namespace covey::daemon
