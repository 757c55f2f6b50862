#pragma once
// AuditSink: where what happened is written down. On the network thread; never waits.

#include "audit/audit_event.hpp"

namespace covey::daemon {

class AuditSink {
 public:
  virtual ~AuditSink() = default;
  /// The time is set by whoever takes it, if it is not.
  virtual void note(audit::AuditEvent event) = 0;
};

}  // namespace covey::daemon
