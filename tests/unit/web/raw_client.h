// The smallest HTTP client: what goes over the wire is exactly what the test wrote, and what comes
// back is taken apart without mercy.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace llm::test {

inline std::uint16_t port_of(std::string_view address) {
  return static_cast<std::uint16_t>(
      std::atoi(std::string(address.substr(address.rfind(':') + 1)).c_str()));
}

struct Reply {
  int status = 0;                              // 0: the connection ended before an answer
  std::map<std::string, std::string> headers;  // lower-case names
  std::string body;
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int family = AF_INET) {
    fd_ = ::socket(family, SOCK_STREAM, 0);
    const timeval patience{20, 0};  // a hanging server fails the test instead of the whole run
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (family == AF_INET6) {
      sockaddr_in6 name{};
      name.sin6_family = AF_INET6;
      name.sin6_port = htons(port);
      name.sin6_addr = in6addr_loopback;
      connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0;
    } else {
      sockaddr_in name{};
      name.sin_family = AF_INET;
      name.sin_port = htons(port);
      name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0;
    }
  }
  ~RawClient() { ::close(fd_); }
  RawClient(RawClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_) {}
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  // One answer. `head`: it has no body whatever its headers say.
  Reply receive(bool head = false) {
    Reply reply;
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return {};
    }
    std::string_view text(buffer_.data(), end + 2);
    reply.status = std::atoi(buffer_.substr(9, 3).c_str());
    for (auto at = text.find("\r\n") + 2; at < text.size();) {
      const auto line = text.substr(at, text.find("\r\n", at) - at);
      const auto colon = line.find(':');
      reply.headers[to_lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
      at += line.size() + 2;
    }
    buffer_.erase(0, end + 4);
    const auto length = reply.headers.count("content-length")
                            ? std::strtoull(reply.headers["content-length"].c_str(), nullptr, 10)
                            : 0;
    if (head) return reply;
    while (buffer_.size() < length && more()) {
    }
    reply.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return reply;
  }

  // Whether the server has closed, after everything that it sent.
  bool closed() {
    while (more()) {
    }
    return ended_;
  }

 private:
  bool more() {
    char bytes[16384];
    const auto n = ::recv(fd_, bytes, sizeof bytes, 0);
    if (n == 0 || (n < 0 && errno == ECONNRESET)) ended_ = true;
    if (n <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(n));
    return true;
  }

  int fd_ = -1;
  bool connected_ = false, ended_ = false;
  std::string buffer_;
};

// One request on a fresh connection. `more`: further header lines, each with its CRLF.
inline Reply request(std::uint16_t port, const std::string& method, const std::string& target,
                     const std::string& more = "", const std::string& body = "") {
  RawClient client(port);
  client.send(method + " " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n" + body);
  return client.receive(method == "HEAD");
}
inline Reply get(std::uint16_t port, const std::string& target, const std::string& more = "") {
  return request(port, "GET", target, more);
}

inline std::string gunzip(std::string_view data) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string out(4 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace llm::test
