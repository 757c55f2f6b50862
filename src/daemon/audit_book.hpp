#pragma once
// AuditBook: what happens at this peer, written down in its audit log, and looked at by the detectors. What
// they find becomes an alert, and where due a block that ends by itself.
//
// note() never waits: events go out in batches, in order, on a thread of the log's own. On the network
// thread; stop() is awaited before destruction. Spec: docs/spec/audit.md.

#include <deque>
#include <functional>

#include "api/views.hpp"
#include "audit/audit_export.hpp"
#include "audit/audit_log.hpp"
#include "audit/audit_verify.hpp"
#include "audit/detectors.hpp"
#include "daemon/access_seams.hpp"
#include "daemon/audit_sink.hpp"
#include "daemon/people_book.hpp"
#include "io/gate.hpp"
#include "io/offload.hpp"
#include "io/task_group.hpp"

namespace covey::daemon {

class AuditBook final : public AuditSink, public AccessWitness {
 public:
  /// What the detectors found, and what was done about it.
  using OnFinding = std::function<void(const audit::Finding&)>;
  using OnHead = std::function<void(const audit::KnownLine&)>;

  AuditBook(std::filesystem::path folder, const identity::DeviceKey& device, const Clock& clock,
            crypto::Random& random, io::Executor network, PeopleBook& people);
  ~AuditBook() override;
  void on_finding(OnFinding callback) { on_finding_ = std::move(callback); }
  /// Where the log stands, now and then; kept elsewhere, it shows later whether the log was taken back.
  void on_head(OnHead callback) { on_head_ = std::move(callback); }
  /// Such a place of an earlier run.
  void set_known(const audit::KnownLine& known) { known_ = known; }

  /// Errors of audit::AuditLog::open.
  io::Awaitable<Result<>> open();
  /// Everything that was noted is in the log when this returns.
  io::Awaitable<void> stop();

  void note(audit::AuditEvent event) override;
  void on_judged(const JudgedOpening& opening) override;

  /// As they are in the log; what was noted just now is written first.
  io::Awaitable<Result<audit::AuditPage>> page(audit::AuditFilter filter, std::size_t limit,
                                               std::optional<std::uint64_t> before);
  io::Awaitable<Result<audit::VerifyReport>> verify();
  io::Awaitable<Result<std::uint64_t>> write_out(audit::AuditFilter filter, audit::ExportForm form,
                                                 std::filesystem::path path);

 private:
  io::Awaitable<void> write();
  io::Awaitable<void> write_all();
  static void tell(const audit::AuditEvent& event);
  void show_head();
  /// A blocked peer, or a stranger, that knocks again and again fills no disk.
  bool is_repetition(const audit::AuditEvent& event);

  std::filesystem::path folder_;
  const identity::DeviceKey* device_;
  const Clock* clock_;
  crypto::Random* random_;
  PeopleBook* people_;
  OnFinding on_finding_;
  OnHead on_head_;
  std::optional<audit::KnownLine> known_;
  SteadyTime known_at_{};
  audit::Detectors detectors_;
  std::optional<audit::AuditLog> log_;  // the log thread's, once it is open
  io::Offload thread_{1};
  std::deque<audit::AuditEvent> waiting_;
  std::uint64_t lost_ = 0;  // events beyond what can wait
  bool writing_ = false;
  std::map<std::string, SteadyTime> knocked_;  // by peer id or address
  io::Gate noted_;
  io::Gate written_;
  io::TaskGroup tasks_;
};

[[nodiscard]] audit::ReasonCode code_of(access::Reason reason);
[[nodiscard]] audit::Right right_of(access::Right right);

}  // namespace covey::daemon
