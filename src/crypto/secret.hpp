#pragma once
// SecretBytes: the only home of key material and passphrases.
//
// The memory is guarded, kept out of swap where the system allows it, left out of core dumps, and wiped when
// its owner goes. It cannot be copied by accident, formatted, logged, or compared except in constant time.
// A moved-from SecretBytes is empty. Not shared between threads while it is written.

#include <cstddef>
#include <memory>

#include "base/bytes.hpp"

namespace covey::crypto {

class SecretBytes {
 public:
  SecretBytes() = default;
  /// `size` zero bytes. Throws std::bad_alloc when there is no memory.
  explicit SecretBytes(std::size_t size);
  /// A copy; wiping the source is up to the caller.
  static SecretBytes copy_of(ByteView source);
  /// A copy of `source`, which is wiped.
  static SecretBytes take_from(MutableBytes source);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() = default;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] ByteView view() const { return {memory_.get(), size_}; }
  [[nodiscard]] MutableBytes mutable_view() { return {memory_.get(), size_}; }
  [[nodiscard]] SecretBytes clone() const { return copy_of(view()); }
  /// In constant time for equal sizes; the sizes themselves are no secret.
  [[nodiscard]] bool equals(ByteView other) const;

 private:
  struct Release {
    void operator()(Byte* memory) const noexcept;
  };

  std::unique_ptr<Byte[], Release> memory_;
  std::size_t size_ = 0;
};

/// Compares in constant time for equal sizes.
[[nodiscard]] bool constant_time_equal(ByteView a, ByteView b);
/// Overwrites with zeros in a way that the compiler does not remove.
void wipe(MutableBytes bytes);

}  // namespace covey::crypto
