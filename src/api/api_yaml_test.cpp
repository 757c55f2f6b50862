// docs/spec/api.yaml and the code say the same: every route, every field with its type and whether it must be
// there, every name of every enumeration. The file is read line by line, in the plain form that it has.

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/chat_form.hpp"
#include "api/consent_form.hpp"
#include "api/home_form.hpp"
#include "api/json_form.hpp"
#include "api/routes.hpp"

#ifndef COVEY_API_YAML
#error "COVEY_API_YAML names the file"
#endif

namespace covey::api {
namespace {

struct Schema {
  std::set<std::string> properties;
  std::set<std::string> required;
  std::vector<std::string> names;  // of an enumeration
};

/// "[a, b]" in a line → a, b
std::vector<std::string> listed(const std::string& line) {
  std::vector<std::string> out;
  const auto open = line.find('[');
  std::istringstream items(line.substr(open + 1, line.find(']') - open - 1));
  for (std::string item; items >> item;) {
    if (item.ends_with(',')) item.pop_back();
    out.push_back(item);
  }
  return out;
}

std::string key_at(const std::string& line, std::size_t indent) {
  if (line.size() <= indent || line.find_first_not_of(' ') != indent) return {};
  const auto colon = line.find(':');
  return colon == std::string::npos ? std::string() : line.substr(indent, colon - indent);
}

struct Document {
  std::vector<std::string> routes;
  std::map<std::string, Schema> schemas;

  Document() {
    std::ifstream file(COVEY_API_YAML);
    std::string section;
    std::string inner;  // path or schema
    bool in_schemas = false;
    bool in_properties = false;
    for (std::string line; std::getline(file, line);) {
      if (const auto key = key_at(line, 0); !key.empty()) section = key;
      if (section == "paths") take_path_line(line, inner);
      if (section != "components") continue;
      if (const auto key = key_at(line, 2); !key.empty()) in_schemas = key == "schemas";
      if (!in_schemas) continue;
      if (const auto key = key_at(line, 4); !key.empty()) inner = key, schemas[inner];
      if (const auto key = key_at(line, 6); !key.empty()) {
        in_properties = key == "properties";
        const auto names = listed(line);
        if (key == "required") schemas[inner].required = {names.begin(), names.end()};
        if (key == "enum") schemas[inner].names = names;
      }
      if (const auto key = key_at(line, 8); in_properties && !key.empty())
        schemas[inner].properties.insert(key);
    }
    std::sort(routes.begin(), routes.end());
  }

  void take_path_line(const std::string& line, std::string& path) {
    if (const auto key = key_at(line, 2); !key.empty()) path = key;
    const auto method = key_at(line, 4);
    if (method == "get") routes.push_back("GET " + path);
    if (method == "post") routes.push_back("POST " + path);
    if (method == "put") routes.push_back("PUT " + path);
    if (method == "delete") routes.push_back("DELETE " + path);
  }
};

/// Walks a type's fields as the JSON code does.
struct Names {
  std::set<std::string> all;
  std::set<std::string> required;

