#include "mail/receipt.hpp"

#include "base/cursor.hpp"

//   receipt := count:u8(1..64) id:16{count}

namespace covey::mail {

Bytes write_receipt(std::span<const LetterId> ids) {
  ByteWriter out(1 + ids.size() * LetterId::kSize);
  out.number(static_cast<Byte>(ids.size()));
  for (const LetterId& id : ids) out.raw(id.view());
  return out.take();
}

Result<std::vector<LetterId>> read_receipt(ByteView body) {
  ByteReader reader(body);
  TRY(const Byte count, reader.number<Byte>());
  if (count == 0) return fail(ErrorCode::kMalformed, "a receipt for nothing");
  if (count > kMaxReceiptIds) return fail(ErrorCode::kLimitExceeded, "a receipt for {} letters", count);
  std::vector<LetterId> out;
  out.reserve(count);
  for (Byte i = 0; i < count; ++i) {
    TRY(const auto id, reader.fixed<LetterId>());
    out.push_back(id);
  }
  TRY_VOID(reader.expect_done());
  return out;
}

}  // namespace covey::mail
