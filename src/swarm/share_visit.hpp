#pragma once
// ShareVisit: opens a share at a source without fetching anything: for the owner's word as it is now, and to
// say where this peer serves the share itself. Used on the network thread; its connection lives on a link
// thread.

#include <functional>
#include <memory>

#include "swarm/served_share.hpp"
#include "swarm/share_opening.hpp"
#include "transport/link_threads.hpp"

namespace covey::swarm {

class ShareVisit {
 public:
  /// What to say of this peer to a source that lets it in.
  using Introduce = std::function<std::optional<access::SignedProviderRecord>(const ShareOpening&)>;

  /// All references outlive run(), and so does the target's secret.
  ShareVisit(LaneTarget target, const transport::Local& local, transport::LinkThreads& threads,
             io::Executor network, Introduce introduce);
  ~ShareVisit();

  struct Outcome {
    Result<ShareOpening> opening = fail(ErrorCode::kCancelled, "stopped");  // not verified
    bool was_said = false;  // an error that this very peer told
  };
  /// Once. The errors of transport::dial, and what the source answers: kNotFound, kExpired, kRefused.
  io::Awaitable<Outcome> run();
  /// Ends it soon.
  void stop();

 private:
  class Call;
  std::shared_ptr<Call> call_;
};

struct Introduction {
  access::ShareId share;
  std::vector<access::Endpoint> reachable_at;
  std::vector<access::Endpoint> seen_at;  // where sources say that they see this peer
  WallTime now;
  std::chrono::minutes life{30};
};
/// Where this peer serves a share, by its own word: where it can be reached, and at the same port where it is
/// seen. Nothing when it is reachable nowhere.
std::optional<access::SignedProviderRecord> introduce(Introduction introduction,
                                                      const identity::DeviceKey& device);

}  // namespace covey::swarm
