#include "daemon/audit_book.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/log.hpp"
#include "content/file_descriptor.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;
using audit::AuditAction;
using audit::Outcome;
using audit::ReasonCode;

constexpr std::size_t kBatch = 256;
constexpr std::size_t kMaxWaiting = 100'000;
constexpr auto kTryAgain = 5s;
constexpr auto kHeadEvery = 60s;
constexpr auto kKnocksEvery = 10min;
constexpr std::size_t kMaxKnocking = 4096;
/// So much of the past the detectors are told at the start.
constexpr auto kRemembered = 24h;

}  // namespace

ReasonCode code_of(access::Reason reason) {
  using access::Reason;
  switch (reason) {
    case Reason::kNone:
      return ReasonCode::kNone;
    case Reason::kUnknownShare:
      return ReasonCode::kUnknownShare;
    case Reason::kBlocked:
      return ReasonCode::kBlocked;
    case Reason::kShareExpired:
      return ReasonCode::kShareExpired;
    case Reason::kNotMember:
      return ReasonCode::kNotMember;
    case Reason::kHidden:
      return ReasonCode::kHidden;
    case Reason::kMustAsk:
      return ReasonCode::kMustAsk;
    case Reason::kNotNamed:
      return ReasonCode::kNotNamed;
    case Reason::kWrongProof:
      return ReasonCode::kWrongTicketProof;
    case Reason::kTicketRevoked:
      return ReasonCode::kTicketRevoked;
    case Reason::kTicketExpired:
      return ReasonCode::kTicketExpired;
    case Reason::kTicketUsedUp:
      return ReasonCode::kTicketUsedUp;
    case Reason::kGrantMalformed:
      return ReasonCode::kMalformed;
    case Reason::kGrantForged:
      return ReasonCode::kGrantForged;
    case Reason::kGrantOfOtherShare:
      return ReasonCode::kGrantOfOtherShare;
    case Reason::kGrantForeign:
      return ReasonCode::kGrantForeign;
    case Reason::kGrantNotYet:
      return ReasonCode::kGrantNotYetValid;
    case Reason::kGrantExpired:
      return ReasonCode::kGrantExpired;
    case Reason::kGrantRevoked:
      return ReasonCode::kGrantRevoked;
    case Reason::kByteLimit:
      return ReasonCode::kByteLimitReached;
  }
  return ReasonCode::kNone;
}

audit::Right right_of(access::Right right) {
  switch (right) {
    case access::Right::kNone:
      return audit::Right::kNone;
    case access::Right::kOwner:
      return audit::Right::kOwner;
    case access::Right::kOpen:
      return audit::Right::kOpen;
    case access::Right::kNamed:
      return audit::Right::kNamed;
    case access::Right::kTicket:
      return audit::Right::kTicket;
    case access::Right::kGrant:
      return audit::Right::kGrant;
  }
  return audit::Right::kNone;
}

/// For whoever reads the daemon's log.
void AuditBook::tell(const audit::AuditEvent& event) {
  log::info("{} {}{}{}{}{}", audit::name_of(event.action), audit::name_of(event.outcome),
            event.code == ReasonCode::kNone ? "" : fmt::format(" ({})", audit::name_of(event.code)),
            event.peer ? fmt::format(" peer {}", event.peer->short_text()) : "",
            event.share.empty() ? "" : fmt::format(" share {}", event.share),
            event.bytes == 0 ? "" : fmt::format(" {} bytes", event.bytes));
}

AuditBook::AuditBook(std::filesystem::path folder, const identity::DeviceKey& device, const Clock& clock,
                     crypto::Random& random, io::Executor network, PeopleBook& people)
    : folder_(std::move(folder)),
      device_(&device),
      clock_(&clock),
      random_(&random),
      people_(&people),
      detectors_(clock),
      noted_(network),
      written_(network),
      tasks_(network) {}

AuditBook::~AuditBook() = default;

io::Awaitable<Result<>> AuditBook::open() {
  auto work = [this]() -> Result<std::vector<audit::AuditEvent>> {
    TRY(auto log, audit::AuditLog::open(folder_, {.key = *device_, .clock = *clock_, .random = *random_}));
    log_.emplace(std::move(log));
    const audit::AuditFilter lately{.since = clock_->wall() - kRemembered};
    TRY(const auto page,
        audit::read_events(folder_, lately, audit::ReadOrder::kNewestFirst, audit::kMaxEntriesRead));
    std::vector<audit::AuditEvent> out;
    for (auto entry = page.entries.rbegin(); entry != page.entries.rend(); ++entry)
      out.push_back(entry->event);
    return out;
  };
  CO_TRY(const auto past, co_await thread_.run(std::move(work)));
  for (const audit::AuditEvent& event : past) detectors_.remember(event);
  tasks_.spawn(write());
  note({.action = AuditAction::kDaemonStarted});
  co_return Result<>{};
}

io::Awaitable<void> AuditBook::stop() {
  note({.action = AuditAction::kDaemonStopped});
  co_await write_all();
  tasks_.cancel();
  noted_.open_all();
  co_await tasks_.join();
  auto close = [this] { return log_ ? log_->close() : Result<>{}; };
  const auto closed = co_await thread_.run(std::move(close));
  if (!closed) log::error("the audit log could not be closed: {}", to_string(closed.error()));
  known_at_ = {};
  show_head();
  thread_.join();
}

