#pragma once
// ApprovalSeeker: what downloads need where an owner has to approve them first; and what becomes of them
// then. On the network thread.

#include <optional>
#include <string>
#include <vector>

#include "access/grant.hpp"
#include "io/coroutine.hpp"

namespace covey::daemon {

/// A download that an owner has to approve.
struct Wish {
  std::string transfer;
  access::ShareId share;
  identity::PeerId owner;
  std::string reason;
  std::vector<std::string> select;
  // As the owner published it.
  std::string title;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
};

class ApprovalSeeker {
 public:
  virtual ~ApprovalSeeker() = default;
  /// The request is on its way when this returns. kRefused before the owner wants to be asked again;
  /// kInvalidArgument, kLimitExceeded for what cannot be sent.
  virtual io::Awaitable<Result<>> seek(Wish wish) = 0;
  enum class Standing : std::uint8_t { kNone, kWaiting, kApproved, kOver };
  /// How the last request for this download stands.
  [[nodiscard]] virtual Standing standing(const std::string& transfer) const = 0;
  /// What its owner has handed out for this download.
  [[nodiscard]] virtual std::optional<access::SignedGrant> grant(const std::string& transfer) const = 0;
  /// A fresher one.
  virtual void keep_grant(const std::string& transfer, const access::SignedGrant& grant) = 0;
  /// Nobody waits for the answer any more.
  virtual void abandon(const std::string& transfer) = 0;
};

/// Downloads that wait for an approval. On the network thread.
class WaitingDownloads {
 public:
  virtual ~WaitingDownloads() = default;
  /// It begins, if it still waits.
  virtual void on_approved(const std::string& transfer) = 0;
  virtual void on_denied(const std::string& transfer, const Error& why) = 0;
};

}  // namespace covey::daemon
