#include "daemon/alert_book.hpp"

#include "base/log.hpp"

namespace covey::daemon {
namespace {

std::string hours(std::chrono::seconds span) {
  const auto count = std::max<std::int64_t>(1, std::chrono::round<std::chrono::hours>(span).count());
  return fmt::format("{} hour{}", count, count == 1 ? "" : "s");
}

std::string advice_for(const audit::Finding& finding) {
  if (finding.block_for && finding.peer)
    return fmt::format(
        "It is blocked for {}; 'covey alerts --undo' with this alert's number lets it in again.",
        hours(*finding.block_for));
  if (finding.block_for)
    return fmt::format(
        "Strangers from there are kept out for {}; 'covey alerts --undo' with this alert's number lets them "
        "in again.",
        hours(*finding.block_for));
  if (finding.kind == audit::AlertKind::kImpersonation)
    return "The new one is not believed. Ask whoever is meant by another way whether the key was changed.";
  if (finding.kind == audit::AlertKind::kClockGames)
    return "Nothing was done; if this machine's own clock is wrong, set it.";
  return "Nothing was done; 'covey block' keeps the peer out if you do not know why.";
}

}  // namespace

io::Awaitable<void> AlertBook::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

void AlertBook::note(audit::AuditAction action, const api::AlertView& alert) {
  audit::AuditEvent event{.action = action, .subject = std::to_string(alert.id), .note = alert.kind};
  if (const auto peer = identity::PeerId::parse(alert.peer_id)) event.peer = *peer;
  event.address = alert.address;
  around_.audit->note(std::move(event));
}

void AlertBook::take(const audit::Finding& finding) {
  const WallTime now = around_.clock->wall();
  api::AlertView alert;
  alert.at = to_unix_ms(now);
  alert.kind = audit::name_of(finding.kind);
  std::string who;
  if (finding.peer) {
    alert.peer_id = finding.peer->to_text();
    const Person* const person = around_.people->find(*finding.peer);
    who = person == nullptr || person->name.empty() ? finding.peer->short_text() : person->name;
  } else {
    alert.address = finding.address;
  }
  alert.text = fmt::format("{}{}. {}", who.empty() ? "" : who + ": ", finding.text, advice_for(finding));
  log::warn("alert: {}", alert.text);
  if (finding.block_for && finding.peer) {
    around_.people->block(*finding.peer,
                          {.until = now + *finding.block_for, .reason = finding.text, .by_itself = true});
    around_.audit->note({.action = audit::AuditAction::kPeerBlocked,
                         .peer = finding.peer,
                         .note = fmt::format("by itself: {}", finding.text)});
    if (on_blocked_) on_blocked_(*finding.peer);
  } else if (finding.block_for) {
    around_.people->block_address(finding.address, now + *finding.block_for);
  }
  tasks_.spawn(raise(std::move(alert)));
}

io::Awaitable<void> AlertBook::raise(api::AlertView alert) {
  auto save = [&alert](DaemonStore& s) { return s.save(alert); };
  const auto saved = co_await around_.store->run(save);
  if (!saved) {
    log::error("cannot record an alert: {}", to_string(saved.error()));
    co_return;
  }
  note(audit::AuditAction::kAlertRaised, *saved);
  publish_(*saved);
}

io::Awaitable<Result<std::vector<api::AlertView>>> AlertBook::all() {
  auto read = [](DaemonStore& s) { return s.alerts(); };
  co_return co_await around_.store->run(read);
}

io::Awaitable<Result<api::AlertView>> AlertBook::undo(std::uint64_t id) {
  auto read = [id](DaemonStore& s) { return s.alert(id); };
  CO_TRY(auto found, co_await around_.store->run(read));
  if (!found) co_return fail(ErrorCode::kNotFound, "there is no alert {}; 'covey alerts' lists them", id);
  api::AlertView alert = std::move(*found);
  const auto peer = identity::PeerId::parse(alert.peer_id);
  const Person* const person = peer ? around_.people->find(*peer) : nullptr;
  const bool blocked = person != nullptr && person->block && person->block->by_itself;
  if (alert.undone || (!blocked && alert.address.empty()))
    co_return fail(ErrorCode::kInvalidArgument,
                   "nothing that was done by itself because of alert {} still holds", id);
  if (blocked) {
    CO_TRY_VOID(around_.people->unblock(*peer));
  } else {
    around_.people->unblock_address(alert.address);
  }
  alert.undone = true;
  auto save = [&alert](DaemonStore& s) { return s.save(alert); };
  CO_TRY_VOID(co_await around_.store->run(save));
  note(audit::AuditAction::kAlertUndone, alert);
  publish_(alert);
  co_return alert;
}

}  // namespace covey::daemon
