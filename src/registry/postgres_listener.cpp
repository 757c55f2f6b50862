#include "registry/postgres_listener.hpp"

#include <array>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <pqxx/notification>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "registry/postgres_failure.hpp"

namespace covey::registry {
namespace {

constexpr int kPauseMs = 1000;

void tell(const PostgresListener::OnMessage& on_message, std::string_view hex) {
  const auto bytes = from_hex(hex);
  if (bytes && bytes->size() == crypto::PublicKey::kSize) {
    on_message(identity::PeerId(crypto::PublicKey::from(*bytes)));
  }
}

}  // namespace

class PostgresListener::Ear final : public pqxx::notification_receiver {
 public:
  Ear(pqxx::connection& connection, const OnMessage& on_message)
      : pqxx::notification_receiver(connection, "covey_message"), on_message_(on_message) {}
  void operator()(const std::string& payload, int) override { tell(on_message_, payload); }

 private:
  const OnMessage& on_message_;
};

Result<std::unique_ptr<PostgresListener>> PostgresListener::start(const std::string& url,
                                                                  OnMessage on_message) {
  std::unique_ptr<PostgresListener> listener(new PostgresListener(url, std::move(on_message)));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(errno, "cannot make a pipe");
  listener->stop_read_ = ends[0];
  listener->stop_write_ = ends[1];
  try {
    listener->listen();
  } catch (const std::exception&) {
    return std::unexpected(error_from_postgres());
  }
  listener->thread_ = std::thread([own = listener.get()] { own->run(); });
  return listener;
}

PostgresListener::PostgresListener(std::string url, OnMessage on_message)
    : url_(std::move(url)), on_message_(std::move(on_message)) {}

PostgresListener::~PostgresListener() {
  if (stop_write_ >= 0) ::close(stop_write_);
  if (thread_.joinable()) thread_.join();
  if (stop_read_ >= 0) ::close(stop_read_);
}

void PostgresListener::listen() {
  ear_.reset();
  session_.reset();
  session_ = std::make_unique<PostgresSession>(url_);
  ear_ = std::make_unique<Ear>(session_->connection(), on_message_);
}

void PostgresListener::run() {
  while (wait() != Wake::kStop) {
    try {
      hear();
    } catch (const std::exception&) {
      const Error error = error_from_postgres();
      if (session_) log::warn("cannot hear of new messages: {}", to_string(error));
      ear_.reset();
      session_.reset();
    }
  }
}

void PostgresListener::hear() {
  if (session_) {
    // Nothing to read is the end of a pause.
    if (session_->has_unread_input()) session_->connection().await_notification(0, 0);
    return;
  }
  listen();
  tell_of_all_waiting();
}

void PostgresListener::tell_of_all_waiting() {
  const pqxx::result peers = session_->script("SELECT DISTINCT encode(receiver, 'hex') FROM message");
  for (const pqxx::row& row : peers) tell(on_message_, row[0].c_str());
}

PostgresListener::Wake PostgresListener::wait() {
  std::array<pollfd, 2> inputs{
      {{.fd = stop_read_, .events = POLLIN, .revents = 0},
       {.fd = session_ ? session_->connection().sock() : -1, .events = POLLIN, .revents = 0}}};
  const int ready = ::poll(inputs.data(), inputs.size(), session_ ? -1 : kPauseMs);
  if (inputs[0].revents != 0) return Wake::kStop;
  return ready > 0 ? Wake::kInput : Wake::kPause;
}

}  // namespace covey::registry
