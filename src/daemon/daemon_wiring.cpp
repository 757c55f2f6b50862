// DaemonService's wiring: which book tells which other one, what is made durable, and what is noted.

#include <charconv>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "daemon/daemon_service.hpp"

namespace covey::daemon {
namespace {

using audit::AuditAction;
using audit::Outcome;
using audit::ReasonCode;

constexpr const char* kAuditHead = "audit head";

/// "seq chain", as it is stored; nothing where that cannot be read.
std::optional<audit::KnownLine> parse_line(const std::string& text) {
  audit::KnownLine out;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, out.seq);
  if (error != std::errc() || rest == end) return std::nullopt;
  const auto chain = from_hex(std::string_view(rest + 1, end));
  if (!chain || chain->size() != audit::ChainHash::kSize) return std::nullopt;
  out.chain = audit::ChainHash::from(*chain);
  return out;
}

IssuedTicket copy_of(const IssuedTicket& ticket) {
  return {.secret = ticket.secret.clone(),
          .share = ticket.share,
          .expires_at = ticket.expires_at,
          .uses_left = ticket.uses_left,
          .holders = ticket.holders,
          .revoked = ticket.revoked};
}

}  // namespace

/// In the order in which it is called; what fails is told to whoever reads the log.
void DaemonService::store_later(std::function<Result<>(DaemonStore&)> work, const char* what) {
  auto keep = [](StoreThread* store, std::function<Result<>(DaemonStore&)> job,
                 const char* task) -> io::Awaitable<void> {
    const auto kept = co_await store->run(std::move(job));
    if (!kept) log::error("cannot {}: {}", task, to_string(kept.error()));
  };
  tasks_.spawn(keep(&store_, std::move(work), what));
}

void DaemonService::wire_serving() {
  node_->shares().set_members(&networks_);
  node_->shares().set_consents(&node_->consents());
  node_->shares().set_blocks(&people_);
  node_->shares().set_witness(&audit_);
  node_->shares().set_holders(&holders_);
  node_->onward().set_members(&networks_);
  node_->onward().set_blocks(&people_);
  node_->onward().set_witness(&audit_);
  node_->admissions().set_blocks(&people_);
  node_->admissions().set_witness(&audit_);
  node_->onward().on_change(
      [this](const access::ShareId& share, bool served) { networks_.provide(share, served); });
  node_->shares().on_use([this](const IssuedTicket& ticket) { keep_ticket(ticket); });
  node_->uploads().on_change([this](const api::TransferView& view) {
    api::Event event;
    event.transfer = view;
    publish(event);
  });
  node_->uploads().on_served([this](const Served& served) {
    audit_.note({.action = AuditAction::kServed,
                 .outcome = Outcome::kAllowed,
                 .peer = served.peer,
                 .address = served.address,
                 .share = served.share,
                 .bytes = served.bytes});
  });
}

void DaemonService::unwire() {
  node_->shares().set_members(nullptr);
  node_->shares().set_blocks(nullptr);
  node_->shares().set_witness(nullptr);
  node_->shares().set_holders(nullptr);
  node_->onward().set_members(nullptr);
  node_->onward().set_blocks(nullptr);
  node_->onward().set_witness(nullptr);
  node_->admissions().set_blocks(nullptr);
  node_->admissions().set_witness(nullptr);
  node_->uploads().on_change(nullptr);
  node_->uploads().on_served(nullptr);
  node_->shares().on_use(nullptr);
  node_->consents().on_change(nullptr);
  node_->consents().on_revoked(nullptr);
  node_->consents().on_granted(nullptr);
  node_->on_lie(nullptr);
  node_->on_refused(nullptr);
  node_->on_provider(nullptr);
}

void DaemonService::wire_downloads() {
  downloads_.set_seeker(&requests_);
  requests_.set_downloads(&downloads_);
  downloads_.on_change([this](const api::TransferView& view) {
    api::Event event;
    event.transfer = view;
    publish(event);
  });
  downloads_.on_removed([this](const std::string& id) {
    streams_.forget(id);
    api::Event event;
    event.removed_transfer = id;
    publish(event);
  });
  node_->on_provider(
      [this](const access::ProviderRecord& record) { people_.found_at(record.peer, record.addresses); });
  node_->on_lie([this](const identity::PeerId& peer, const access::ShareId& share, const Error& error) {
    audit_.note({.action = AuditAction::kBadPiece,
                 .outcome = Outcome::kRefused,
                 .peer = peer,
                 .share = access::to_text(share),
                 .note = error.context});
  });
  node_->on_refused([this](const std::string& address, const Error& why) {
    audit_.note({.action = AuditAction::kConnectionRefused,
                 .outcome = Outcome::kRefused,
                 .code = ReasonCode::kNotAuthenticated,
                 .address = address,
                 .note = why.context});
  });
}

