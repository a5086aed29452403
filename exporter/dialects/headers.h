// What response headers tell, whatever the dialect: rate limits and times. Values that make no
// sense are absent, never 0 (providers.md §1.7, §1.9). Retry hints are in retry_after.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
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

// What a limit is about, and over what time: the labels `resource` and `window`.
enum class Resource : std::uint8_t { requests, tokens, input_tokens, output_tokens };
inline constexpr std::size_t kResources = 4;
std::string_view to_string(Resource resource);

enum class LimitWindow : std::uint8_t { unknown, second, minute, five_minutes, hour, day, month };
inline constexpr std::size_t kLimitWindows = 7;
std::string_view to_string(LimitWindow window);  // "minute"; of unknown ""

struct RateLimit {
  Resource resource = Resource::requests;
  LimitWindow window = LimitWindow::unknown;
  std::optional<double> limit{}, remaining{};  // >= 0, at most kMaxLimit
  // From the answer until the bucket is full; >= 0, at most kMaxResetSeconds.
  std::optional<double> reset_seconds{};
  bool known() const { return limit || remaining || reset_seconds; }
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};
// At most one for each resource and window, at most kMaxRateLimits; only those of which something
// is known. Of one resource the shortest window comes first.
inline constexpr std::size_t kMaxRateLimits = 8;
using RateLimits = std::vector<RateLimit>;
// Proxies that have no limit tell the largest integer they know; nobody grants this much.
inline constexpr double kMaxLimit = 1e15;
// The longest window is a month; a reset beyond a year is nonsense.
inline constexpr double kMaxResetSeconds = 366 * 86'400.0;

RateLimits read_rate_limits(const HeaderList& headers, RateLimitFamily family, WallTime now);

// A reset value in any of the grammars of §1.7: RFC 3339, epoch ms or s, seconds, Go duration.
std::optional<double> parse_reset_seconds(std::string_view value, WallTime now);

// The first header of `rows` with that name which has a number that can be a time, in milliseconds.
std::optional<double> read_time_header_ms(const HeaderList& headers,
                                          std::span<const TimeHeader> rows, std::string_view name);

// No answer took longer than a day.
inline constexpr double kMaxProviderMs = 86'400e3;

}  // namespace llm
