// The floor: epoll and just enough hand-written HTTP/1.1 for one kind of answer (plain HTTP, status
// 200, chunked). No timeouts, no limits, no errors beyond "did not work".
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "bench/stream_client.h"

namespace llm::bench {

// Takes the chunked coding off a body.
class Dechunker {
 public:
  void reset() { *this = {}; }
  template <class Sink>
  void feed(std::string_view bytes, Sink&& sink) {
    while (!bytes.empty() && state_ != State::over) {
      if (state_ == State::size) {
        read_size(bytes);
      } else {
        const auto part = bytes.substr(0, left_);
        if (state_ == State::data) sink(part);
        bytes.remove_prefix(part.size());
        left_ -= part.size();
        if (left_ == 0) next();
      }
    }
  }
  bool over() const { return state_ == State::over; }

 private:
  enum class State { size, data, data_end, last_end, over };
  void read_size(std::string_view& bytes) {
    const auto end = bytes.find('\n');
    line_.append(bytes.substr(0, end));
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    if (end == bytes.npos) return;
    left_ = std::strtoul(line_.c_str(), nullptr, 16);
    line_.clear();
    state_ = left_ > 0 ? State::data : State::last_end;
    if (left_ == 0) left_ = 2;  // the empty line after the last chunk
  }
  void next() {
    if (state_ == State::data) left_ = 2;  // CRLF
    state_ = state_ == State::data       ? State::data_end
             : state_ == State::data_end ? State::size
                                         : State::over;
  }

  State state_ = State::size;
  std::size_t left_ = 0;
  std::string line_;
};

class BareEpollClient final : public StreamClient {
 public:
  BareEpollClient(std::vector<BareRequest> requests, bool reuse, std::size_t tokens)
      : epoll_(epoll_create1(0)), reuse_(reuse), tokens_(tokens), streams_(requests.size()) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      streams_[i].address = address(requests[i]);
      streams_[i].request = text(requests[i]);
    }
  }
  ~BareEpollClient() override {
    for (auto& stream : streams_) hang_up(stream);
    close(epoll_);
  }

  void start(std::size_t index) override {
    Stream& stream = streams_[index];
    stream.head.clear();
    stream.in_head = true;
    stream.chunks.reset();
    stream.counter.reset();
    if (stream.fd >= 0) return send_request(index);
    stream.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(stream.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    stream.connecting = true;
    connect(stream.fd, reinterpret_cast<const sockaddr*>(&stream.address), sizeof stream.address);
    want(index, EPOLL_CTL_ADD, EPOLLOUT);
  }

  void turn(std::chrono::milliseconds max_wait) override {
    epoll_event events[512];
    const int count = epoll_wait(epoll_, events, 512, static_cast<int>(max_wait.count()));
    for (int i = 0; i < count; ++i) {
      Stream& stream = streams_[events[i].data.u64];
      if (!stream.connecting) {
        receive(events[i].data.u64);
      } else {
        stream.connecting = false;
        want(events[i].data.u64, EPOLL_CTL_MOD, EPOLLIN);
        send_request(events[i].data.u64);
      }
    }
  }

 private:
  struct Stream {
    sockaddr_in address{};
    std::string request;
    int fd = -1;
    bool connecting = false, in_head = true;
    std::string head;
    Dechunker chunks;
    TokenCounter counter;
  };

  static sockaddr_in address(const BareRequest& request) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(request.port));
    inet_pton(AF_INET, request.host.c_str(), &to.sin_addr);
    return to;
  }
  static std::string text(const BareRequest& request) {
    std::string out = "POST " + request.path + " HTTP/1.1\r\nHost: " + request.host + ":" +
                      std::to_string(request.port) + "\r\nAccept: */*\r\n";
    for (const auto& header : request.headers) out += header + "\r\n";
    return out + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" +
           request.body;
  }

  void want(std::size_t index, int operation, std::uint32_t what) {
    epoll_event event{.events = what, .data = {.u64 = index}};
    epoll_ctl(epoll_, operation, streams_[index].fd, &event);
  }
  void hang_up(Stream& stream) {
    if (stream.fd >= 0) close(stream.fd);
    stream.fd = -1;
  }
  void end(std::size_t index, bool whole) {
    Stream& stream = streams_[index];
    const bool good = whole && stream.counter.done() && stream.counter.tokens() == tokens_;
    if (!reuse_ || !good) hang_up(stream);
    ended(index, good);
  }
  void send_request(std::size_t index) {
    const Stream& stream = streams_[index];
    const auto sent = ::send(stream.fd, stream.request.data(), stream.request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(stream.request.size())) end(index, false);
  }
  void receive(std::size_t index) {
    Stream& stream = streams_[index];
    char buffer[16384];
    const auto count = recv(stream.fd, buffer, sizeof buffer, 0);
    if (count <= 0) return end(index, false);
    std::string_view bytes(buffer, static_cast<std::size_t>(count));
    if (stream.in_head) {
      const auto before = stream.head.size();
      stream.head.append(bytes);
      const auto end_of_head = stream.head.find("\r\n\r\n");
      if (end_of_head == stream.head.npos) return;
      stream.in_head = false;
      bytes.remove_prefix(end_of_head + 4 - before);
    }
    stream.chunks.feed(bytes, [&](std::string_view part) { stream.counter.feed(part); });
    if (stream.chunks.over()) end(index, true);
  }

  int epoll_;
  bool reuse_;
  std::size_t tokens_;
  std::vector<Stream> streams_;
};

}  // namespace llm::bench
