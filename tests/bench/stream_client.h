// A client that is measured: it carries numbered streams, each one request at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace llm::bench {

class StreamClient {
 public:
  virtual ~StreamClient() = default;
  virtual void start(std::size_t stream) = 0;
  // Waits until something is ready, at most so long, and handles it.
  virtual void turn(std::chrono::milliseconds max_wait) = 0;

  // Called from turn() when a stream has ended and could be started again. `good`: every event that
  // the server had to send was understood.
  std::function<void(std::size_t stream, bool good)> ended = [](std::size_t, bool) {};
};

// The request of a peer, the same bytes on the wire as ours.
struct BareRequest {
  std::string host;  // IPv4 address
  int port = 0;
  std::string path;
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  std::string ca_file;  // not empty: TLS
};

// What the peers do with an answer: cut it into lines, count the events that carry text. The least
// that a program that reads a stream can do.
class TokenCounter {
 public:
  void reset() {
    line_.clear();
    tokens_ = 0;
    done_ = false;
  }
  void feed(std::string_view bytes) {
    for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
      if (line_.empty()) {
        read(bytes.substr(0, end));
      } else {
        read(line_.append(bytes.substr(0, end)));
        line_.clear();
      }
      bytes.remove_prefix(end + 1);
    }
    line_.append(bytes);
  }
  std::size_t tokens() const { return tokens_; }
  bool done() const { return done_; }

 private:
  void read(std::string_view line) {
    if (!line.starts_with("data: ")) return;
    if (line.starts_with("data: [DONE]")) done_ = true;
    const auto text = line.find(R"("content":")");
    if (text != line.npos && line[text + 11] != '"') ++tokens_;
  }

  std::string line_;
  std::size_t tokens_ = 0;
  bool done_ = false;
};

}  // namespace llm::bench
