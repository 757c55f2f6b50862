// Network links: one text for each, whatever blanks and case it was pasted with.

#include "identity/network_link.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

void check(const identity::NetworkLink& link) {
  require(!link.trackers.empty() && link.trackers.size() <= identity::kMaxTrackers,
          "a link has 1 to 4 trackers");
  for (const std::string& tracker : link.trackers)
    require(identity::is_tracker_address(tracker), "a tracker is a host and a port");
  const std::string text = link.to_text();
  for (const std::string& form : {text, upper_case(text), " " + text + "\r\n"}) {
    const auto back = identity::NetworkLink::parse(form);
    require(back && *back == link, "a link survives being pasted");
  }
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey;  // NOLINT(google-build-using-namespace)
  const ByteView input(data, size);
  (void)identity::is_tracker_address(as_text(input));
  if (const auto link = identity::NetworkLink::parse(as_text(input))) fuzz::check(*link);
  const crypto::Hash hash = crypto::blake3(input);
  Bytes whole = to_bytes(input);
  whole.insert(whole.end(), hash.view().begin(), hash.view().begin() + 3);
  const std::string text = "covey-network:" + to_base32(whole);
  if (const auto link = identity::NetworkLink::parse(text)) {
    fuzz::require(link->to_text() == text, "a link's text is the only one");
    fuzz::check(*link);
  }
  return 0;
}
