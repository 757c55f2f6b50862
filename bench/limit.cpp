// limit: how fast could one file cross this machine's loopback, encrypted and hashed, with no protocol at
// all?
//
//   limit send FILE            listens on 127.0.0.1, prints its port, serves one copy
//   limit receive PORT FILE    fetches it, prints "BYTES SECONDS" from the first connect to the last pwrite
//
// Four streams, each a thread with one blocking socket under TLS 1.3 with certificates on both sides, each
// carrying a quarter of the file in blocks of 1 MiB: pread, SSL_write; SSL_read, BLAKE3, pwrite. It accepts
// any certificate, resumes nothing and verifies nothing: a measure, not a tool. bench/README.md says what was
// tried.

#include <arpa/inet.h>
#include <blake3.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kStreams = 4;
constexpr std::size_t kBlock = 1U << 20U;

[[noreturn]] void fail(const char* what) {
  const unsigned long tls = ERR_get_error();
  std::fprintf(stderr, "limit: %s: %s\n", what,
               tls != 0 ? ERR_error_string(tls, nullptr) : std::strerror(errno));
  std::exit(1);
}

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Freed<SSL_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;

void use_fresh_certificate(SSL_CTX* context) {
  const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const CertificatePtr certificate(X509_new());
  if (!key || !certificate) fail("making a key");
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  if (X509_sign(certificate.get(), key.get(), nullptr) == 0) fail("signing a certificate");
  if (SSL_CTX_use_certificate(context, certificate.get()) != 1) fail("using the certificate");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) fail("using the key");
}

ContextPtr make_context(const SSL_METHOD* method) {
  ContextPtr context(SSL_CTX_new(method));
  if (!context) fail("SSL_CTX_new");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  if (SSL_CTX_set_ciphersuites(context.get(), "TLS_AES_128_GCM_SHA256") != 1) fail("choosing the cipher");
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     [](int, X509_STORE_CTX*) { return 1; });
  use_fresh_certificate(context.get());
  return context;
}

int make_socket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// One stream starts with its range of the file, in the machine's own byte order.
struct Range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

void write_all(SSL* ssl, const void* bytes, std::size_t count) {
  std::size_t written = 0;
  if (SSL_write_ex(ssl, bytes, count, &written) != 1 || written != count) fail("SSL_write");
}

void read_all(SSL* ssl, void* bytes, std::size_t count) {
  auto* next = static_cast<std::uint8_t*>(bytes);
  while (count > 0) {
    std::size_t got = 0;
    if (SSL_read_ex(ssl, next, count, &got) != 1) fail("SSL_read");
    next += got;
    count -= got;
  }
}

void send_range(SSL_CTX* context, int socket_fd, int file, Range range) {
  const SslPtr ssl(SSL_new(context));
  SSL_set_fd(ssl.get(), socket_fd);
  if (SSL_accept(ssl.get()) != 1) fail("SSL_accept");
  write_all(ssl.get(), &range, sizeof(range));
  std::vector<std::uint8_t> block(kBlock);
  for (std::uint64_t done = 0; done < range.length;) {
    const std::size_t want = std::min<std::uint64_t>(kBlock, range.length - done);
    const ssize_t got = pread(file, block.data(), want, static_cast<off_t>(range.offset + done));
    if (got <= 0) fail("pread");
    write_all(ssl.get(), block.data(), static_cast<std::size_t>(got));
    done += static_cast<std::uint64_t>(got);
  }
  SSL_shutdown(ssl.get());
  close(socket_fd);
}

std::uint64_t receive_range(SSL_CTX* context, int socket_fd, int file) {
  const SslPtr ssl(SSL_new(context));
  SSL_set_fd(ssl.get(), socket_fd);
  if (SSL_connect(ssl.get()) != 1) fail("SSL_connect");
  Range range;
  read_all(ssl.get(), &range, sizeof(range));
  std::vector<std::uint8_t> block(kBlock);
  blake3_hasher hasher;
  blake3_hasher_init(&hasher);
  for (std::uint64_t done = 0; done < range.length;) {
    const std::size_t want = std::min<std::uint64_t>(kBlock, range.length - done);
    read_all(ssl.get(), block.data(), want);
    blake3_hasher_update(&hasher, block.data(), want);
    if (pwrite(file, block.data(), want, static_cast<off_t>(range.offset + done)) !=
        static_cast<ssize_t>(want)) {
      fail("pwrite");
    }
    done += want;
  }
  std::array<std::uint8_t, BLAKE3_OUT_LEN> hash;
  blake3_hasher_finalize(&hasher, hash.data(), hash.size());
  close(socket_fd);
  return range.length;
}

void send_file(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0) fail(path);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const ContextPtr context = make_context(TLS_server_method());

  const int listener = make_socket();
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof(address);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0 || listen(listener, kStreams) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    fail("listening on 127.0.0.1");
  }
  std::printf("%u\n", ntohs(address.sin_port));
  std::fflush(stdout);

  const std::uint64_t share = (size / kStreams + kBlock) / kBlock * kBlock;
  std::vector<std::jthread> streams;
  for (std::uint64_t offset = 0, i = 0; i < kStreams; ++i) {
    const int socket_fd = accept(listener, nullptr, nullptr);
    if (socket_fd < 0) fail("accept");
    const Range range{offset, std::min(share, size - offset)};
    offset += range.length;
    streams.emplace_back(send_range, context.get(), socket_fd, file, range);
  }
}

void receive_file(std::uint16_t port, const char* path) {
  const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) fail(path);
  const ContextPtr context = make_context(TLS_client_method());
  const auto began = std::chrono::steady_clock::now();
  std::array<std::uint64_t, kStreams> received{};
  {
    std::vector<std::jthread> streams;
    for (std::uint64_t& bytes : received) {
      const int socket_fd = make_socket();
      const sockaddr_in address = loopback(port);
      if (connect(socket_fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        fail("connect");
      streams.emplace_back([&, socket_fd] { bytes = receive_range(context.get(), socket_fd, file); });
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::uint64_t total = 0;
  for (const std::uint64_t bytes : received) total += bytes;
  std::printf("%llu %.3f\n", static_cast<unsigned long long>(total), took.count());
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "send" && argc == 3) {
    send_file(argv[2]);
  } else if (mode == "receive" && argc == 4) {
    receive_file(static_cast<std::uint16_t>(std::stoul(argv[2])), argv[3]);
  } else {
    std::fprintf(stderr, "usage: limit send FILE | limit receive PORT FILE\n");
    return 2;
  }
}
