// What the peer's certificates say about time, and whether the peer wants one of us.
#pragma once

#include <curl/curl.h>

#include <optional>

#include "base/time.h"

namespace llm {

// The earliest end of validity in the chain that the peer of a running transfer sent; absent
// without TLS. To be called while libcurl holds the connection: from its callbacks.
std::optional<WallTime> earliest_expiry(CURL* easy) noexcept;

// True: the peer has asked for our certificate under TLS 1.3, in which it tells its verdict only
// after the handshake. To be called as above.
bool verdict_pending(CURL* easy) noexcept;

}  // namespace llm
