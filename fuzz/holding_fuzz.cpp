// What is stored of a peer that was sent something of a share: one sequence of bytes for what it says, and
// adding to it loses nothing.

#include "daemon/holding.hpp"

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

void run(ByteView input) {
  const auto holding = daemon::Holding::parse(input);
  if (!holding) return;
  require(holding->pieces.total() <= daemon::kMaxHoldingPieces, "what is remembered has its limit");
  require(!holding->complete || holding->pieces.total() == 0, "of all no pieces are listed");
  require(same(holding->encode(), input), "a holding is the only one for what it says");
  daemon::Holding twice = *holding;
  twice.add(*holding);
  require(twice.complete || twice.pieces.count() == holding->pieces.count(), "no piece counts twice");
  require(!holding->complete || twice.complete, "what was complete stays so");
  require(daemon::Holding::parse(twice.encode()).has_value(), "what was added to can be read");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
