// What the engine tells whoever runs one HTTP exchange, and what it asks. The exchange is passive:
// it is told bytes and times and never touches sockets or clocks, so that all of its timing logic
// can be tested without either. Called on the engine's thread only; noexcept, because the calls
// come out of libcurl's C callbacks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace llm {

// When bytes arrived, and how well we know it.
struct Arrival {
  MonoTime at;
  bool kernel = false;  // from the kernel's receive stamp; false: our own clock when we read them
};

// How the transport part ended.
enum class TransportEnd : std::uint8_t {
  complete,  // whole answer by its own framing
  cut,       // closed or reset after the request was on its way
  dns_failed,
  connect_failed,
  tls_failed,
  connect_deadline_dns,      // a deadline, be it the exchange's own, passed while resolving,
  connect_deadline_connect,  // … while connecting,
  connect_deadline_tls,      // … in the handshake
  deadline,                  // one of the exchange's own passed after ready (it knows which)
  stopped,                   // the exchange asked to stop
  limit,                     // header limits, or not HTTP at all
  internal,                  // our own failure (out of descriptors, bad URL, …)
  cancelled,                 // shutdown or reload
};

struct TransportReport {
  TransportEnd end = TransportEnd::internal;
  std::string detail;  // libcurl's words, for people; no secrets in it
  // Instants on one clock; absent if the exchange did not get there. started <= resolved <=
  // connected <= ready <= sent <= first_byte <= ended.
  MonoTime started;  // handed to the engine's transport
  std::optional<MonoTime> resolved, connected;
  std::optional<MonoTime> ready;       // connection usable: the request is about to be written
  std::optional<MonoTime> sent;        // last byte of the request handed to the kernel
  std::optional<MonoTime> first_byte;  // first byte of the answer
  MonoTime ended;
  bool reused = false;  // on a connection that was already open
  bool https = false;
  std::string peer;                            // "ip:port"; empty if never connected
  std::optional<WallTime> certificate_expiry;  // the earliest of the chain that the peer sent
};

class Exchange {
 public:
  virtual ~Exchange() = default;

  // The connection is usable; the request is written next. The clock of TTFT starts here. Called
  // again if a kept connection turned out dead and the request goes out on a fresh one instead.
  virtual void on_ready(MonoTime at) noexcept = 0;
  // Status line and header fields as they come, without line ends. A new status line starts anew
  // (after 1xx).
  virtual void on_status(int status) noexcept = 0;
  virtual void on_header(std::string_view name, std::string_view value) noexcept = 0;
  // Decoded body bytes. False: stop, the exchange has what it wants or refuses more.
  virtual bool on_body(std::string_view bytes, Arrival arrival) noexcept = 0;
  // The next instant at which the exchange wants to be ended, given what it has seen so far; asked
  // again after every call above. The engine keeps the connect deadline itself.
  virtual std::optional<MonoTime> deadline() const noexcept = 0;
  // Exactly once, last. The exchange may destroy itself here, and start and cancel calls; nowhere
  // else.
  virtual void on_end(const TransportReport& report) noexcept = 0;
};

}  // namespace llm
