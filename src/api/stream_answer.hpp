#pragma once
// StreamAnswer: how a request for a streamed file is answered: who is let in, which part, under which header
// fields, and how the parts follow one another. Knows no socket. Network thread.

#include "api/stream_server.hpp"

namespace covey::api {

/// Answers one request to its end. `host` outlives it; `port` is the server's.
io::Awaitable<void> answer_stream(const StreamHost& host, std::uint16_t port, http::Request request,
                                  std::unique_ptr<http::Exchange> exchange, StreamServerOptions options);

}  // namespace covey::api
