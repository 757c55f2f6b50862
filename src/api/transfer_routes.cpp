#include "api/transfer_routes.hpp"

#include <utility>

namespace covey::api {

Answer get_transfers(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.transfers()));
}

Answer get_transfer(Service& service, Call call) {
  co_return view_response(200, service.explain(call.id));
}

Answer get_pieces(Service& service, Call call) {
  const auto said = query_number(call.query, "cells");
  if (!said) co_return error_response(said.error());
  const std::uint64_t cells = said->value_or(kUsualPieceCells);
  if (cells == 0 || cells > kMaxPieceCells)
    co_return error_response(
        {ErrorCode::kInvalidArgument, fmt::format("a map of pieces has 1 to {} cells", kMaxPieceCells)});
  const Result<PieceMapView> map = co_await service.pieces(std::move(call.id), cells);
  co_return view_response(200, map);
}

Answer post_transfer(Service& service, Call call) {
  Result<DownloadRequest> request = from_json<DownloadRequest>(call.body);
  if (!request) co_return error_response(request.error());
  DownloadRequest wanted = std::move(*request);
  const Result<TransferView> transfer = co_await service.download(std::move(wanted));
  co_return view_response(201, transfer);
}

Answer post_pause(Service& service, Call call) {
  const Result<TransferView> transfer = co_await service.pause(std::move(call.id));
  co_return view_response(200, transfer);
}

Answer post_resume(Service& service, Call call) {
  const Result<TransferView> transfer = co_await service.resume(std::move(call.id));
  co_return view_response(200, transfer);
}

Answer post_cancel(Service& service, Call call) {
  const Result<PartialFiles> partial = from_json<PartialFiles>(body_or_empty_object(call));
  if (!partial) co_return error_response(partial.error());
  const Result<TransferView> transfer = co_await service.cancel(std::move(call.id), *partial);
  co_return view_response(200, transfer);
}

Answer delete_transfer(Service& service, Call call) {
  const Result<std::string> said = query_value(call.query, "files");
  if (!said) co_return error_response(said.error());
  const Result<RemovedFiles> files = removed_files_named(said->empty() ? "none" : *said);
  if (!files) co_return error_response(files.error());
  const Result<> removed = co_await service.remove(std::move(call.id), *files);
  if (!removed) co_return error_response(removed.error());
  co_return json_response(204, "");
}

Answer post_transfer_settings(Service& service, Call call) {
  const Result<TransferSettings> settings = from_json<TransferSettings>(call.body);
  if (!settings) co_return error_response(settings.error());
  const Result<TransferView> transfer = co_await service.set(std::move(call.id), *settings);
  co_return view_response(200, transfer);
}

Answer post_verify(Service& service, Call call) {
  const Result<TransferView> transfer = co_await service.verify(std::move(call.id));
  co_return view_response(200, transfer);
}

Answer post_move(Service& service, Call call) {
  Result<std::string> directory = move_from_json(call.body);
  if (!directory) co_return error_response(directory.error());
  std::string wanted = std::move(*directory);
  const Result<TransferView> transfer = co_await service.move(std::move(call.id), std::move(wanted));
  co_return view_response(200, transfer);
}

Answer post_stream(Service& service, Call call) {
  Result<std::string> file = stream_from_json(body_or_empty_object(call));
  if (!file) co_return error_response(file.error());
  std::string wanted = std::move(*file);
  const Result<StreamView> stream = co_await service.stream(std::move(call.id), std::move(wanted));
  co_return view_response(201, stream);
}

Answer get_limits(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.limits()));
}

Answer post_limits(Service& service, Call call) {
  Result<LimitSettings> settings = from_json<LimitSettings>(call.body);
  if (!settings) co_return error_response(settings.error());
  LimitSettings wanted = std::move(*settings);
  const Result<LimitsView> limits = co_await service.set_limits(std::move(wanted));
  co_return view_response(200, limits);
}

}  // namespace covey::api
