#include "swarm/swarm_messages.hpp"

#include <algorithm>
#include <bit>

namespace covey::swarm {
namespace {

constexpr std::uint32_t kBitsInByte = 8;
constexpr std::uint32_t kBytesInWord = content::PieceSet::kBits / kBitsInByte;

template <typename Record>
Result<std::optional<Record>> read_record(const std::string& payload, const std::string& signature,
                                          std::size_t limit) {
  if (payload.empty() && signature.empty()) return std::optional<Record>();
  if (payload.empty() || payload.size() > limit || signature.size() != crypto::Signature::kSize)
    return fail(ErrorCode::kPeerMisbehaved, "a signed record that cannot be one");
  return Record{.payload = to_bytes(payload), .signature = crypto::Signature::from(as_bytes(signature))};
}

}  // namespace

std::vector<wire::Have> messages_of(const content::PieceSet& held) {
  std::vector<wire::Have> out;
  const auto words = held.words();
  constexpr std::size_t kWords = kMaxHaveBits / kBytesInWord;
  for (std::size_t at = 0; at < words.size(); at += kWords) {
    const auto part = words.subspan(at, std::min(kWords, words.size() - at));
    if (std::all_of(part.begin(), part.end(), [](std::uint64_t word) { return word == 0; })) continue;
    std::string bits;
    bits.reserve(part.size() * kBytesInWord);
    for (const std::uint64_t word : part) {
      for (std::uint32_t byte = 0; byte < kBytesInWord; ++byte)
        bits.push_back(static_cast<char>(static_cast<unsigned char>(word >> (byte * kBitsInByte))));
    }
    wire::Have& have = out.emplace_back();
    have.set_first(static_cast<std::uint32_t>(at * content::PieceSet::kBits));
    have.set_bits(std::move(bits));
  }
  return out;
}

std::vector<wire::Have> messages_of(const std::vector<std::uint32_t>& pieces) {
  std::vector<wire::Have> out;
  for (std::size_t at = 0; at < pieces.size(); at += kMaxHaveNumbers) {
    wire::Have& have = out.emplace_back();
    const std::size_t end = std::min(pieces.size(), at + kMaxHaveNumbers);
    for (std::size_t i = at; i < end; ++i) have.add_numbers(pieces[i]);
  }
  return out;
}

Result<std::vector<std::uint32_t>> read_have(const wire::Have& message) {
  if (message.bits().size() > kMaxHaveBits || message.first() % kBitsInByte != 0 ||
      static_cast<std::size_t>(message.numbers_size()) > kMaxHaveNumbers) {
    return fail(ErrorCode::kPeerMisbehaved, "a list of pieces above its limits");
  }
  std::vector<std::uint32_t> out(message.numbers().begin(), message.numbers().end());
  const ByteView bits = as_bytes(message.bits());
  for (std::size_t at = 0; at < bits.size(); ++at) {
    for (std::uint32_t left = bits[at]; left != 0; left &= left - 1) {
      const std::uint64_t number =
          message.first() + at * kBitsInByte + static_cast<unsigned>(std::countr_zero(left));
      if (number <= UINT32_MAX) out.push_back(static_cast<std::uint32_t>(number));
    }
  }
  return out;
}

std::vector<wire::Providers> messages_of(const std::vector<access::SignedProviderRecord>& records) {
  std::vector<wire::Providers> out;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i % kMaxProvidersTold == 0) out.emplace_back();
    wire::Provider* const provider = out.back().add_providers();
    provider->set_record(std::string(as_text(records[i].payload)));
    provider->set_signature(std::string(as_text(records[i].signature.view())));
  }
  return out;
}

Result<std::optional<access::SignedGrant>> read_grant(const std::string& payload,
                                                      const std::string& signature) {
  return read_record<access::SignedGrant>(payload, signature, access::kMaxGrantBytes);
}

Result<std::optional<access::SignedRevocationList>> read_revocations(const std::string& payload,
                                                                     const std::string& signature) {
  return read_record<access::SignedRevocationList>(payload, signature, access::kMaxRevocationListBytes);
}

Result<access::SignedProviderRecord> read_provider(const wire::Provider& message) {
  if (message.record().size() > access::kMaxProviderRecordBytes ||
      message.signature().size() != crypto::Signature::kSize)
    return fail(ErrorCode::kPeerMisbehaved, "a provider's word that can be none");
  return access::SignedProviderRecord{.payload = to_bytes(message.record()),
                                      .signature = crypto::Signature::from(as_bytes(message.signature()))};
}

Result<std::vector<access::SignedProviderRecord>> read_providers(const wire::Providers& message) {
  if (static_cast<std::size_t>(message.providers_size()) > kMaxProvidersTold)
    return fail(ErrorCode::kPeerMisbehaved, "more than {} providers at once", kMaxProvidersTold);
  std::vector<access::SignedProviderRecord> out;
  for (const auto& provider : message.providers()) {
    TRY(auto record, read_provider(provider));
    out.push_back(std::move(record));
  }
  return out;
}

}  // namespace covey::swarm
