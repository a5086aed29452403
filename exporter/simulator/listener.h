// A listening TCP socket.
#pragma once

#include <string>

#include "base/result.h"
#include "simulator/fd.h"

namespace llm::sim {

struct Listener {
  Fd fd;  // non-blocking
  int port = 0;
};

// `address`: "HOST:PORT", "[IPV6]:PORT" or ":PORT"; port 0 lets the kernel choose.
Result<Listener> listen_on(const std::string& address);

}  // namespace llm::sim
