#pragma once
// ByteWriter and ByteReader: big-endian fields in and out of byte sequences, for Covey's own binary formats.
//
// The reader is total: each read checks what is left, and every variable length is checked against the
// caller's limit before anything is allocated. A failed read leaves the reader unusable. Not shared between
// threads.

#include <concepts>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace covey {

class ByteWriter {
 public:
  explicit ByteWriter(std::size_t reserve = 0) { out_.reserve(reserve); }

  template <std::unsigned_integral T>
  ByteWriter& number(T value) {
    for (std::size_t i = sizeof(T); i-- > 0;) out_.push_back(static_cast<Byte>(value >> (8 * i)));
    return *this;
  }
  ByteWriter& raw(ByteView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  /// A 16-bit length, then the bytes; the caller keeps them under 64 KiB.
  ByteWriter& sized16(ByteView bytes) { return number(static_cast<std::uint16_t>(bytes.size())).raw(bytes); }

  [[nodiscard]] const Bytes& bytes() const { return out_; }
  [[nodiscard]] Bytes take() { return std::move(out_); }
  [[nodiscard]] std::size_t size() const { return out_.size(); }

 private:
  Bytes out_;
};

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : left_(bytes) {}

  template <std::unsigned_integral T>
  Result<T> number() {
    TRY(const ByteView bytes, raw(sizeof(T)));
    T value = 0;
    for (const Byte b : bytes) value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) | b);
    return value;
  }
  /// Exactly n bytes, borrowed from the input. kMalformed when fewer are left.
  Result<ByteView> raw(std::size_t n) {
    if (n > left_.size()) return fail(ErrorCode::kMalformed, "the data ends early");
    const ByteView out = left_.first(n);
    left_ = left_.subspan(n);
    return out;
  }
  template <typename Fixed>
  Result<Fixed> fixed() {
    TRY(const ByteView bytes, raw(Fixed::kSize));
    return Fixed::from(bytes);
  }
  /// A 16-bit length and that many bytes, borrowed. kLimitExceeded above `limit`.
  Result<ByteView> sized16(std::size_t limit) {
    TRY(const std::uint16_t length, number<std::uint16_t>());
    if (length > limit)
      return fail(ErrorCode::kLimitExceeded, "a field of {} bytes, above its limit of {}", length, limit);
    return raw(length);
  }

  [[nodiscard]] std::size_t left() const { return left_.size(); }
  [[nodiscard]] bool done() const { return left_.empty(); }
  /// kMalformed unless everything was read.
  Result<> expect_done() const {
    if (!left_.empty()) return fail(ErrorCode::kMalformed, "{} bytes after the end", left_.size());
    return {};
  }

 private:
  ByteView left_;
};

}  // namespace covey
