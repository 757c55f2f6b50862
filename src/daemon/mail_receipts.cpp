#include "daemon/mail_receipts.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "mail/receipt.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxWriters = 256;
constexpr std::size_t kMaxOwedToOne = 1000;
/// Letters that wait in a mailbox come all at once.
constexpr auto kGathering = 200ms;
constexpr auto kFirstReceiptPause = 30s;
constexpr unsigned kMaxFailures = 5;
constexpr std::chrono::hours kReceiptLife{7 * 24};

}  // namespace

MailReceipts::MailReceipts(const MailDesk& desk, MailNetworks& networks)
    : desk_(desk), networks_(&networks), tasks_(desk.network) {}

MailReceipts::~MailReceipts() = default;

io::Awaitable<void> MailReceipts::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

void MailReceipts::owe(const identity::PeerId& writer, const mail::LetterId& id) {
  if (!owed_.contains(writer) && owed_.size() >= kMaxWriters) return;
  const auto [place, is_new] = owed_.try_emplace(writer);
  std::vector<mail::LetterId>& ids = place->second.ids;
  if (ids.size() < kMaxOwedToOne && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  if (is_new) tasks_.spawn(pay(writer));
}

io::Awaitable<void> MailReceipts::pay(identity::PeerId writer) {
  std::chrono::steady_clock::duration pause = kGathering;
  while (true) {
    const auto slept = co_await io::sleep_for(pause);
    if (!slept) co_return;
    Debt& debt = owed_.at(writer);  // stays where it is until it is erased here
    if (debt.ids.empty()) break;
    std::vector<mail::LetterId> ids(
        debt.ids.begin(),
        debt.ids.begin() + static_cast<std::ptrdiff_t>(std::min(debt.ids.size(), mail::kMaxReceiptIds)));
    const auto told = co_await tell(writer, ids);
    if (told) {
      std::erase_if(debt.ids,
                    [&](const auto& id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); });
      debt.failures = 0;
      pause = kGathering;
      continue;
    }
    log::debug("a receipt could not be left for its reader: {}", to_string(told.error()));
    if (++debt.failures >= kMaxFailures) break;
    pause = kFirstReceiptPause * (1U << (debt.failures - 1));
  }
  owed_.erase(writer);
}

io::Awaitable<Result<>> MailReceipts::tell(identity::PeerId writer, std::vector<mail::LetterId> ids) {
  const WallTime now = desk_.clock->wall();
  const mail::Letter receipt{.id = desk_.random->fixed<mail::LetterId>(),
                             .from = desk_.device->peer_id(),
                             .to = writer,
                             .sent_at = now,
                             .expires_at = now + kReceiptLife,
                             .kind = std::string(mail::kReceiptKind),
                             .body = mail::write_receipt(ids)};
  CO_TRY(auto sealed, mail::seal(receipt, *desk_.device, *desk_.random));
  co_return co_await networks_->deposit(writer, std::move(sealed), kReceiptLife, 0);
}

}  // namespace covey::daemon
