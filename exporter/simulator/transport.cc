#include "simulator/transport.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>

namespace llm::sim {
namespace {

Err<std::string> openssl_error(std::string_view what, std::string_view file) {
  char reason[256];
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  ERR_clear_error();
  return {fmt::format("simulator TLS: cannot use {} {}: {}", what, file, reason)};
}

}  // namespace

Result<SslContext> make_server_context(const SimTls& tls) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  auto* ctx = context.get();
  if (SSL_CTX_use_certificate_chain_file(ctx, tls.cert_file.c_str()) != 1) {
    return openssl_error("cert_file", tls.cert_file);
  }
  if (SSL_CTX_use_PrivateKey_file(ctx, tls.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return openssl_error("key_file", tls.key_file);
  }
  // A partial write is resumed later from the same bytes, which may have moved.
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  constexpr unsigned char kSessionContext[] = "llm_exporter simulator";
  SSL_CTX_set_session_id_context(ctx, kSessionContext, sizeof kSessionContext - 1);
  if (!tls.client_ca_file.empty()) {
    if (SSL_CTX_load_verify_locations(ctx, tls.client_ca_file.c_str(), nullptr) != 1) {
      return openssl_error("client_ca_file", tls.client_ca_file);
    }
    SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(tls.client_ca_file.c_str()));
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

Transport::Transport(Fd fd, SSL_CTX* context) : fd_(std::move(fd)) {
  if (context == nullptr) return;
  ssl_.reset(SSL_new(context));
  SSL_set_fd(ssl_.get(), fd_.get());
  SSL_set_accept_state(ssl_.get());
}

Io Transport::ssl_status(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? Io::blocked : Io::closed;
}

Io Transport::handshake() {
  if (!ssl_) return Io::ok;
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? Io::ok : ssl_status(result);
}

Io Transport::read(char* into, std::size_t size, std::size_t* count) {
  *count = 0;
  if (ssl_) {
    const int result = SSL_read_ex(ssl_.get(), into, size, count);
    return result == 1 ? Io::ok : ssl_status(result);
  }
  const auto n = ::recv(fd_.get(), into, size, 0);
  if (n > 0) *count = static_cast<std::size_t>(n);
  if (n > 0) return Io::ok;
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? Io::blocked : Io::closed;
}

Io Transport::write(std::string_view bytes, std::size_t* count) {
  *count = 0;
  if (bytes.empty()) return Io::ok;
  if (ssl_) {
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), count);
    return result == 1 ? Io::ok : ssl_status(result);
  }
  const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n >= 0) *count = static_cast<std::size_t>(n);
  if (n >= 0) return Io::ok;
  return errno == EAGAIN || errno == EINTR ? Io::blocked : Io::closed;
}

void Transport::finish() {
  if (ssl_) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ::shutdown(fd_.get(), SHUT_WR);
}

void Transport::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace llm::sim