void DaemonService::wire_consent() {
  mail_.set_members(&networks_);
  mail_.set_may_write([this](const identity::PeerId& writer) { return writer_standing(writer); });
  mail_.set_addresses([this](const identity::PeerId& peer) {
    const Person* const person = people_.find(peer);
    return person == nullptr ? std::vector<access::Endpoint>() : person->addresses;
  });
  mail_.on(requests::kRevocationsLetter,
           [this](const mail::Letter& letter) { return take_revocations(letter); });
  node_->mail_door().lead_to(&mail_.sink());
  people_.on_change([this](const Person& person) {
    store_later([person](DaemonStore& s) { return s.save(person); }, "remember a peer");
    api::Event event;
    event.person = person_view(person);
    publish(event);
  });
  people_.on_forgotten([this](const identity::PeerId& peer) {
    store_later([peer](DaemonStore& s) { return s.remove_person(peer); }, "forget a peer");
  });
  audit_.on_head([this](const audit::KnownLine& line) {
    const std::string text = fmt::format("{} {}", line.seq, to_hex(line.chain.view()));
    store_later([text](DaemonStore& s) { return s.save_setting(kAuditHead, text); },
                "note where the audit log stands");
  });
  audit_.on_finding([this](const audit::Finding& finding) { alerts_.take(finding); });
  alerts_.on_blocked([this](const identity::PeerId& peer) { tasks_.spawn(shut_out(peer)); });
  networks_.on_name_changed([this](const identity::PeerId& now, const std::string& text) {
    audit_.note(
        {.action = AuditAction::kNameChanged, .outcome = Outcome::kRefused, .peer = now, .note = text});
  });
  auto& consents = node_->consents();
  consents.on_change([this](const Consent& consent) { keep_consent(consent); });
  consents.on_revoked([this](const std::string& share, const access::SignedRevocationList& list) {
    tell_revocations(share, list);
  });
  consents.on_granted([this](const Consent& consent, ConsentBook::Granted granted) {
    const bool first = granted == ConsentBook::Granted::kFirst;
    audit_.note({.action = first ? AuditAction::kGrantIssued : AuditAction::kGrantRenewed,
                 .outcome = Outcome::kAllowed,
                 .peer = consent.peer,
                 .share = consent.share,
                 .subject = access::to_text(consent.id)});
  });
}

void DaemonService::keep_ticket(const IssuedTicket& ticket) {
  auto kept = std::make_shared<IssuedTicket>(copy_of(ticket));
  store_later([kept](DaemonStore& s) { return s.save(*kept); }, "record the use of a ticket");
}

/// What is sent changes it many times a second; each write takes up all changes until then.
void DaemonService::keep_consent(const Consent& consent) {
  unsaved_consents_.insert(consent.id);
  if (!saving_consents_) tasks_.spawn(save_consents());
}

io::Awaitable<void> DaemonService::save_consents() {
  saving_consents_ = true;
  while (!unsaved_consents_.empty()) {
    const access::GrantId id = *unsaved_consents_.begin();
    unsaved_consents_.erase(unsaved_consents_.begin());
    const Consent* const consent = node_->consents().find(id);
    if (consent == nullptr) continue;
    api::Event event;
    event.grant = grant_view(*consent);
    publish(event);
    auto keep = [kept = *consent](DaemonStore& s) { return s.save(kept); };
    const auto saved = co_await store_.run(std::move(keep));
    if (!saved) log::error("cannot record an approval: {}", to_string(saved.error()));
  }
  saving_consents_ = false;
}

io::Awaitable<Result<>> DaemonService::restore_consent() {
  auto read_head = [](DaemonStore& s) { return s.setting(kAuditHead); };
  CO_TRY(const auto head, co_await store_.run(read_head));
  const auto line = head ? parse_line(*head) : std::nullopt;
  if (line) audit_.set_known(*line);
  auto read_people = [](DaemonStore& s) { return s.people(); };
  CO_TRY(auto people, co_await store_.run(read_people));
  for (Person& person : people) people_.restore(std::move(person));
  auto read_consents = [](DaemonStore& s) { return s.consents(); };
  CO_TRY(auto consents, co_await store_.run(read_consents));
  for (Consent& consent : consents) node_->consents().restore(std::move(consent));
  co_return Result<>{};
}

/// Whose letters are read although he is in none of our networks.
WriterStanding DaemonService::writer_standing(const identity::PeerId& writer) const {
  if (people_.is_blocked(writer)) return WriterStanding::kBlocked;
  const bool is_known =
      people_.find(writer) != nullptr || requests_.asks(writer) || chats_.has_written_to(writer);
  return is_known ? WriterStanding::kKnown : WriterStanding::kUnknown;
}

/// Whoever gives out a ticket may be written to, and may write.
void DaemonService::meet_owner(const std::string& ticket) {
  const auto parsed = access::Ticket::parse(ticket);
  if (!parsed || parsed->owner == node_->device().peer_id()) return;
  people_.met(parsed->owner, networks_.name_of(parsed->owner));
  people_.found_at(parsed->owner, parsed->addresses);
}

/// An owner has taken something back of what this peer may be serving on.
io::Awaitable<MailBook::Verdict> DaemonService::take_revocations(const mail::Letter& letter) {
  const auto told = requests::read_revoked(letter.body);
  if (told) node_->onward().revoked(told->share, told->list);
  co_return MailBook::Verdict::kTaken;
}

}  // namespace covey::daemon