bool AuditBook::is_repetition(const audit::AuditEvent& event) {
  const bool blocked = event.code == ReasonCode::kBlocked && event.peer;
  if (!blocked && event.code != ReasonCode::kNotAuthenticated) return false;
  const SteadyTime now = clock_->steady();
  const auto [known, is_new] = knocked_.try_emplace(blocked ? event.peer->to_text() : event.address, now);
  if (!is_new && now - known->second < kKnocksEvery) return true;
  known->second = now;
  if (knocked_.size() > kMaxKnocking) knocked_.erase(knocked_.begin());
  return false;
}

void AuditBook::note(audit::AuditEvent event) {
  if (event.at == WallTime{}) event.at = clock_->wall();
  if (is_repetition(event)) return;
  tell(event);
  const auto findings = detectors_.observe(event);
  if (waiting_.size() < kMaxWaiting) {
    waiting_.push_back(std::move(event));
  } else {
    ++lost_;
  }
  noted_.open_all();
  for (const audit::Finding& finding : findings) {
    if (on_finding_) on_finding_(finding);
  }
}

void AuditBook::on_judged(const JudgedOpening& opening) {
  const bool allowed = opening.judgement.allowed() && !opening.trouble;
  if (allowed) people_->met(opening.peer);
  note({.action = AuditAction::kOpened,
        .outcome = allowed ? Outcome::kAllowed : Outcome::kRefused,
        .code = code_of(opening.judgement.reason),
        .peer = opening.peer,
        .address = opening.remote_address,
        .share = opening.share,
        .right = right_of(opening.judgement.right),
        .subject = opening.ticket,
        .note = opening.trouble ? opening.trouble->context : std::string()});
}

/// Batches, in order; while one is written the next gathers.
io::Awaitable<void> AuditBook::write() {
  while (true) {
    if (waiting_.empty()) {
      const auto waited = co_await noted_.wait();
      if (!waited) co_return;
      continue;
    }
    const std::size_t count = std::min(kBatch, waiting_.size());
    std::vector<audit::AuditEvent> batch(waiting_.begin(),
                                         waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    auto append = [this, batch = std::move(batch)] { return log_->append(batch); };
    writing_ = true;
    const auto appended = co_await thread_.run(std::move(append));
    writing_ = false;
    if (appended) {
      show_head();
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
      if (lost_ > 0)
        log::error("{} events were lost before the audit log could be written", std::exchange(lost_, 0));
      if (waiting_.empty()) written_.open_all();
      continue;
    }
    log::error("the audit log cannot be written: {}; it is tried again", to_string(appended.error()));
    written_.open_all();
    const auto slept = co_await io::sleep_for(kTryAgain);
    if (!slept) co_return;
  }
}

/// The log thread rests meanwhile.
void AuditBook::show_head() {
  const SteadyTime now = clock_->steady();
  if (!log_ || (known_at_ != SteadyTime{} && now - known_at_ < kHeadEvery)) return;
  known_at_ = now;
  known_ = audit::KnownLine{.seq = log_->end().seq, .chain = log_->end().chain};
  if (on_head_) on_head_(*known_);
}

/// What has been noted so far is written, or cannot be.
io::Awaitable<void> AuditBook::write_all() {
  constexpr auto kPatience = 10s;
  if (waiting_.empty() && !writing_) co_return;
  noted_.open_all();
  (void)co_await written_.wait_for(kPatience);
}

io::Awaitable<Result<audit::AuditPage>> AuditBook::page(audit::AuditFilter filter, std::size_t limit,
                                                        std::optional<std::uint64_t> before) {
  co_await write_all();
  auto work = [this, filter = std::move(filter), limit, before] {
    return audit::read_events(folder_, filter, audit::ReadOrder::kNewestFirst, limit, before);
  };
  co_return co_await thread_.run(std::move(work));
}

io::Awaitable<Result<audit::VerifyReport>> AuditBook::verify() {
  co_await write_all();
  audit::VerifySettings settings;
  settings.known = known_;
  auto work = [this, settings] { return audit::verify_log(folder_, device_->peer_id(), settings); };
  co_return co_await thread_.run(std::move(work));
}

io::Awaitable<Result<std::uint64_t>> AuditBook::write_out(audit::AuditFilter filter, audit::ExportForm form,
                                                          std::filesystem::path path) {
  co_await write_all();
  auto work = [this, filter = std::move(filter), form, path = std::move(path)]() -> Result<std::uint64_t> {
    const content::FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return fail_errno(errno, fmt::format("writing {}", path.string()));
    const auto sink = [&](std::string_view text) -> Result<> {
      while (!text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written < 0) return fail_errno(errno, fmt::format("writing {}", path.string()));
        text.remove_prefix(static_cast<std::size_t>(written));
      }
      return {};
    };
    return audit::export_events(folder_, filter, form, sink);
  };
  co_return co_await thread_.run(std::move(work));
}

}  // namespace covey::daemon
