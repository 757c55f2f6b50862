#pragma once
// Client::Connection: one request after another to the daemon's socket over libcurl, and what its answers
// hold; for the files that implement Client. Blocking; one thread at a time.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "api/client.hpp"
#include "api/json.hpp"

namespace covey::api {

class Client::Connection {
 public:
  Connection(std::filesystem::path socket, ClientOptions options);

  /// The answer's body, or the error that it holds.
  Result<std::string> call(const char* method, std::string_view path, std::optional<std::string> json = {});

  Result<> stream(std::string_view path, const std::function<Watch(const Event&)>& on_event,
                  std::stop_token stop);

 private:
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };

  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_.get(), option, value);
  }
  /// Resets all options; the headers must live until the call is over.
  std::unique_ptr<curl_slist, FreeList> prepare(const char* method, std::string_view path,
                                                const std::optional<std::string>& json);
  [[nodiscard]] long response_status() const;
  [[nodiscard]] Error transport_error(CURLcode code) const;
  [[nodiscard]] Error cannot_connect() const;

  std::filesystem::path socket_;
  ClientOptions options_;
  std::unique_ptr<CURL, FreeHandle> handle_;
};

template <typename View>
Result<View> view_in(const Result<std::string>& body) {
  if (!body) return std::unexpected(body.error());
  Result<View> view = from_json<View>(*body);
  if (!view)
    return std::unexpected(in_context(std::move(view).error(), "the daemon's answer does not make sense"));
  return view;
}

inline Result<> done(const Result<std::string>& body) {
  if (!body) return std::unexpected(body.error());
  return {};
}

}  // namespace covey::api
