#pragma once
// RawConnection: a TCP connection to 127.0.0.1, with TLS when asked for it, whose bytes a test chooses.

#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/openssl_ptr.hpp"

namespace covey::tracker {

class RawConnection {
 public:
  /// Not connected yet, but with a descriptor.
  RawConnection() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  explicit RawConnection(std::uint16_t port) : RawConnection() { connect(port); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection() {
    ssl_.reset();
    ::close(descriptor_);
  }

  void connect(std::uint16_t port) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }

  [[nodiscard]] bool connected() const { return connected_; }
  /// False when the other side did not want.
  bool shake_hands(int version = TLS1_3_VERSION) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_max_proto_version(context_.get(), version);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), descriptor_);
    return SSL_connect(ssl_.get()) == 1;
  }
  bool send(std::string_view text) {
    if (!ssl_) return ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) > 0;
    return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
  }
  /// What comes until `wanted` is in it or the connection ends.
  std::string receive_until(std::string_view wanted) {
    std::string all;
    std::array<char, 16384> piece{};
    while (wanted.empty() || all.find(wanted) == std::string::npos) {
      const int got = ssl_ ? SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()))
                           : static_cast<int>(::recv(descriptor_, piece.data(), piece.size(), 0));
      if (got <= 0) break;
      all.append(piece.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string receive_all() { return receive_until(""); }

 private:
  int descriptor_;
  bool connected_ = false;
  std::unique_ptr<SSL_CTX, http::OpensslFree<&SSL_CTX_free>> context_;
  std::unique_ptr<SSL, http::OpensslFree<&SSL_free>> ssl_;
};

}  // namespace covey::tracker
