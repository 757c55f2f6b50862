// The control messages of the link, of the fetch and of the mail protocol: what was read can be written and
// read again.
//
// The first byte of the input chooses the message.

#include "fuzz/promise.hpp"
#include "wire/fetch.pb.h"
#include "wire/frame.hpp"
#include "wire/link.pb.h"
#include "wire/mail.pb.h"

namespace covey::fuzz {
namespace {

template <typename Message>
void check(ByteView bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const std::string written = message.SerializeAsString();
  Message again;
  require(again.ParseFromString(written), "a message that was written can be read");
  require(again.SerializeAsString() == written, "a message survives its bytes");
  require(written.size() == message.ByteSizeLong(), "a message has the size it says");
  if constexpr (requires { message.ranges_size(); }) {
    require(static_cast<std::size_t>(message.ranges_size()) * 2 <= bytes.size(), "every range takes room");
  }
}

void run(Byte kind, ByteView bytes) {
  if (bytes.size() > wire::kMaxControlBytes) return;
  switch (kind % 16) {
    case 0:
      return check<wire::Hello>(bytes);
    case 1:
      return check<wire::SignedHello>(bytes);
    case 2:
      return check<wire::Open>(bytes);
    case 3:
      return check<wire::Close>(bytes);
    case 4:
      return check<wire::OpenShare>(bytes);
    case 5:
      return check<wire::ShareOpened>(bytes);
    case 6:
      return check<wire::Fetch>(bytes);
    case 7:
      return check<wire::Range>(bytes);
    case 8:
      return check<wire::Cancel>(bytes);
    case 9:
      return check<wire::Have>(bytes);
    case 10:
      return check<wire::Providers>(bytes);
    case 11:
      return check<wire::Provider>(bytes);
    case 12:
      return check<wire::Pace>(bytes);
    case 13:
      return check<wire::Trouble>(bytes);
    case 14:
      return check<wire::Letter>(bytes);
    default:
      return check<wire::LetterTaken>(bytes);
  }
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) covey::fuzz::run(data[0], {data + 1, size - 1});
  return 0;
}
