#pragma once
// AlertBook: what the user is warned of, and what was done by itself because of it, until it is undone. An
// alert is stored, told to whoever listens, and noted in the audit log. On the network thread; stop() is
// awaited before destruction.

#include <functional>

#include "audit/detectors.hpp"
#include "daemon/audit_sink.hpp"
#include "daemon/people_book.hpp"
#include "daemon/store_thread.hpp"
#include "io/task_group.hpp"

namespace covey::daemon {

class AlertBook {
 public:
  struct Around {
    StoreThread* store = nullptr;
    PeopleBook* people = nullptr;
    AuditSink* audit = nullptr;
    const Clock* clock = nullptr;
    io::Executor network;
  };
  using Publish = std::function<void(const api::AlertView&)>;
  /// A peer was blocked by itself.
  using OnBlocked = std::function<void(const identity::PeerId&)>;

  /// All of `around` outlives the book.
  AlertBook(Around around, Publish publish)
      : around_(std::move(around)), publish_(std::move(publish)), tasks_(around_.network) {}
  void on_blocked(OnBlocked callback) { on_blocked_ = std::move(callback); }
  io::Awaitable<void> stop();

  /// Blocks for a while whom the detectors want blocked, and raises the alert.
  void take(const audit::Finding& finding);
  io::Awaitable<Result<std::vector<api::AlertView>>> all();
  /// Lets in again who was blocked because of it. kNotFound; kInvalidArgument when nothing was done.
  io::Awaitable<Result<api::AlertView>> undo(std::uint64_t id);

 private:
  io::Awaitable<void> raise(api::AlertView alert);
  void note(audit::AuditAction action, const api::AlertView& alert);

  Around around_;
  Publish publish_;
  OnBlocked on_blocked_;
  io::TaskGroup tasks_;
};

}  // namespace covey::daemon
