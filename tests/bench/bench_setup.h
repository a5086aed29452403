// What every benchmark is given: the exporter to measure and a folder for its files.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "base/time.h"
#include "bench/child.h"
#include "bench/report.h"

namespace llm::bench {

struct Setup {
  std::string exporter;  // path of the binary
  std::string folder;    // for configurations and logs; run.sh removes it

  std::string write(const std::string& name, std::string_view text) const {
    const auto path = folder + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
};

// Something is broken, as opposed to slow: the run ends with a reason.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// main() of a benchmark: BENCH EXPORTER FOLDER.
template <class Body>
int bench_main(int argc, char** argv, Body&& body) {
  if (argc != 3) {
    fmt::print(stderr, "usage: {} PATH_OF_LLM_EXPORTER FOLDER\n", argv[0]);
    return 2;
  }
  try {
    body(Setup{argv[1], argv[2]});
    return 0;
  } catch (const Broken& broken) {
    progress("broken: {}", broken.what());
    return 1;
  }
}

inline sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A socket that listens on a free port of loopback.
class ListenSocket {
 public:
  ListenSocket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd_, 4096) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw Broken("no port on loopback is free");
    }
    port_ = ntohs(address.sin_port);
  }
  ~ListenSocket() { close(fd_); }
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;

  int fd() const { return fd_; }
  int port() const { return port_; }

 private:
  int fd_;
  int port_ = 0;
};
inline int free_port() { return ListenSocket().port(); }

// Waits until a child of ours accepts connections.
inline void wait_for_port(const Child& child, int port, const std::string& log) {
  for (int i = 0; i < 1'000 && child.alive(); ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    const int refused = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    close(fd);
    if (refused == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw Broken(fmt::format("nothing listens on port {}; what it said is in {}", port, log));
}

}  // namespace llm::bench
