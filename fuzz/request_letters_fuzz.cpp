// Letters about requests: whatever is read is within its limits and is written back as what it was.

#include "fuzz/promise.hpp"
#include "requests/request_letters.hpp"

namespace covey::fuzz {
namespace {

void run(Byte kind, ByteView body) {
  switch (kind % 4) {
    case 0:
      if (const auto read = requests::read_request(body)) {
        require(read->reason.size() <= requests::kMaxReasonBytes, "a reason has its limit");
        require(read->select.size() <= requests::kMaxSelected, "patterns have their limit");
        require(requests::read_request(requests::encode(*read)) == *read, "a request survives its bytes");
      }
      return;
    case 1:
      if (const auto read = requests::read_answer(body)) {
        require(read->approved || !read->grant, "a denial brings no grant");
        require(requests::read_answer(requests::encode(*read)) == *read, "an answer survives its bytes");
      }
      return;
    case 2:
      if (const auto read = requests::read_revoked(body))
        require(requests::read_revoked(requests::encode(*read)) == *read, "a list survives its bytes");
      return;
    default:
      if (const auto read = requests::read_withdrawn(body))
        require(requests::read_withdrawn(requests::encode_withdrawn(*read)) == *read,
                "an id survives its bytes");
  }
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) covey::fuzz::run(data[0], {data + 1, size - 1});
  return 0;
}
