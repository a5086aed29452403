// An exchange that remembers all it was told, and the running of one call from start to end.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/http_client.h"
#include "peer.h"

namespace llm {

struct Recorder : Exchange {
  std::vector<MonoTime> ready;
  std::vector<int> statuses;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<std::pair<std::size_t, Arrival>> pieces;  // size and arrival of each on_body
  std::vector<TransportReport> ends;
  std::optional<MonoTime> until;  // the deadline
  std::function<bool(std::string_view)> keep_going = [](std::string_view) { return true; };
  std::function<void()> at_end = [] {};

  void on_ready(MonoTime at) noexcept override { ready.push_back(at); }
  void on_status(int status) noexcept override { statuses.push_back(status); }
  void on_header(std::string_view name, std::string_view value) noexcept override {
    headers.emplace_back(name, value);
  }
  bool on_body(std::string_view bytes, Arrival arrival) noexcept override {
    body += bytes;
    pieces.emplace_back(bytes.size(), arrival);
    return keep_going(bytes);
  }
  std::optional<MonoTime> deadline() const noexcept override { return until; }
  void on_end(const TransportReport& report) noexcept override {
    ends.push_back(report);
    at_end();
  }

  bool ended() const { return !ends.empty(); }
  const TransportReport& report() const { return ends.at(0); }
  std::string header(std::string_view name) const {
    for (const auto& [n, v] : headers) {
      if (n == name) return v;
    }
    return "(absent)";
  }
};

// No test waits this long unless it fails.
inline constexpr std::chrono::seconds kPatience{20};

// Turns the loop until `done`; false: it never came.
inline bool turn_until(Loop& loop, const std::function<bool()>& done) {
  const MonoTime limit = mono_now() + kPatience;
  while (!done()) {
    if (mono_now() > limit) return false;
    loop.turn(std::chrono::milliseconds(50));
  }
  return true;
}

// A loop and a client on it.
struct Engine {
  Loop loop;
  HttpClient client;

  explicit Engine(HttpClientOptions options = {}) : client(loop, std::move(options)) {}

  void run(HttpCall call, Recorder& exchange) {
    client.start(std::move(call), exchange);
    ASSERT_TRUE(turn_until(loop, [&] { return exchange.ended(); })) << "the call never ended";
    ASSERT_EQ(exchange.ends.size(), 1U);
  }
};

inline HttpCall get(std::string url) {
  HttpCall call;
  call.url = std::move(url);
  return call;
}
inline HttpCall post(std::string url, std::string body) {
  HttpCall call;
  call.method = "POST";
  call.url = std::move(url);
  call.body = std::move(body);
  return call;
}

// The kernel begins to stamp in the background, some time after the client asked it to.
inline void wait_for_stamps(Engine& engine) {
  Peer peer([](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  for (int i = 0; i < 1000 && engine.client.stats().kernel_arrivals == 0; ++i) {
    Recorder got;
    engine.run(get(peer.url()), got);
  }
}

// How a failed expectation prints an end.
inline std::ostream& operator<<(std::ostream& out, TransportEnd end) {
  constexpr const char* kNames[] = {"complete",
                                    "cut",
                                    "dns_failed",
                                    "connect_failed",
                                    "tls_failed",
                                    "connect_deadline_dns",
                                    "connect_deadline_connect",
                                    "connect_deadline_tls",
                                    "deadline",
                                    "stopped",
                                    "limit",
                                    "internal",
                                    "cancelled"};
  return out << kNames[static_cast<int>(end)];
}

}  // namespace llm
