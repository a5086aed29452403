// A scripted HTTP/1.1 server on raw sockets, so that it can misbehave at any byte: the engine below
// the fake providers, and the peer of our tests. One thread, epoll, thousands of connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace llm::sim {

struct SimRequest {
  std::uint64_t id = 0;                                      // unique in the server's life
  std::string method, path;                                  // path with query
  std::vector<std::pair<std::string, std::string>> headers;  // lower-case names
  std::string body;
  std::uint64_t requests_on_connection = 1;  // 1: the first on a fresh connection
};

// Bytes that go out together, `delay` after the step before (the first: after the request was
// read).
struct Step {
  Nanos delay{0};
  std::string bytes = {};
  int event = -1;  // index of the stream event these bytes complete; recorded with its time
};

enum class Finish : std::uint8_t {
  keep_alive,  // the connection waits for the next request
  close,       // FIN after the last byte
  reset,       // RST after the last byte
  hang,        // stays open and silent
};

struct Reply {
  std::vector<Step> steps;
  Finish finish = Finish::keep_alive;
  // After the last step go on with this one again, until the client leaves: an endless answer.
  std::optional<std::size_t> repeat_from = std::nullopt;
};

// When an event was handed to the kernel: the truth that a measured TTFT is compared with. Taken
// on CLOCK_REALTIME immediately before the write.
struct SentEvent {
  std::uint64_t request_id = 0;
  int event = -1;
  std::int64_t realtime_ns = 0;
};
struct SeenRequest {
  std::uint64_t request_id = 0;
  std::string path;
  std::int64_t read_realtime_ns = 0;  // when its last byte was read
};

struct SimTls {
  std::string cert_file, key_file;
  std::string client_ca_file;  // not empty: a client certificate is required
  Nanos handshake_delay{0};    // before the first byte of ours
};

struct SimServerOptions {
  std::string listen = "127.0.0.1:0";
  Nanos accept_delay{0};               // before accepted connections are read: a slow accept
  std::unique_ptr<SimTls> tls;         // null: plain
  std::size_t record_limit = 1 << 20;  // newest records kept
};

class SimServer {
 public:
  using Handler = std::function<Reply(const SimRequest&)>;  // called on the server's thread
  // Error: the address and why.
  static Result<std::unique_ptr<SimServer>> start(SimServerOptions options, Handler handler);
  ~SimServer();  // closes everything, joins

  int port() const;
  std::vector<SentEvent> sent() const;  // any thread: copies
  std::vector<SeenRequest> seen() const;

  struct Impl;

 private:
  explicit SimServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Helpers for handlers: a whole answer with Content-Length (added); a head, complete with its empty
// line, with exactly these headers; one chunk.
Reply plain_reply(int status, std::string_view content_type, std::string body,
                  const std::vector<std::pair<std::string, std::string>>& headers = {});
std::string response_head(int status,
                          const std::vector<std::pair<std::string, std::string>>& headers);
std::string chunk(std::string_view bytes);  // empty: the last chunk

}  // namespace llm::sim
