// How long a provider asks us to wait (providers.md §1.6). Best first: retry-after-ms,
// x-ms-retry-after-ms, Retry-After, google.rpc.RetryInfo in the body (error_body.h), and only then
// a sentence in the message.
//
// x-should-retry is not read: it tells a client whether to repeat this one request. We never do
// that within a measurement, and when the next one is due the class of the error decides.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "dialects/headers.h"

namespace llm {

// A longer wait is a mistake or a joke.
inline constexpr double kMaxRetryAfterSeconds = 86'400;

// The headers; Retry-After as seconds or HTTP date (RFC 9110 §10.2.3). Capped.
std::optional<double> read_retry_after_seconds(const HeaderList& headers, WallTime now);

// "Please try again in 9m38.016s", "retry after 37 seconds". Capped.
std::optional<double> find_retry_after_seconds(std::string_view message);

}  // namespace llm
