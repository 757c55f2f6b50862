#pragma once
// take_request: a request as RESTinio gives it, as ours, and our answers as its. Network thread; of this
// module only.

#include <memory>

#include <restinio/request_handler.hpp>

#include "http/connections.hpp"
#include "http/open_connections.hpp"

namespace covey::http {

void take_request(const restinio::request_handle_t& request, const Connections::OnRequest& on_request,
                  const std::shared_ptr<const OpenConnections>& open);

}  // namespace covey::http
