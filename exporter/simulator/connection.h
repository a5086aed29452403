// One accepted connection: reads a request, has it answered, plays the answer's script, reads on.
// Says what it waits for; the server does the waiting.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"
#include "simulator/http_request.h"
#include "simulator/records.h"
#include "simulator/server.h"
#include "simulator/transport.h"

namespace llm::sim {

// What all connections of a server share; the server's thread alone uses it, but for the records.
struct ConnectionContext {
  SimServer::Handler handler;
  Records<SentEvent> sent;
  Records<SeenRequest> seen;
  std::uint64_t last_request_id = 0;
  std::vector<char> read_buffer;
};

class Connection {
 public:
  // Sleeps until `start`, then speaks.
  Connection(Transport transport, MonoTime start, ConnectionContext* context);

  // Both: false once the connection is over and must be destroyed.
  bool on_ready(std::uint32_t epoll_events);
  bool on_timer();

  std::uint32_t interest() const;  // epoll events
  // When on_timer() wants to be called; none: never.
  std::optional<MonoTime> due() const { return blocked_ ? std::nullopt : due_; }

 private:
  enum class State : std::uint8_t {
    asleep,     // slow accept, slow TLS
    handshake,  // TLS
    reading,    // waits for a request
    replying,   // plays reply_
    hung,       // silent until the peer leaves
    closing,    // FIN is sent; waits for the peer's
    over,
  };

  void handshake();
  void read_input();
  void run();
  bool start_reply();  // false: no whole request yet
  bool play();         // false: must wait
  bool write_step(const Step& step);
  void next_step();
  void finish_reply();

  Transport transport_;
  ConnectionContext& context_;
  State state_ = State::asleep;
  std::optional<MonoTime> due_;
  RequestParser parser_;
  std::uint64_t requests_ = 0;

  std::uint64_t request_id_ = 0;
  bool last_request_ = false;
  Reply reply_;
  std::size_t step_ = 0;
  std::size_t written_ = 0;  // of the step
  bool blocked_ = false;     // the kernel's buffer is full
};

}  // namespace llm::sim
