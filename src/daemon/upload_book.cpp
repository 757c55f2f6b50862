#include "daemon/upload_book.hpp"

#include <algorithm>

namespace covey::daemon {
namespace {

constexpr std::size_t kKeptAfterEnd = 100;

}  // namespace

struct UploadBook::Upload {
  std::string id;
  api::ShareView share;
  identity::PeerId peer;
  std::string address;
  std::uint64_t bytes = 0;
  std::uint64_t pieces = 0;
  std::size_t sessions = 0;
  bool finished = false;
  api::UnixMs began = 0;
  std::optional<api::UnixMs> ended;
  swarm::SpeedMeter speed;
};

/// One connection's report line. The book may be gone before the last connection is.
class UploadBook::Session final : public swarm::UploadObserver {
 public:
  Session(std::weak_ptr<UploadBook*> book, std::shared_ptr<Upload> upload)
      : book_(std::move(book)), upload_(std::move(upload)) {
    ++upload_->sessions;
  }
  ~Session() override {
    if (const auto book = book_.lock()) (*book)->session_ended(upload_);
  }
  void on_sent(const swarm::SentPieces& sent) override {
    upload_->bytes += sent.bytes;
    upload_->pieces += sent.pieces;
  }
  void on_finished() override {
    const auto book = book_.lock();
    if (!book || upload_->finished) return;
    upload_->finished = true;
    (*book)->changed(*upload_);
  }

 private:
  std::weak_ptr<UploadBook*> book_;
  std::shared_ptr<Upload> upload_;
};

std::shared_ptr<swarm::UploadObserver> UploadBook::open(const api::ShareView& share,
                                                        const identity::PeerId& peer,
                                                        const std::string& address) {
  const auto same = [&](const auto& u) { return !u->ended && u->share.id == share.id && u->peer == peer; };
  const auto found = std::find_if(uploads_.begin(), uploads_.end(), same);
  if (found != uploads_.end()) return std::make_shared<Session>(alive_, *found);
  auto upload = std::make_shared<Upload>(Upload{.id = fmt::format("u{}", next_number_++),
                                                .share = share,
                                                .peer = peer,
                                                .address = address,
                                                .began = to_unix_ms(clock_->wall()),
                                                .ended = std::nullopt,
                                                .speed = {}});
  uploads_.push_front(upload);
  auto session = std::make_shared<Session>(alive_, upload);
  changed(*upload);
  return session;
}

void UploadBook::session_ended(const std::shared_ptr<Upload>& upload) {
  if (--upload->sessions > 0) return;
  upload->ended = to_unix_ms(clock_->wall());
  changed(*upload);
  if (on_served_ && upload->bytes > 0)
    on_served_({.peer = upload->peer,
                .address = upload->address,
                .share = upload->share.id,
                .bytes = upload->bytes});
  // Who only asked what there is has fetched nothing.
  if (upload->bytes == 0 && !upload->finished) std::erase(uploads_, upload);
  while (uploads_.size() > kKeptAfterEnd && uploads_.back()->ended) uploads_.pop_back();
}

void UploadBook::changed(Upload& upload) {
  if (on_change_) on_change_(view_of(upload));
}

api::TransferView UploadBook::view_of(Upload& upload) const {
  upload.speed.update(upload.bytes, clock_->steady());
  api::TransferView view;
  view.id = upload.id;
  view.direction = api::Direction::kUpload;
  view.state = upload.finished ? api::TransferState::kComplete
               : upload.ended  ? api::TransferState::kCancelled
                               : api::TransferState::kRunning;
  view.title = upload.share.title;
  view.share_id = upload.share.id;
  view.bytes_total = upload.share.bytes;
  view.bytes_done = upload.bytes;
  view.pieces_done = upload.pieces;
  view.rate = view.state == api::TransferState::kRunning ? upload.speed.rate() : 0;
  if (view.state == api::TransferState::kRunning && upload.bytes < upload.share.bytes) {
    view.eta_seconds = upload.speed.seconds_for(upload.share.bytes - upload.bytes);
  }
  view.peers.push_back({.peer_id = upload.peer.to_text(),
                        .address = upload.address,
                        .rate = view.rate,
                        .bytes = upload.bytes});
  view.created_at = upload.began;
  view.finished_at = upload.ended;
  return view;
}

std::vector<api::TransferView> UploadBook::views() {
  std::vector<api::TransferView> out;
  for (const auto& upload : uploads_) out.push_back(view_of(*upload));
  return out;
}

std::size_t UploadBook::active() const {
  return static_cast<std::size_t>(
      std::count_if(uploads_.begin(), uploads_.end(), [](const auto& u) { return !u->ended; }));
}

}  // namespace covey::daemon
