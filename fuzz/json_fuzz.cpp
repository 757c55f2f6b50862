// The JSON of the API: what was read can be written on one line and read again as the same.
//
// The first byte of the input chooses the type.

#include "api/home_json.hpp"

#include "fuzz/plain_text.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

template <typename View>
void check(std::string_view text) {
  const auto view = api::from_json<View>(text);
  if (!view) {
    require(view.error().code == ErrorCode::kMalformed, "what cannot be read is malformed");
    return;
  }
  const std::string line = api::to_json(*view);
  require(line.find('\n') == std::string::npos && code_points(line), "JSON is one line of UTF-8");
  const auto again = api::from_json<View>(line);
  require(again.has_value(), "what was written can be read");
  require(api::to_json(*again) == line, "a view survives its JSON");
}

void run(Byte kind, std::string_view text) {
  switch (kind % 34) {
    case 0:
      return check<api::StatusView>(text);
    case 1:
      return check<api::ShareView>(text);
    case 2:
      return check<api::TicketView>(text);
    case 3:
      return check<api::TransferView>(text);
    case 4:
      return check<api::ShareRequest>(text);
    case 5:
      return check<api::TicketRequest>(text);
    case 6:
      return check<api::DownloadRequest>(text);
    case 7:
      return check<api::Event>(text);
    case 8:
      return check<Error>(text);
    case 9:
      return check<std::vector<api::ShareView>>(text);
    case 10:
      return check<std::vector<api::TransferView>>(text);
    case 11:
      return check<api::PartialFiles>(text);
    case 12:
      return check<api::IssuedTicketView>(text);
    case 13:
      return check<api::ShareRulesRequest>(text);
    case 14:
      return check<api::RequestView>(text);
    case 15:
      return check<api::ApprovalRequest>(text);
    case 16:
      return check<api::GrantView>(text);
    case 17:
      return check<api::PersonView>(text);
    case 18:
      return check<api::BlockRequest>(text);
    case 19:
      return check<api::TrustRequest>(text);
    case 20:
      return check<api::AuditPageView>(text);
    case 21:
      return check<api::AuditCheckView>(text);
    case 22:
      return check<api::AuditExportRequest>(text);
    case 23:
      return check<std::vector<api::RequestView>>(text);
    case 24:
      return check<api::IdentityView>(text);
    case 25:
      return check<api::PassphraseRequest>(text);
    case 26:
      return check<api::SettingsRequest>(text);
    case 27:
      return check<api::FolderView>(text);
    case 28:
      return check<api::UploadRequest>(text);
    case 29:
      return check<api::ApiKeyView>(text);
    case 30:
      return check<std::vector<api::UiSessionView>>(text);
    case 31:
      return check<api::UploadView>(text);
    case 32:
      return check<std::vector<api::HolderView>>(text);
    default:
      return check<api::PieceMapView>(text);
  }
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) covey::fuzz::run(data[0], covey::as_text({data + 1, size - 1}));
  return 0;
}
