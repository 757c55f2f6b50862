#include "swarm/meeting.hpp"

#include <algorithm>
#include <set>

namespace covey::swarm {

Meeting::Seat::Seat(std::shared_ptr<Meeting> meeting, identity::PeerId peer, Tell tell)
    : meeting_(std::move(meeting)), peer_(peer), tell_(std::move(tell)) {
  place_ = meeting_->seats_.insert(meeting_->seats_.end(), this);
}

Meeting::Seat::~Seat() {
  meeting_->seats_.erase(place_);
}

void Meeting::tell(const News& news, const identity::PeerId* except) {
  for (const Seat* const seat : seats_) {
    if (except == nullptr || seat->peer_ != *except) seat->tell_(news);
  }
}

Result<Meeting::Heard> Meeting::add(access::SignedProviderRecord record, const identity::PeerId* by) {
  const WallTime now = clock_->wall();
  TRY(auto said, access::verify(record, share_, now));
  if (by != nullptr && said.peer != *by) return fail(ErrorCode::kVerificationFailed, "another peer's word");
  std::erase_if(providers_, [&](const auto& entry) { return entry.second.said.expires_at <= now; });
  const auto known = providers_.find(said.peer);
  if (known != providers_.end() && known->second.said.issued_at >= said.issued_at)
    return Heard{.record = known->second.said, .is_news = false};
  if (known == providers_.end() && providers_.size() >= kMaxProviders)
    return fail(ErrorCode::kLimitExceeded, "more than {} peers serve this share", kMaxProviders);
  providers_[said.peer] = {.record = record, .said = said};
  News news;
  news.providers.push_back(std::move(record));
  tell(news, &said.peer);
  if (on_word_ != nullptr && *on_word_) (*on_word_)(said);
  return Heard{.record = std::move(said), .is_news = true};
}

void Meeting::arrived(std::vector<std::uint32_t> pieces) {
  const News news{.pieces = std::move(pieces), .providers = {}, .revocations = std::nullopt};
  tell(news, nullptr);
}

void Meeting::revoked(const access::SignedRevocationList& list) {
  const News news{.pieces = {}, .providers = {}, .revocations = list};
  tell(news, nullptr);
}

std::vector<access::SignedProviderRecord> Meeting::providers(const identity::PeerId& peer) const {
  const WallTime now = clock_->wall();
  std::vector<access::SignedProviderRecord> out;
  for (const auto& [provider, entry] : providers_) {
    if (provider != peer && entry.said.expires_at > now) out.push_back(entry.record);
  }
  return out;
}

std::size_t Meeting::others(const identity::PeerId& peer) const {
  std::set<identity::PeerId> out;
  for (const Seat* const seat : seats_) {
    if (seat->peer_ != peer) out.insert(seat->peer_);
  }
  return out.size();
}

bool Meeting::is_over() const {
  const WallTime now = clock_->wall();
  return seats_.empty() && std::none_of(providers_.begin(), providers_.end(), [&](const auto& entry) {
           return entry.second.said.expires_at > now;
         });
}

std::shared_ptr<Meeting> Meetings::at(const access::ShareId& share) {
  std::erase_if(meetings_,
                [](const auto& entry) { return entry.second.use_count() == 1 && entry.second->is_over(); });
  auto& meeting = meetings_[share];
  if (!meeting) meeting = std::make_shared<Meeting>(share, *clock_, &on_word_);
  return meeting;
}

}  // namespace covey::swarm
