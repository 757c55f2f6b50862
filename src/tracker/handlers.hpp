#pragma once
// The handlers of the routes, by area: login_handlers.cpp and so on. Each answers one call that was let in.
// Network thread.

#include "tracker/routes.hpp"

namespace covey::tracker {

using Answer = io::Awaitable<http::Response>;
using Handler = Answer (*)(Tracker&, Call);

Answer get_network(Tracker& tracker, Call call);
Answer post_login_challenge(Tracker& tracker, Call call);
Answer post_login(Tracker& tracker, Call call);

Answer post_members(Tracker& tracker, Call call);
Answer get_own_member(Tracker& tracker, Call call);
Answer get_member(Tracker& tracker, Call call);

Answer get_peers(Tracker& tracker, Call call);
Answer put_presence(Tracker& tracker, Call call);
Answer delete_presence(Tracker& tracker, Call call);

Answer put_share(Tracker& tracker, Call call);
Answer delete_share(Tracker& tracker, Call call);
Answer get_share(Tracker& tracker, Call call);
Answer get_shares(Tracker& tracker, Call call);
Answer put_provider(Tracker& tracker, Call call);
Answer delete_provider(Tracker& tracker, Call call);

Answer post_message(Tracker& tracker, Call call);
Answer post_acknowledge(Tracker& tracker, Call call);

Answer get_health(Tracker& tracker, Call call);
Answer get_metrics(Tracker& tracker, Call call);

}  // namespace covey::tracker
