#include "http/exchange.hpp"

#include <utility>

#ifdef ASIO_NO_DEPRECATED
#error "RESTinio 0.6 uses names that Asio calls deprecated: define ASIO_NO_DEPRECATED nowhere in the program"
#endif
#include <restinio/message_builders.hpp>

namespace covey::http {
namespace {

std::string reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    default:
      return status < 500 ? "Refused" : "Failed";  // the body says more
  }
}

restinio::http_status_line_t status_line(int status) {
  return {restinio::http_status_code_t(static_cast<std::uint16_t>(status)), reason_of(status)};
}

template <typename Builder>
void add_fields(Builder& builder, std::vector<Field> fields) {
  for (Field& field : fields) builder.append_header(std::move(field.name), std::move(field.value));
}

auto reporting(std::function<void(ResponseStream::Outcome)> done) {
  return [done = std::move(done)](const auto& error) {
    done(error ? ResponseStream::Outcome::kFailed : ResponseStream::Outcome::kWritten);
  };
}

/// What all streamed responses have in common; each ends its connection.
class OpenResponse : public ResponseStream {
 public:
  OpenResponse(const restinio::request_t& request, std::shared_ptr<const OpenConnections> open)
      : connection_(request.connection_id()), open_(std::move(open)) {}
  [[nodiscard]] bool is_abandoned() const override { return open_->is_abandoned(connection_); }

 private:
  restinio::connection_id_t connection_;
  std::shared_ptr<const OpenConnections> open_;
};

class ChunkedStream final : public OpenResponse {
 public:
  ChunkedStream(restinio::request_t& request, ResponseHead head, std::shared_ptr<const OpenConnections> open)
      : OpenResponse(request, std::move(open)),
        builder_(request.create_response<restinio::chunked_output_t>(status_line(head.status))) {
    add_fields(builder_, std::move(head.fields));
    builder_.connection_close();
  }
  void write(std::string part, std::function<void(Outcome)> done) override {
    builder_.append_chunk(restinio::writable_item_t(std::move(part)));
    builder_.flush(reporting(std::move(done)));
  }
  void finish(std::string last_part) override {
    builder_.append_chunk(restinio::writable_item_t(std::move(last_part)));
    builder_.done();
  }

 private:
  restinio::response_builder_t<restinio::chunked_output_t> builder_;
};

class SizedStream final : public OpenResponse {
 public:
  SizedStream(restinio::request_t& request, ResponseHead head, std::uint64_t length,
              std::shared_ptr<const OpenConnections> open)
      : OpenResponse(request, std::move(open)),
        builder_(request.create_response<restinio::user_controlled_output_t>(status_line(head.status))) {
    add_fields(builder_, std::move(head.fields));
    builder_.set_content_length(length);
    builder_.connection_close();
  }
  void write(std::string part, std::function<void(Outcome)> done) override {
    builder_.append_body(restinio::writable_item_t(std::move(part)));
    builder_.flush(reporting(std::move(done)));
  }
  void finish(std::string last_part) override {
    builder_.append_body(restinio::writable_item_t(std::move(last_part)));
    builder_.done();
  }

 private:
  restinio::response_builder_t<restinio::user_controlled_output_t> builder_;
};

class RestinioExchange final : public Exchange {
 public:
  RestinioExchange(restinio::request_handle_t request, std::shared_ptr<const OpenConnections> open)
      : request_(std::move(request)), open_(std::move(open)) {}

  void respond(Response response, WhenWritten when_written) override {
    auto builder =
        request_->create_response<restinio::user_controlled_output_t>(status_line(response.status));
    if (response.status != 204) {
      builder.append_header(restinio::http_field::content_type, std::move(response.content_type));
      builder.set_content_length(response.body.size());
    }
    builder.append_header(restinio::http_field::cache_control, std::move(response.cache_control));
    builder.append_header("X-Content-Type-Options", "nosniff");
    add_fields(builder, std::move(response.fields));
    const bool is_head = request_->header().method() == restinio::http_method_head();
    if (!is_head && response.status != 304) builder.append_body(std::move(response.body));
    builder.done([when_written = std::move(when_written)](const auto& /*error*/) {
      if (when_written) when_written();
    });
  }
  std::unique_ptr<ResponseStream> respond_in_parts(ResponseHead head) override {
    return std::make_unique<ChunkedStream>(*request_, std::move(head), open_);
  }
  std::unique_ptr<ResponseStream> respond_sized(ResponseHead head, std::uint64_t length) override {
    return std::make_unique<SizedStream>(*request_, std::move(head), length, open_);
  }

 private:
  restinio::request_handle_t request_;
  std::shared_ptr<const OpenConnections> open_;
};

}  // namespace

void take_request(const restinio::request_handle_t& request, const Connections::OnRequest& on_request,
                  const std::shared_ptr<const OpenConnections>& open) {
  const auto& header = request->header();
  auto exchange = std::make_unique<RestinioExchange>(request, open);
  if (header.connection() == restinio::http_connection_header_t::upgrade) {
    // RESTinio puts an upgraded connection under no time limits.
    Response refusal;
    refusal.status = 400;
    refusal.body = R"({"error":{"code":"unsupported","message":"this API has no protocol upgrades"}})";
    exchange->respond(std::move(refusal), {});
    return;
  }
  Request taken;
  taken.method = header.method().c_str();
  taken.target = header.request_target();
  taken.fields.reserve(header.fields_count());
  header.for_each_field([&](const auto& field) {
    taken.fields.push_back({std::string(field.name()), std::string(field.value())});
  });
  taken.body = request->body();
  taken.client = request->remote_endpoint().address();
  on_request(std::move(taken), std::move(exchange));
}

}  // namespace covey::http
