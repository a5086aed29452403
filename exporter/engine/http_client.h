// Non-blocking HTTP on a Loop: libcurl's multi interface, sharded (one multi handle does not scale
// in hosts), with kernel receive stamps. The only public face of libcurl in this project.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "engine/exchange.h"
#include "engine/loop.h"

namespace llm {

// One request, in the engine's own words: it knows nothing of targets and providers.
struct HttpCall {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, Secret>> headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{5'000};
  bool reuse_connection = false;  // false: a fresh connection, closed after
  bool http2 = false;             // true: offer HTTP/2 over TLS; no kernel stamps then
  bool accept_gzip = false;       // streams ask for identity: compression delays tokens
  std::string proxy_url;          // empty: none, whatever the environment says; "env": as it says
  std::string ca_file, cert_file, key_file, server_name;
  bool insecure_skip_verify = false;
  // How far to go. Short of the answer the exchange ends as `stopped` once it got there: no request
  // is written, and for `address` no connection is made.
  enum class Goal : std::uint8_t { answer, connection, address };
  Goal goal = Goal::answer;
};

struct HttpClientOptions {
  int shards = 64;                           // multi handles; 16-64 measured best at 10,000 hosts
  std::size_t max_header_bytes = 256 << 10;  // all header lines of an answer together
  std::string user_agent = "llm_exporter";
};

// Counters of the engine's own health; read on the loop's thread.
struct HttpClientStats {
  std::uint64_t kernel_arrivals = 0;    // reads with a kernel receive stamp
  std::uint64_t fallback_arrivals = 0;  // reads timed by our own clock
  std::size_t in_flight = 0;
};

class HttpClient {
 public:
  // The loop must outlive the client; the client must not outlive an exchange that still runs:
  // cancel_all() first. Makes the process ignore SIGPIPE. Throws std::bad_alloc if libcurl cannot
  // be set up. Everything is for the loop's thread.
  explicit HttpClient(Loop& loop, HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  using Id = std::uint64_t;
  // Starts a call. `exchange` must live until its on_end, which never comes from within start().
  Id start(HttpCall call, Exchange& exchange);
  // Ends it with TransportEnd::cancelled, synchronously. Unknown ids are ignored.
  void cancel(Id id);
  void cancel_all();
  HttpClientStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace llm
