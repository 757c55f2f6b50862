#pragma once
// The handlers of /transfers and /limits; routes.cpp says which path calls which. Network thread.

#include "api/route_call.hpp"
#include "api/service.hpp"

namespace covey::api {

Answer get_transfers(Service& service, Call call);
Answer get_transfer(Service& service, Call call);
Answer get_pieces(Service& service, Call call);
Answer post_transfer(Service& service, Call call);
Answer post_pause(Service& service, Call call);
Answer post_resume(Service& service, Call call);
Answer post_cancel(Service& service, Call call);
/// ?files=none|partial|all says what goes with it.
Answer delete_transfer(Service& service, Call call);
Answer post_transfer_settings(Service& service, Call call);
Answer post_verify(Service& service, Call call);
Answer post_move(Service& service, Call call);
Answer post_stream(Service& service, Call call);
Answer get_limits(Service& service, Call call);
Answer post_limits(Service& service, Call call);

}  // namespace covey::api
