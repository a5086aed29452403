// Listen sockets. We bind them ourselves, because libmicrohttpd's own error is "failed" and its
// choice of SO_REUSEPORT would let two exporters share a port in silence.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace llm {

// Owns a bound, listening, non-blocking socket.
class ListenSocket {
 public:
  explicit ListenSocket(int fd) : fd_(fd) {}
  ~ListenSocket();
  ListenSocket(ListenSocket&& other) noexcept : fd_(other.release()) {}
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;

  int fd() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  std::string address() const;  // "127.0.0.1:9877", "[::]:9877"

 private:
  int fd_;
};

// "HOST:PORT", "[IPv6]:PORT", or ":PORT" for every address of the machine, IPv6 and IPv4. A name
// that has both kinds of address listens on its IPv4 one, as in Prometheus. Port 0: the kernel
// chooses. Error: the address, what is wrong, and the remedy.
Result<ListenSocket> listen_on(const std::string& address);

}  // namespace llm
