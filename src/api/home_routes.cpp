#include "api/home_routes.hpp"

#include <charconv>
#include <utility>

#include "api/home_json.hpp"

namespace covey::api {

Answer post_ui_link(Service& service, Call /*call*/) {
  const Result<UiLinkView> link = service.ui_link();
  co_return view_response(201, link);
}

Answer get_ui_sessions(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.ui_sessions()));
}

Answer delete_ui_sessions(Service& service, Call /*call*/) {
  co_return json_response(200, ended_to_json(service.end_ui_sessions()));
}

Answer post_ui_password(Service& service, Call call) {
  Result<std::string> password = ui_password_from_json(call.body);
  if (!password) co_return error_response(password.error());
  std::string wanted = std::move(*password);
  const Result<> set = co_await service.set_ui_password(std::move(wanted));
  if (!set) co_return error_response(set.error());
  co_return json_response(204, "");
}

Answer get_keys(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.api_keys()));
}

Answer post_key(Service& service, Call call) {
  Result<ApiKeyRequest> request = from_json<ApiKeyRequest>(call.body);
  if (!request) co_return error_response(request.error());
  const Result<ApiKeyView> key = service.add_api_key(std::move(*request));
  co_return view_response(201, key);
}

Answer delete_key(Service& service, Call call) {
  const Result<> removed = service.remove_api_key(std::move(call.id));
  if (!removed) co_return error_response(removed.error());
  co_return json_response(204, "");
}

Answer get_identity(Service& service, Call /*call*/) {
  const Result<IdentityView> identity = co_await service.identity();
  co_return view_response(200, identity);
}

Answer post_identity(Service& service, Call call) {
  Result<IdentityRequest> request = from_json<IdentityRequest>(call.body);
  if (!request) co_return error_response(request.error());
  IdentityRequest wanted = std::move(*request);
  const Result<IdentityView> identity = co_await service.set_identity(std::move(wanted));
  co_return view_response(200, identity);
}

Answer post_passphrase(Service& service, Call call) {
  Result<PassphraseRequest> request = from_json<PassphraseRequest>(call.body);
  if (!request) co_return error_response(request.error());
  PassphraseRequest wanted = std::move(*request);
  const Result<IdentityView> identity = co_await service.change_passphrase(std::move(wanted));
  co_return view_response(200, identity);
}

Answer post_identity_done(Service& service, Call /*call*/) {
  const Result<IdentityView> identity = co_await service.end_first_run();
  co_return view_response(200, identity);
}

Answer get_settings(Service& service, Call /*call*/) {
  const Result<SettingsView> settings = co_await service.settings();
  co_return view_response(200, settings);
}

Answer post_settings(Service& service, Call call) {
  Result<SettingsRequest> request = from_json<SettingsRequest>(call.body);
  if (!request) co_return error_response(request.error());
  SettingsRequest wanted = std::move(*request);
  const Result<SettingsView> settings = co_await service.set_settings(std::move(wanted));
  co_return view_response(200, settings);
}

Answer get_folder(Service& service, Call call) {
  Result<std::string> path = query_value(call.query, "path");
  if (!path) co_return error_response(path.error());
  const Result<std::string> hidden = query_value(call.query, "hidden");
  if (!hidden) co_return error_response(hidden.error());
  std::string wanted = std::move(*path);
  const auto shown = *hidden == "true" ? HiddenFiles::kShown : HiddenFiles::kLeftOut;
  const Result<FolderView> folder = co_await service.folder(std::move(wanted), shown);
  co_return view_response(200, folder);
}

Answer post_upload(Service& service, Call call) {
  Result<UploadRequest> request = from_json<UploadRequest>(call.body);
  if (!request) co_return error_response(request.error());
  UploadRequest wanted = std::move(*request);
  const Result<UploadView> upload = co_await service.begin_upload(std::move(wanted));
  co_return view_response(201, upload);
}

Answer put_part(Service& service, Call call) {
  UploadPart part;
  const auto [end, error] = std::from_chars(call.item.data(), call.item.data() + call.item.size(), part.file);
  if (error != std::errc() || end != call.item.data() + call.item.size())
    co_return error_response({ErrorCode::kNotFound, "a file of an upload is named by its number"});
  const auto offset = query_number(call.query, "offset");
  if (!offset) co_return error_response(offset.error());
  part.offset = offset->value_or(0);
  part.bytes = std::move(call.body);
  const Result<UploadView> upload = co_await service.take_part(std::move(call.id), std::move(part));
  co_return view_response(200, upload);
}

Answer post_upload_share(Service& service, Call call) {
  Result<ShareRequest> request = upload_share_from_json(body_or_empty_object(call));
  if (!request) co_return error_response(request.error());
  ShareRequest wanted = std::move(*request);
  const Result<ShareView> share = co_await service.share_upload(std::move(call.id), std::move(wanted));
  co_return view_response(201, share);
}

Answer delete_upload(Service& service, Call call) {
  const Result<> dropped = co_await service.drop_upload(std::move(call.id));
  if (!dropped) co_return error_response(dropped.error());
  co_return json_response(204, "");
}

}  // namespace covey::api
