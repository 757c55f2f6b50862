// What is stored of complete downloads that are served on: one sequence of bytes for what it says.

#include "daemon/seed_record.hpp"

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

void run(ByteView input) {
  if (const auto word = daemon::SeedWord::parse(input)) {
    require(word->description.payload.size() <= access::kMaxShareDescriptionBytes, "a word has its limit");
    require(same(word->encode(), input), "a word is the only one for what it says");
  }
  if (const auto content = daemon::SeedContent::parse(input)) {
    require(content->stamps.size() * 16 + content->manifest.size() + 4 == input.size(),
            "nothing is made up and nothing left out");
    require(same(content->encode(), input), "content is the only one for what it says");
  }
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
