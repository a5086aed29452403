// The other end of a connection, played by the test: each accepted connection runs a script of
// blocking calls on its own thread, so that a script reads like the conversation.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace llm {

class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  virtual ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virtual ssize_t receive(char* data, std::size_t size) { return recv(fd_, data, size, 0); }
  virtual ssize_t transmit(const char* data, std::size_t size) {
    return ::send(fd_, data, size, MSG_NOSIGNAL);
  }

  // False: the other side has gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = transmit(bytes.data(), bytes.size());
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  // Header and body of the next request; empty: the other side has gone.
  std::string read_request() {
    std::size_t head = std::string::npos;
    while ((head = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return {};
    }
    const std::size_t size = head + 4 + content_length(pending_.substr(0, head));
    while (pending_.size() < size) {
      if (!fill()) return {};
    }
    std::string request = pending_.substr(0, size);
    pending_.erase(0, size);
    return request;
  }
  // Takes what comes, below TLS if there is any, until the other side closes.
  void drain() {
    char block[16384];
    while (recv(fd_, block, sizeof block, 0) > 0) continue;
  }
  void wait_until_closed() {
    while (fill()) pending_.clear();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void reset() {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  // Any thread: lets calls that wait return.
  void shut() {
    const std::lock_guard lock(mutex_);
    if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
  }
  int fd() const { return fd_; }

 private:
  bool fill() {
    char block[16384];
    const ssize_t n = receive(block, sizeof block);
    if (n <= 0) return false;
    pending_.append(block, static_cast<std::size_t>(n));
    return true;
  }
  static std::size_t content_length(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == head.npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
  }

  std::mutex mutex_;  // of fd_ against shut()
  int fd_;
  std::string pending_;
};

class Peer {
 public:
  using Script = std::function<void(Connection&)>;
  using Make = std::function<std::shared_ptr<Connection>(int fd)>;

  explicit Peer(Script script, const char* address = "127.0.0.1")
      : Peer(std::move(script), std::make_shared<Connection, int>, address) {}
  Peer(Script script, Make make, const char* listen_address = "127.0.0.1")
      : script_(std::move(script)),
        make_(std::move(make)),
        listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, listen_address, &address.sin_addr);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 4096) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~Peer() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& talk : talks_) talk.connection->shut();
    for (auto& talk : talks_) talk.thread.join();
    ::close(listener_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  int port() const { return port_; }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  int accepted() const { return accepted_; }

 private:
  struct Talk {
    std::shared_ptr<Connection> connection;
    std::thread thread;
  };

  void accept_all() {
    while (!stopping_) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++accepted_;
      auto connection = make_(fd);
      talks_.push_back({connection, std::thread([this, connection] {
                          script_(*connection);
                          connection->close();
                        })});
    }
  }

  Script script_;
  Make make_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> accepted_{0};
  std::thread acceptor_;
  std::list<Talk> talks_;
};

}  // namespace llm
