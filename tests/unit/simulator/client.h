// A blocking HTTP/1.1 client on a raw socket that sees exactly what came over the wire. Every wait
// ends after kPatience, so that a failing test fails instead of hanging.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "base/text.h"
#include "simulator/fd.h"

namespace llm::sim {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // lower-case names
  std::string body;                            // decoded
  bool complete = false;                       // the framing's end was seen
};

class Client {
 public:
  explicit Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = kPatienceSeconds, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  bool connected() const { return connected_; }
  int fd() const { return fd_.get(); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  // Reads once; false at the end of the stream (`ended`: FIN, `broken`: RST) or out of patience.
  bool fill() {
    char bytes[16384];
    const auto n = ::recv(fd_.get(), bytes, sizeof bytes, 0);
    if (n > 0) buffer_.append(bytes, static_cast<std::size_t>(n));
    if (n == 0) ended = true;
    if (n < 0 && errno == ECONNRESET) broken = true;
    return n > 0;
  }
  std::string take() { return std::exchange(buffer_, {}); }
  // What is there already, without waiting.
  std::string drain() {
    char bytes[16384];
    ssize_t n;
    while ((n = ::recv(fd_.get(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
      buffer_.append(bytes, static_cast<std::size_t>(n));
    }
    if (n == 0) ended = true;
    if (n < 0 && errno == ECONNRESET) broken = true;
    return take();
  }
  // Everything until the stream ends.
  std::string read_all() {
    while (fill()) {
    }
    return take();
  }
  // Everything up to and with `mark`; empty if it never comes.
  std::string read_until(std::string_view mark) {
    std::size_t at;
    while ((at = buffer_.find(mark)) == std::string::npos) {
      if (!fill()) return {};
    }
    auto out = buffer_.substr(0, at + mark.size());
    buffer_.erase(0, out.size());
    return out;
  }

  HttpAnswer read_answer() {
    HttpAnswer answer;
    auto head = read_until("\r\n\r\n");
    if (head.empty()) return answer;
    answer.status = std::atoi(head.c_str() + 9);
    for (auto at = head.find("\r\n") + 2; at + 2 < head.size();) {
      const auto end = head.find("\r\n", at);
      const auto colon = head.find(": ", at);
      answer.headers[to_lower(head.substr(at, colon - at))] =
          head.substr(colon + 2, end - colon - 2);
      at = end + 2;
    }
    if (answer.headers.contains("content-length")) {
      const auto size = std::stoul(answer.headers["content-length"]);
      while (buffer_.size() < size && fill()) {
      }
      answer.complete = buffer_.size() >= size;
      answer.body = buffer_.substr(0, size);
      buffer_.erase(0, answer.body.size());
    } else if (answer.headers.contains("transfer-encoding")) {
      read_chunks(answer);
    } else {
      answer.body = read_all();
      answer.complete = ended;
    }
    return answer;
  }

  bool ended = false;
  bool broken = false;

 private:
  static constexpr int kPatienceSeconds = 10;

  void read_chunks(HttpAnswer& answer) {
    for (;;) {
      const auto line = read_until("\r\n");
      if (line.empty()) return;
      const auto size = std::stoul(line, nullptr, 16);
      while (buffer_.size() < size + 2 && fill()) {
      }
      answer.body += buffer_.substr(0, size);
      if (buffer_.size() < size + 2) return;
      buffer_.erase(0, size + 2);
      if (size == 0) {
        answer.complete = true;
        return;
      }
    }
  }

  Fd fd_;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace llm::sim