  template <typename T>
  void operator()(const char* name, T& /*value*/) {
    all.insert(name);
    required.insert(name);
  }
  template <typename T>
  void operator()(const char* name, std::optional<T>& /*value*/) {
    all.insert(name);
  }
  template <typename T>
  void defaulted(const char* name, T& /*value*/) {
    all.insert(name);
  }
};

template <typename T>
void expect_fields(const Document& document, const std::string& schema,
                   const std::set<std::string>& also = {}) {
  T value;
  Names names;
  json_form::fields(names, value);
  names.all.insert(also.begin(), also.end());
  ASSERT_TRUE(document.schemas.contains(schema)) << schema;
  EXPECT_EQ(document.schemas.at(schema).properties, names.all) << schema;
  EXPECT_EQ(document.schemas.at(schema).required, names.required) << schema;
}

template <typename E>
void expect_names(const Document& document, const std::string& schema) {
  const auto& all = json_form::Names<E>::kAll;
  EXPECT_EQ(document.schemas.at(schema).names, std::vector<std::string>(all.begin(), all.end())) << schema;
}

TEST(ApiYaml, names_every_route) {
  auto routes = all_routes();
  for (const char* of_the_guard : {"GET /session", "POST /session", "DELETE /session", "POST /csp-report"})
    routes.emplace_back(of_the_guard);
  std::sort(routes.begin(), routes.end());
  EXPECT_EQ(Document().routes, routes);
}

TEST(ApiYaml, names_every_field) {
  const Document document;
  expect_fields<StatusView>(document, "Status");
  expect_fields<ShareView>(document, "Share");
  expect_fields<TicketView>(document, "Ticket");
  expect_fields<TransferPeerView>(document, "TransferPeer");
  expect_fields<TransferView>(document, "Transfer");
  expect_fields<TransferSettings>(document, "TransferSettings");
  expect_fields<CheckView>(document, "Check");
  expect_fields<SeedView>(document, "Seed");
  expect_fields<LimitSettings>(document, "LimitSettings");
  expect_fields<LimitsView>(document, "Limits");
  expect_fields<json_form::MoveBody>(document, "MoveRequest");
  expect_fields<json_form::StreamBody>(document, "StreamRequest");
  expect_fields<PieceCellView>(document, "PieceCell");
  expect_fields<PieceMapView>(document, "PieceMap");
  expect_fields<StreamView>(document, "Stream");
  expect_fields<ShareRequest>(document, "ShareRequest");
  expect_fields<TicketRequest>(document, "TicketRequest");
  expect_fields<DownloadRequest>(document, "DownloadRequest");
  expect_fields<NetworkView>(document, "Network");
  expect_fields<JoinRequest>(document, "JoinRequest");
  expect_fields<FoundShareView>(document, "FoundShare");
  expect_fields<SearchView>(document, "SearchPage");
  expect_fields<PeerView>(document, "Peer");
  expect_fields<AlertView>(document, "Alert");
  expect_fields<json_form::NetworkList>(document, "NetworkList");
  expect_fields<json_form::PeerList>(document, "PeerList");
  expect_fields<json_form::AlertList>(document, "AlertList");
  expect_fields<json_form::CancelBody>(document, "CancelRequest");
  expect_fields<json_form::ShareList>(document, "ShareList");
  expect_fields<json_form::TransferList>(document, "TransferList");
  expect_fields<IssuedTicketView>(document, "IssuedTicket");
  expect_fields<ShareRulesRequest>(document, "ShareRulesRequest");
  expect_fields<RequestView>(document, "Request");
  expect_fields<ApprovalRequest>(document, "ApprovalRequest");
  expect_fields<GrantView>(document, "Grant");
  expect_fields<PersonView>(document, "Person");
  expect_fields<BlockRequest>(document, "BlockRequest");
  expect_fields<TrustRequest>(document, "TrustRequest");
  expect_fields<AuditLineView>(document, "AuditLine");
  expect_fields<AuditQuery>(document, "AuditQuery");
  expect_fields<AuditPageView>(document, "AuditPage");
  expect_fields<AuditCheckView>(document, "AuditCheck");
  expect_fields<AuditExportRequest>(document, "AuditExportRequest");
  expect_fields<json_form::DenialBody>(document, "DenialRequest");
  expect_fields<json_form::ExportedBody>(document, "AuditExported");
  expect_fields<json_form::IssuedTicketList>(document, "IssuedTicketList");
  expect_fields<HolderView>(document, "Holder");
  expect_fields<json_form::HolderList>(document, "HolderList");
  expect_fields<json_form::RequestList>(document, "RequestList");
  expect_fields<json_form::GrantList>(document, "GrantList");
  expect_fields<json_form::PersonList>(document, "PersonList");
  expect_fields<UiLinkView>(document, "UiLink");
  expect_fields<UiSessionView>(document, "UiSession");
  expect_fields<json_form::UiSessionList>(document, "UiSessionList");
  expect_fields<json_form::EndedBody>(document, "UiSessionsEnded");
  expect_fields<json_form::UiPasswordBody>(document, "UiPasswordRequest");
  expect_fields<ApiKeyRequest>(document, "ApiKeyRequest");
  expect_fields<ApiKeyView>(document, "ApiKey");
  expect_fields<json_form::ApiKeyList>(document, "ApiKeyList");
  expect_fields<IdentityView>(document, "Identity");
  expect_fields<IdentityRequest>(document, "IdentityRequest");
  expect_fields<PassphraseRequest>(document, "PassphraseRequest");
  expect_fields<SettingsView>(document, "Settings");
  expect_fields<SettingsRequest>(document, "SettingsRequest");
  expect_fields<FolderEntryView>(document, "FolderEntry");
  expect_fields<FolderView>(document, "Folder");
  expect_fields<UploadFileView>(document, "UploadFile");
  expect_fields<UploadRequest>(document, "UploadRequest");
  expect_fields<UploadView>(document, "Upload");
  expect_fields<json_form::UploadShareBody>(document, "UploadShareRequest");
  expect_fields<ChatAttachmentView>(document, "ChatAttachment");
  expect_fields<ChatMessageView>(document, "ChatMessage");
  expect_fields<ChatPageView>(document, "ChatPage");
  expect_fields<ChatView>(document, "Chat");
  expect_fields<ChatAttachRequest>(document, "ChatAttachRequest");
  expect_fields<ChatMessageRequest>(document, "ChatMessageRequest");
  expect_fields<ChatReadRequest>(document, "ChatReadRequest");
  expect_fields<json_form::ChatList>(document, "ChatList");
  expect_fields<Event>(document, "Event", {"error"});
}

TEST(ApiYaml, names_every_choice) {
  const Document document;
  expect_names<ShareKind>(document, "ShareKind");
  expect_names<ShareState>(document, "ShareState");
  expect_names<Visibility>(document, "Visibility");
  expect_names<Access>(document, "Access");
  expect_names<NetworkState>(document, "NetworkState");
  expect_names<Direction>(document, "Direction");
  expect_names<TransferState>(document, "TransferState");
  expect_names<OnExisting>(document, "OnExisting");
  expect_names<PartialFiles>(document, "PartialFiles");
  expect_names<RequestDirection>(document, "RequestDirection");
  expect_names<RequestState>(document, "RequestState");
  expect_names<ChatDirection>(document, "ChatDirection");
  expect_names<ChatState>(document, "ChatState");
  expect_names<Priority>(document, "Priority");
  expect_names<PieceOrder>(document, "PieceOrder");
  expect_names<RemovedFiles>(document, "RemovedFiles");
  expect_names<KeyKind>(document, "KeyKind");
  expect_names<EntryKind>(document, "EntryKind");
  std::vector<std::string> codes;
  for (int i = 1; i <= static_cast<int>(ErrorCode::kMustAsk); ++i) {
    codes.emplace_back(name_of(static_cast<ErrorCode>(i)));
  }
  EXPECT_EQ(document.schemas.at("ErrorCode").names, codes);
}

}  // namespace
}  // namespace covey::api
