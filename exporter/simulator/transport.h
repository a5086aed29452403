// A non-blocking connected socket, plain or TLS (OpenSSL), as a stream of bytes.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "simulator/fd.h"
#include "simulator/server.h"

namespace llm::sim {

struct SslContextDelete {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDelete>;
// Error: the file and OpenSSL's reason.
Result<SslContext> make_server_context(const SimTls& tls);

enum class Io : std::uint8_t {
  ok,
  blocked,  // the kernel has no bytes, or no room, now
  closed,   // by the peer, or broken
};

class Transport {
 public:
  // `context` null: plain.
  Transport(Fd fd, SSL_CTX* context);

  bool encrypted() const { return ssl_ != nullptr; }
  Io handshake();  // plain: ok at once
  Io read(char* into, std::size_t size, std::size_t* count);
  Io write(std::string_view bytes, std::size_t* count);  // may take less than all
  void finish();                                         // FIN after what was written
  void reset();                                          // RST when this object goes

 private:
  struct SslDelete {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Io ssl_status(int result);

  Fd fd_;
  std::unique_ptr<SSL, SslDelete> ssl_;
};

}  // namespace llm::sim
