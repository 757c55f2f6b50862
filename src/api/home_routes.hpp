#pragma once
// Handlers of the routes about this machine and its user: the identity, settings, folders, uploads, and who
// may use the web UI. Network thread.

#include "api/route_call.hpp"

namespace covey::api {

Answer post_ui_link(Service& service, Call call);
Answer get_ui_sessions(Service& service, Call call);
Answer delete_ui_sessions(Service& service, Call call);
Answer post_ui_password(Service& service, Call call);
Answer get_keys(Service& service, Call call);
Answer post_key(Service& service, Call call);
Answer delete_key(Service& service, Call call);

Answer get_identity(Service& service, Call call);
Answer post_identity(Service& service, Call call);
Answer post_passphrase(Service& service, Call call);
Answer post_identity_done(Service& service, Call call);
Answer get_settings(Service& service, Call call);
Answer post_settings(Service& service, Call call);
Answer get_folder(Service& service, Call call);

Answer post_upload(Service& service, Call call);
Answer put_part(Service& service, Call call);
Answer post_upload_share(Service& service, Call call);
Answer delete_upload(Service& service, Call call);

}  // namespace covey::api
