#pragma once
// The one list of domain-separation labels. Every signature and key derivation carries one of them, so bytes
// made for one purpose are worthless for another. A label that has been released never changes its meaning; a
// new meaning gets a new label. Spec: docs/spec/handshake.md, "Labels".

#include <string_view>

namespace covey::crypto {

/// A purpose, in at most 255 bytes of ASCII.
struct Label {
  std::string_view text;
};

// Signatures.
inline constexpr Label kCertificateLabel{"covey 2026-11 certificate signature v1"};
inline constexpr Label kHelloLabel{"covey 2026-11 hello signature v1"};
inline constexpr Label kShareDescriptionLabel{"covey 2026-11 share description signature v1"};
inline constexpr Label kMembershipClaimLabel{"covey 2026-11 membership claim v1"};
inline constexpr Label kMembershipLabel{"covey 2026-11 membership v1"};
inline constexpr Label kTrackerLoginLabel{"covey 2026-11 tracker login v1"};
inline constexpr Label kShareListingLabel{"covey 2026-11 share listing v1"};
inline constexpr Label kProviderLabel{"covey 2026-11 provider v1"};
inline constexpr Label kGrantLabel{"covey 2026-11 grant v1"};
inline constexpr Label kRevocationsLabel{"covey 2026-11 revocations v1"};
inline constexpr Label kAuditHeadLabel{"covey 2026-11 audit head v1"};
inline constexpr Label kAuditEndLabel{"covey 2026-11 audit end v1"};
inline constexpr Label kLetterLabel{"covey 2026-11 letter v1"};

// Key derivations and keyed hashes.
inline constexpr Label kTicketShareIdLabel{"covey 2026-11 ticket share id v1"};
inline constexpr Label kTicketProofLabel{"covey 2026-11 ticket proof v1"};
inline constexpr Label kVaultKeyLabel{"covey 2026-11 vault key wrap v1"};
inline constexpr Label kDeviceKeyLabel{"covey 2026-11 device key wrap v1"};
inline constexpr Label kHiddenKeyLabel{"covey 2026-11 hidden row key v1"};
inline constexpr Label kTrackerChallengeLabel{"covey 2026-11 tracker challenge v1"};
inline constexpr Label kErrandKeyLabel{"covey 2026-11 errand key v1"};
inline constexpr Label kSafetyWordsLabel{"covey 2026-11 safety words v1"};
inline constexpr Label kAuditChainLabel{"covey 2026-11 audit chain v1"};
inline constexpr Label kLetterSealLabel{"covey 2026-11 letter seal v1"};
inline constexpr Label kUiOnceLabel{"covey 2026-11 ui once v1"};
inline constexpr Label kUiSessionLabel{"covey 2026-11 ui session v1"};
inline constexpr Label kUiCsrfLabel{"covey 2026-11 ui csrf v1"};
inline constexpr Label kUiPasswordLabel{"covey 2026-11 ui password v1"};
inline constexpr Label kApiKeyLabel{"covey 2026-11 api key v1"};

}  // namespace covey::crypto
