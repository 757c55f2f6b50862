#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace covey::crypto {
namespace {

// The first 32 bytes of BLAKE3's official test vectors: input byte i is i mod 251.
struct Vector {
  std::size_t size;
  const char* hash;
  const char* keyed;
  const char* derived;
};
constexpr const char* kVectorKey = "whats the Elvish word for friend";
constexpr Label kVectorLabel{"BLAKE3 2019-12-27 16:29:52 test vectors context"};
constexpr Vector kVectors[] = {
    {0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
     "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26",
     "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d"},
    {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
     "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b",
     "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c"},
    {64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98",
     "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6",
     "a5c4a7053fa86b64746d4bb688d06ad1f02a18fce9afd3e818fefaa7126bf73e"},
    {1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
     "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e",
     "74a16c1c3d44368a86e1ca6df64be6a2f64cce8f09220787450722d85725dea5"},
    {1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
     "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4",
     "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a689684302706"},
    {1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
     "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69",
     "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb"},
    {2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a",
     "879cf1fa2ea0e79126cb1063617a05b6ad9d0b696d0d757cf053439f60a99dd1",
     "7b2945cb4fef70885cc5d78a87bf6f6207dd901ff239201351ffac04e1088a23"},
    {2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030",
     "9f29700902f7c86e514ddc4df1e3049f258b2472b6dd5267f61bf13983b78dd5",
     "2ea477c5515cc3dd606512ee72bb3e0e758cfae7232826f35fb98ca1bcbdf273"},
    {5121, "628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff",
     "6ccf1c34753e7a044db80798ecd0782a8f76f33563accaddbfbb2e0ea4b2d024",
     "b07f01e518e702f7ccb44a267e9e112d403a7b3f4883a47ffbed4b48339b3c34"},
    {31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47",
     "efa53b389ab67c593dba624d898d0f7353ab99e4ac9d42302ee64cbf9939a419",
     "39772aef80e0ebe60596361e45b061e8f417429d529171b6764468c22928e28e"},
};

Bytes vector_input(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<Byte>(i % 251);
  return out;
}

TEST(Blake3, matches_the_official_vectors_in_all_three_modes) {
  const SecretBytes key = SecretBytes::copy_of(as_bytes(kVectorKey));
  for (const Vector& vector : kVectors) {
    const Bytes input = vector_input(vector.size);
    EXPECT_EQ(to_hex(blake3(input).view()), vector.hash) << vector.size;
    EXPECT_EQ(to_hex(keyed_blake3(key, input).view()), vector.keyed) << vector.size;
    EXPECT_EQ(to_hex(derive_key(kVectorLabel, input).view()), vector.derived) << vector.size;
    EXPECT_EQ(to_hex(labelled_blake3(kVectorLabel, input).view()), vector.derived) << vector.size;
  }
}

TEST(Blake3, gives_the_same_hash_however_the_bytes_are_cut) {
  const Bytes input = vector_input(31744);
  for (const std::size_t cut : {1U, 63U, 1024U, 1025U, 31743U}) {
    Blake3 parts;
    for (std::size_t at = 0; at < input.size(); at += cut) {
      parts.update(ByteView(input).subspan(at, std::min(cut, input.size() - at)));
    }
    EXPECT_EQ(parts.finish(), blake3(input)) << cut;
  }
}

TEST(Blake3, keys_for_different_purposes_differ) {
  const Bytes material = vector_input(32);
  EXPECT_FALSE(
      derive_key(kTicketShareIdLabel, material).equals(derive_key(kTicketProofLabel, material).view()));
}

TEST(Blake3, refuses_a_mac_key_of_another_size) {
  EXPECT_THROW(static_cast<void>(keyed_blake3(SecretBytes(31), {})), std::invalid_argument);
}

}  // namespace
}  // namespace covey::crypto
