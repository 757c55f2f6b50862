#pragma once
// PeerName: the human name of a peer, unique in its network: 3 to 32 characters of a-z, 0-9, dot, underscore
// and dash. Value; any thread.

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace covey::identity {

class PeerName {
 public:
  /// kInvalidArgument says which rule the text breaks.
  static Result<PeerName> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  auto operator<=>(const PeerName&) const = default;

 private:
  explicit PeerName(std::string_view text) : text_(text) {}
  std::string text_;
};

}  // namespace covey::identity
