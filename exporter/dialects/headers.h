// What response headers tell, whatever the dialect: rate limits, retry hints, request id, the
// provider's own time. Values that make no sense are absent, never 0 (providers.md §1.6-1.8).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "config/provider_types.h"

namespace llm {

// Header fields in order of arrival; names compared without case.
using HeaderList = std::vector<std::pair<std::string, std::string>>;
std::optional<std::string_view> find_header(const HeaderList& headers, std::string_view name);

// What a limit is about: the label `resource`. The *_day variants are daily windows.
enum class Resource : std::uint8_t {
  requests,
  tokens,
  input_tokens,
  output_tokens,
  requests_day,
  tokens_day,
};
inline constexpr std::size_t kResources = 6;
std::string_view to_string(Resource resource);

struct RateLimit {
  std::optional<double> limit, remaining;  // >= 0, finite
  std::optional<double> reset_seconds;     // from the answer until the bucket is full; >= 0
  bool known() const { return limit || remaining || reset_seconds; }
};
using RateLimits = std::array<RateLimit, kResources>;

RateLimits read_rate_limits(const HeaderList& headers, RateLimitFamily family, WallTime now);

// A reset value in any of the grammars of §1.7: RFC 3339, epoch ms or s, seconds, Go duration.
std::optional<double> parse_reset_seconds(std::string_view value, WallTime now);

// retry-after-ms, x-ms-retry-after-ms, Retry-After as seconds or HTTP date (RFC 9110 §10.2.3);
// capped at a day.
std::optional<double> read_retry_after_seconds(const HeaderList& headers, WallTime now);

}  // namespace llm
