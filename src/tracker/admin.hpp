#pragma once
// Admin: what `covey-tracker admin` does on the database of a network: how members come in, invites, and who
// is let in, kept out or removed. Each action gives what it prints: lines for people, or one JSON object a
// line. Blocking; any thread.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/random.hpp"
#include "registry/store.hpp"

namespace covey::tracker {

enum class OutputForm : std::uint8_t { kText, kJson };

struct NewInvite {
  std::uint64_t uses = 1;
  std::optional<std::chrono::seconds> life;
  std::string note;
};

class Admin {
 public:
  Admin(registry::Store& store, OutputForm form, WallTime now) : store_(store), form_(form), now_(now) {}

  Result<std::string> registration();
  Result<std::string> set_registration(registry::Registration how);

  /// The code is shown here and never again.
  Result<std::string> invite(const NewInvite& wanted, crypto::Random& random);
  Result<std::string> invites();
  /// By the code, or by the id that invites() shows.
  Result<std::string> revoke_invite(const std::string& code_or_id);

  /// All, or those in one state; by name.
  Result<std::string> members(std::optional<registry::MemberState> state);
  Result<std::string> approve(const std::string& name);
  Result<std::string> ban(const std::string& name);
  Result<std::string> unban(const std::string& name);
  Result<std::string> remove(const std::string& name);

 private:
  Result<registry::Member> member(const std::string& name);
  Result<std::string> change(const std::string& name, registry::MemberState from, registry::MemberState to,
                             std::string_view done);
  [[nodiscard]] std::string done(std::string_view what, const std::string& name) const;
  [[nodiscard]] bool is_json() const { return form_ == OutputForm::kJson; }

  registry::Store& store_;
  OutputForm form_;
  WallTime now_;
};

/// "open", "invite", "approval". kInvalidArgument otherwise.
Result<registry::Registration> parse_registration(std::string_view text);

}  // namespace covey::tracker
