// ByteReader, driven by a program that stands before its data: it reads what is there, never more, and a
// ByteWriter writes back the same.

#include "base/cursor.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using Sixteen = FixedBytes<struct SixteenTag, 16>;

/// Reads one number and writes it back; false at the end of the data.
template <typename T>
bool copy_number(ByteReader& reader, ByteWriter& writer) {
  const bool enough = reader.left() >= sizeof(T);
  const auto value = reader.number<T>();
  require(value.has_value() == enough, "a number is read exactly when its bytes are there");
  if (value) writer.number(*value);
  return value.has_value();
}

bool copy_raw(ByteReader& reader, ByteWriter& writer, std::size_t n) {
  const bool enough = reader.left() >= n;
  const auto bytes = reader.raw(n);
  require(bytes.has_value() == enough, "bytes are read exactly when they are there");
  if (bytes) writer.raw(*bytes);
  return bytes.has_value();
}

bool copy_sized(ByteReader& reader, ByteWriter& writer, std::size_t limit) {
  const auto bytes = reader.sized16(limit);
  if (!bytes) return false;
  require(bytes->size() <= limit, "a field keeps its limit");
  writer.sized16(*bytes);
  return true;
}

bool copy_fixed(ByteReader& reader, ByteWriter& writer) {
  const auto value = reader.fixed<Sixteen>();
  if (value) writer.raw(value->view());
  return value.has_value();
}

bool step(Choices& program, ByteReader& reader, ByteWriter& writer) {
  switch (program.byte() % 7) {
    case 0:
      return copy_number<std::uint8_t>(reader, writer);
    case 1:
      return copy_number<std::uint16_t>(reader, writer);
    case 2:
      return copy_number<std::uint32_t>(reader, writer);
    case 3:
      return copy_number<std::uint64_t>(reader, writer);
    case 4:
      return copy_raw(reader, writer, program.byte());
    case 5:
      return copy_sized(reader, writer, program.byte());
    default:
      return copy_fixed(reader, writer);
  }
}

void run(ByteView input) {
  Choices choices(input);
  Choices program(choices.bytes(choices.byte()));
  const ByteView data = choices.rest();
  ByteReader reader(data);
  ByteWriter writer;
  while (!program.done() && step(program, reader, writer)) {
    require(writer.size() + reader.left() == data.size(), "what was read and what is left make up the data");
    require(same(writer.bytes(), data.first(writer.size())), "what was read can be written back");
  }
  require(reader.expect_done().has_value() == reader.done(), "the end is the end");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
