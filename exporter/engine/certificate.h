// What the peer's certificates say about time.
#pragma once

#include <curl/curl.h>

#include <optional>

#include "base/time.h"

namespace llm {

// The earliest end of validity in the chain that the peer of a running transfer sent; absent
// without TLS. To be called while libcurl holds the connection: from its callbacks.
std::optional<WallTime> earliest_expiry(CURL* easy) noexcept;

}  // namespace llm
