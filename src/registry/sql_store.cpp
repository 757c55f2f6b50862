#include "registry/sql_store.hpp"

#include "registry/sql_values.hpp"

namespace covey::registry {
namespace {

/// Undoes what was begun unless it is dismissed, so also when the work throws.
template <typename Undo>
class Otherwise {
 public:
  explicit Otherwise(Undo undo) : undo_(std::move(undo)) {}
  Otherwise(const Otherwise&) = delete;
  Otherwise& operator=(const Otherwise&) = delete;
  ~Otherwise() {
    if (!dismissed_) undo_();
  }
  void dismiss() { dismissed_ = true; }

 private:
  Undo undo_;
  bool dismissed_ = false;
};

}  // namespace

Result<> SqlStore::in_transaction(const std::function<Result<>()>& work) {
  return depth_ == 0 ? outermost(work) : nested(work);
}

Result<> SqlStore::together(const std::function<Result<>()>& work) {
  return depth_ == 0 ? outermost(work) : work();
}

Result<> SqlStore::outermost(const std::function<Result<>()>& work) {
  TRY_VOID(sql_->begin());
  depth_ = 1;
  Otherwise undo([this] {
    depth_ = 0;
    posted_for_.clear();
    sql_->roll_back();
  });
  TRY_VOID(work());
  if (!sql_->in_transaction()) {
    return fail(ErrorCode::kIo, "the database ended a transaction by itself: look at its log and its disk");
  }
  TRY_VOID(sql_->before_commit(posted_for_));
  TRY_VOID(sql_->commit());
  undo.dismiss();
  depth_ = 0;
  const auto posted_for = std::exchange(posted_for_, {});
  if (!posted_for.empty()) sql_->after_commit(posted_for);
  return {};
}

Result<> SqlStore::nested(const std::function<Result<>()>& work) {
  // A savepoint outside a transaction would be one that commits by itself.
  if (!sql_->in_transaction()) {
    return fail(ErrorCode::kIo, "the database ended a transaction by itself: look at its log and its disk");
  }
  TRY_VOID(sql_->execute("SAVEPOINT nested"));
  const std::size_t posted_before = posted_for_.size();
  ++depth_;
  Otherwise undo([&] {
    --depth_;
    posted_for_.resize(posted_before);
    if (!sql_->in_transaction()) return;
    // Where this fails the transaction is lost, which its commit notices.
    (void)sql_->execute("ROLLBACK TO SAVEPOINT nested");
    (void)sql_->execute("RELEASE SAVEPOINT nested");
  });
  TRY_VOID(work());
  TRY_VOID(sql_->execute("RELEASE SAVEPOINT nested"));
  undo.dismiss();
  --depth_;
  return {};
}

Result<> SqlStore::bind_network(const crypto::PublicKey& network) {
  return together([&]() -> Result<> {
    TRY_VOID(
        sql_->execute("INSERT INTO network (one, network_key, registration) VALUES (1, $1, $2) ON CONFLICT "
                      "(one) DO NOTHING",
                      network, static_cast<int>(Registration::kOpen)));
    TRY(const bool same, sql_->exists("SELECT 1 FROM network WHERE network_key = $1", network));
    if (same) return {};
    return fail(ErrorCode::kRefused,
                "the database belongs to another network: use the key it was made with, or another database");
  });
}

Result<Registration> SqlStore::registration() {
  TRY(const auto how, sql_->select_number("SELECT registration FROM network"));
  return how ? static_cast<Registration>(*how) : Registration::kOpen;
}

Result<> SqlStore::set_registration(Registration how) {
  TRY(const auto changed, sql_->execute("UPDATE network SET registration = $1", static_cast<int>(how)));
  if (changed == 0)
    return fail(ErrorCode::kNotFound, "the database is no network's yet: start the tracker first");
  return {};
}

Result<> SqlStore::use_challenge(ByteView challenge, WallTime expires_at) {
  if (challenge.empty() || challenge.size() > kMaxChallengeBytes) {
    return fail(ErrorCode::kInvalidArgument, "a challenge has 1 to {} bytes", kMaxChallengeBytes);
  }
  TRY(const auto added,
      sql_->execute(
          "INSERT INTO challenge (challenge, expires_at) VALUES ($1, $2) ON CONFLICT (challenge) DO NOTHING",
          challenge, column_time(expires_at)));
  if (added == 0)
    return fail(ErrorCode::kAlreadyExists, "this challenge was answered already: ask for a new one");
  return {};
}

Result<> SqlStore::purge(WallTime now) {
  return together([&]() -> Result<> {
    const std::int64_t at = column_time(now);
    TRY_VOID(sql_->execute("DELETE FROM challenge WHERE expires_at <= $1", at));
    TRY_VOID(sql_->execute("DELETE FROM invite WHERE expires_at <= $1", at));
    TRY_VOID(sql_->execute("DELETE FROM presence WHERE expires_at <= $1", at));
    TRY_VOID(sql_->execute("DELETE FROM provider WHERE expires_at <= $1", at));
    TRY_VOID(sql_->execute("DELETE FROM message WHERE expires_at <= $1", at));
    const auto number = [](const SqlRow& row) -> Result<std::int64_t> { return row.integer(0); };
    TRY(const auto shares,
        sql_->select<std::int64_t>(number,
                                   "SELECT number FROM share WHERE expires_at <= $1 AND expires_at < $2"
                                   " ORDER BY expires_at LIMIT $3",
                                   at, kNever, kMaxPurgedShares));
    return drop_shares(shares);
  });
}

Result<Counts> SqlStore::counts(WallTime now) {
  const std::int64_t at = column_time(now);
  const auto map = [](const SqlRow& row) -> Result<Counts> {
    return Counts{
        .members = row.count(0), .present = row.count(1), .shares = row.count(2), .messages = row.count(3)};
  };
  TRY(const auto counts,
      sql_->select_one<Counts>(map,
                               "SELECT (SELECT count(*) FROM member WHERE state = 1),"
                               " (SELECT count(*) FROM presence p JOIN member m ON m.peer = p.peer"
                               "  WHERE p.expires_at > $1 AND m.state = 1),"
                               " (SELECT count(*) FROM share WHERE expires_at > $1),"
                               " (SELECT count(*) FROM message WHERE expires_at > $1)",
                               at));
  return counts.value_or(Counts{});
}

Result<> SqlStore::watch_messages(std::function<void(const identity::PeerId&)> on_message) {
  return sql_->watch_messages(std::move(on_message));
}

}  // namespace covey::registry
