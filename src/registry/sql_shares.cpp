// The shares of a SqlStore: announced, withdrawn and looked up.
//
// A share's number is its sequence, then 15 bits: first of its share id, further ones where two shares of one
// millisecond meet. So the order of numbers is the order of sequences, and a number is all that paging needs.

#include <algorithm>
#include <set>

#include "base/cursor.hpp"
#include "registry/sql_store.hpp"
#include "registry/sql_values.hpp"

namespace covey::registry {
namespace {

constexpr int kTieBits = 15;
constexpr std::int64_t kTies = std::int64_t{1} << kTieBits;
/// So many shares of one millisecond whose ids begin alike find a place; the next is asked to come again.
constexpr std::int64_t kTriedTies = 64;
static_assert(kMaxUnixMs < (std::uint64_t{1} << (63 - kTieBits)));

std::int64_t sequence_of(std::int64_t number) {
  return number >> kTieBits;
}

WallTime earlier(const std::optional<WallTime>& a, const std::optional<WallTime>& b) {
  return std::min(a.value_or(from_unix_ms(kNever)), b.value_or(from_unix_ms(kNever)));
}

}  // namespace

struct SqlStore::HeldShare {
  std::int64_t number;
  identity::PeerId owner;
};

Result<std::optional<SqlStore::HeldShare>> SqlStore::held(const access::ShareId& share) {
  const auto map = [](const SqlRow& row) -> Result<HeldShare> {
    return HeldShare{row.integer(0), row.peer(1)};
  };
  return sql_->select_one<HeldShare>(map, "SELECT number, owner FROM share WHERE id = $1", share);
}

Result<> SqlStore::announce(const Announcement& announcement, std::size_t max_shares_of_owner) {
  const access::ShareDescription& share = announcement.listing.share;
  if (announcement.audience.size() > kMaxAudience) {
    return fail(ErrorCode::kLimitExceeded,
                "a share is listed for at most {} peers: make it visible to the network", kMaxAudience);
  }
  return together([&]() -> Result<> {
    TRY_VOID(lock_active(share.owner));
    TRY(const auto old, held(share.share_id));
    if (old) {
      TRY_VOID(expect_newer(*old, announcement));
    } else {
      TRY_VOID(expect_room(share.owner, max_shares_of_owner));
    }
    TRY(const std::int64_t number, free_number(announcement.listing));
    if (old) {
      TRY_VOID(drop_listing(old->number));
      TRY_VOID(sql_->execute("DELETE FROM share WHERE number = $1", old->number));
    }
    return put_share(announcement, number,
                     earlier(announcement.listing.listing.expires_at, share.expires_at));
  });
}

Result<> SqlStore::expect_newer(const HeldShare& held, const Announcement& announcement) {
  if (held.owner != announcement.listing.share.owner) {
    return fail(ErrorCode::kAlreadyExists, "this share belongs to another owner");
  }
  if (sequence_of(held.number) >= static_cast<std::int64_t>(announcement.listing.listing.sequence)) {
    return fail(
        ErrorCode::kAlreadyExists,
        "a listing of this share that is as new or newer is held: announce it again, and check this clock");
  }
  return {};
}

Result<> SqlStore::expect_room(const identity::PeerId& owner, std::size_t max_shares_of_owner) {
  TRY(const auto count,
      sql_->select_number("SELECT count(*) FROM share WHERE owner = $1", owner.public_key()));
  if (static_cast<std::size_t>(count.value_or(0)) < max_shares_of_owner) return {};
  return fail(ErrorCode::kLimitExceeded, "a member announces at most {} shares here: withdraw some first",
              max_shares_of_owner);
}

Result<std::int64_t> SqlStore::free_number(const access::VerifiedListing& listing) {
  if (listing.listing.sequence > kMaxUnixMs)
    return fail(ErrorCode::kInvalidArgument, "a sequence beyond the year 9999");
  const std::int64_t first = static_cast<std::int64_t>(listing.listing.sequence) << kTieBits;
  TRY(const auto tie, ByteReader(listing.share.share_id.view()).number<std::uint16_t>());
  for (std::int64_t step = 0; step < kTriedTies; ++step) {
    // The smaller ids get the larger numbers, as the newest share has.
    const std::int64_t number = first + (2 * kTies - 1 - (tie >> 1) + step) % kTies;
    TRY(const bool taken, sql_->exists("SELECT 1 FROM share WHERE number = $1", number));
    if (!taken) return number;
  }
  return fail(ErrorCode::kLimitExceeded, "too many shares were announced in one moment: announce it again");
}

Result<> SqlStore::put_share(const Announcement& announcement, std::int64_t number, WallTime expires_at) {
  const access::ShareDescription& share = announcement.listing.share;
  const access::Visibility visibility = announcement.listing.listing.visibility;
  TRY(const auto added, sql_->execute("INSERT INTO share (number, id, owner, visibility, expires_at)"
                                      " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                                      number, share.share_id, share.owner.public_key(),
                                      static_cast<int>(visibility), column_time(expires_at)));
  // Another tracker of this network was faster by a moment.
  if (added == 0)
    return fail(ErrorCode::kAlreadyExists, "this share was announced just now: announce it again");
  const std::string words = announcement.words.text();
  TRY_VOID(sql_->execute("INSERT INTO listing (number, words, payload, signature) VALUES ($1, $2, $3, $4)",
                         number, words, announcement.signed_listing.payload,
                         announcement.signed_listing.signature));
  TRY_VOID(sql_->index_words(number, words));
  if (visibility == access::Visibility::kNetwork) return {};
  std::set<identity::PeerId> audience(announcement.audience.begin(), announcement.audience.end());
  audience.insert(share.owner);
  for (const identity::PeerId& peer : audience) {
    TRY_VOID(sql_->execute("INSERT INTO audience (peer, number) VALUES ($1, $2)", peer.public_key(), number));
  }
  return {};
}

Result<> SqlStore::withdraw(const access::ShareId& share, const identity::PeerId& owner) {
  return together([&]() -> Result<> {
    TRY(const auto old, held(share));
    if (!old || old->owner != owner)
      return fail(ErrorCode::kNotFound, "no such share of yours is announced here");
    return drop_shares({old->number});
  });
}

Result<> SqlStore::drop_listing(std::int64_t number) {
  TRY_VOID(sql_->unindex_words(number));
  TRY_VOID(sql_->execute("DELETE FROM listing WHERE number = $1", number));
  TRY_VOID(sql_->execute("DELETE FROM audience WHERE number = $1", number));
  return {};
}

Result<> SqlStore::drop_shares(const std::vector<std::int64_t>& numbers) {
  for (const std::int64_t number : numbers) {
    TRY_VOID(drop_listing(number));
    TRY_VOID(
        sql_->execute("DELETE FROM provider WHERE share = (SELECT id FROM share WHERE number = $1)", number));
    TRY_VOID(sql_->execute("DELETE FROM share WHERE number = $1", number));
  }
  return {};
}

Result<std::optional<access::ShareId>> SqlStore::visible(const access::ShareId& share,
                                                         const identity::PeerId& viewer, WallTime now) {
  TRY(const bool seen,
      sql_->exists("SELECT 1 FROM share s JOIN member viewer ON viewer.peer = $2 AND viewer.state = 1"
                   " WHERE s.id = $1 AND s.expires_at > $3 AND (s.visibility = 1"
                   " OR EXISTS (SELECT 1 FROM audience a WHERE a.peer = $2 AND a.number = s.number))",
                   share, viewer.public_key(), column_time(now)));
  return seen ? std::optional(share) : std::nullopt;
}

}  // namespace covey::registry
