#include "daemon/mail_book.hpp"

#include "base/log.hpp"
#include "mail/receipt.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kTidyEvery = 1h;

}  // namespace

MailBook::MailBook(const MailDesk& desk, StoreThread& store, MailNetworks& networks, MailCarrier& carrier,
                   const MailLimits& limits)
    : networks_(&networks),
      outbox_(desk, store, networks, carrier, limits.outbox),
      inbox_(desk, store, limits.inbox),
      receipts_(desk, networks),
      tasks_(desk.network) {
  outbox_.on_end([this](EndedLetter letter) { return ended(std::move(letter)); });
  outbox_.on_left([this](LeftLetter letter) { return left(std::move(letter)); });
  inbox_.set_may_write([this](const identity::PeerId& writer) {
    const auto said = may_write_ ? may_write_(writer) : WriterStanding::kUnknown;
    return said == WriterStanding::kUnknown && outbox_.writes_to(writer) ? WriterStanding::kKnown : said;
  });
  inbox_.on_seen([this](const identity::PeerId& writer) { outbox_.appeared(writer); });
  inbox_.on_taken(
      [this](const identity::PeerId& writer, const mail::LetterId& id) { receipts_.owe(writer, id); });
  inbox_.on(std::string(mail::kReceiptKind),
            [this](const mail::Letter& letter) { return take_receipt(letter); });
  networks.on_letter(
      [this](identity::PeerId from, Bytes sealed) { return inbox_.take_held(from, std::move(sealed)); });
  networks.on_online([this] { look_again(); });
}

MailBook::~MailBook() = default;

io::Awaitable<Result<>> MailBook::restore() {
  co_await inbox_.forget_old();
  tasks_.spawn(keep_tidy());
  co_return co_await outbox_.restore();
}

io::Awaitable<void> MailBook::stop() {
  networks_->on_letter(nullptr);
  networks_->on_online(nullptr);
  tasks_.cancel();
  co_await tasks_.join();
  co_await inbox_.stop();
  co_await receipts_.stop();
  co_await outbox_.stop();
}

void MailBook::look_again() {
  outbox_.look_again();
  inbox_.look_again();
}

io::Awaitable<void> MailBook::ended(EndedLetter letter) {
  const auto callback = on_end_.find(letter.kind);
  if (callback != on_end_.end()) co_await callback->second(std::move(letter));
}

io::Awaitable<void> MailBook::left(LeftLetter letter) {
  const auto callback = on_left_.find(letter.kind);
  if (callback != on_left_.end()) co_await callback->second(std::move(letter));
}

void MailBook::on_contact(MailOutbox::OnContact callback) {
  inbox_.on_contact([callback](const identity::PeerId& writer) { callback(writer, true); });
  outbox_.on_contact(std::move(callback));
}

io::Awaitable<MailBook::Verdict> MailBook::take_receipt(const mail::Letter& letter) {
  const auto ids = mail::read_receipt(letter.body);
  if (ids) {
    outbox_.acknowledge(letter.from, *ids);
  } else {
    log::debug("a receipt of {}: {}", letter.from.short_text(), to_string(ids.error()));
  }
  co_return Verdict::kTaken;
}

io::Awaitable<void> MailBook::keep_tidy() {
  while (true) {
    const auto slept = co_await io::sleep_for(kTidyEvery);
    if (!slept) co_return;
    co_await inbox_.forget_old();
  }
}

}  // namespace covey::daemon
