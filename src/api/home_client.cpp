// Client's part about this machine and its user: the identity, and who may use the web UI.

#include "api/client.hpp"
#include "api/client_connection.hpp"
#include "api/home_json.hpp"
#include "base/encoding.hpp"

namespace covey::api {

Result<UiLinkView> Client::ui_link() {
  return view_in<UiLinkView>(connection_->call("POST", "/ui/link", ""));
}

Result<std::vector<UiSessionView>> Client::ui_sessions() {
  return view_in<std::vector<UiSessionView>>(connection_->call("GET", "/ui/sessions"));
}

Result<std::uint64_t> Client::end_ui_sessions() {
  TRY(const auto body, connection_->call("DELETE", "/ui/sessions"));
  return ended_from_json(body);
}

Result<> Client::set_ui_password(const std::string& password) {
  return done(connection_->call("POST", "/ui/password", ui_password_to_json(password)));
}

Result<std::vector<ApiKeyView>> Client::api_keys() {
  return view_in<std::vector<ApiKeyView>>(connection_->call("GET", "/keys"));
}

Result<ApiKeyView> Client::add_api_key(const ApiKeyRequest& request) {
  return view_in<ApiKeyView>(connection_->call("POST", "/keys", to_json(request)));
}

Result<> Client::remove_api_key(std::string_view key) {
  return done(connection_->call("DELETE", fmt::format("/keys/{}", percent_encoded(key))));
}

Result<IdentityView> Client::identity() {
  return view_in<IdentityView>(connection_->call("GET", "/identity"));
}

Result<IdentityView> Client::set_identity(const IdentityRequest& request) {
  return view_in<IdentityView>(connection_->call("POST", "/identity", to_json(request)));
}

}  // namespace covey::api
