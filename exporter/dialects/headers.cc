#include "dialects/headers.h"

#include <algorithm>
#include <span>

#include "base/text.h"
#include "dialects/numbers.h"

namespace llm {

namespace {

struct LimitHeaders {
  Resource resource;
  std::string_view limit, remaining, reset;
};

constexpr LimitHeaders kOpenai[] = {
    {Resource::requests, "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
     "x-ratelimit-reset-requests"},
    {Resource::tokens, "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
     "x-ratelimit-reset-tokens"},
};

constexpr LimitHeaders kAnthropic[] = {
    {Resource::requests, "anthropic-ratelimit-requests-limit",
     "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
    {Resource::tokens, "anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
     "anthropic-ratelimit-tokens-reset"},
    {Resource::input_tokens, "anthropic-ratelimit-input-tokens-limit",
     "anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
    {Resource::output_tokens, "anthropic-ratelimit-output-tokens-limit",
     "anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
};

std::span<const LimitHeaders> names(RateLimitFamily family) {
  switch (family) {
    case RateLimitFamily::openai:
      return kOpenai;
    case RateLimitFamily::anthropic:
      return kAnthropic;
    case RateLimitFamily::none:
      break;
  }
  return {};
}

constexpr double kMaxRetryAfter = 86'400;
// Longest window that providers have is a month; a reset beyond a year is nonsense.
constexpr double kMaxReset = 366 * 86'400.0;

double seconds_until(WallTime when, WallTime now) {
  // Both clocks are a little wrong: an instant just passed means now.
  return std::max(0.0, to_unix_seconds(when) - to_unix_seconds(now));
}

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<double> reset_seconds(std::string_view value, WallTime now) {
  if (value.find('T') != std::string_view::npos) {
    const auto when = parse_rfc3339(value);
    if (!when) return std::nullopt;
    return seconds_until(*when, now);
  }
  if (const auto plain = parse_decimal(value)) {
    const bool millis = value.size() == 13 && all_digits(value);
    const bool epoch = millis || (value.size() == 10 && all_digits(value) && *plain > 1e9);
    if (!epoch) return plain;
    return std::max(0.0, *plain / (millis ? 1e3 : 1) - to_unix_seconds(now));
  }
  return parse_go_duration(value);
}

}  // namespace

std::string_view to_string(Resource resource) {
  constexpr std::string_view kNames[kResources] = {"requests",      "tokens",       "input_tokens",
                                                   "output_tokens", "requests_day", "tokens_day"};
  return kNames[static_cast<std::size_t>(resource)];
}

std::optional<std::string_view> find_header(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (iequals(key, name)) return trim(value);
  }
  return std::nullopt;
}

std::optional<double> parse_reset_seconds(std::string_view value, WallTime now) {
  const auto seconds = reset_seconds(trim(value), now);
  if (!seconds || *seconds > kMaxReset) return std::nullopt;
  return seconds;
}

RateLimits read_rate_limits(const HeaderList& headers, RateLimitFamily family, WallTime now) {
  RateLimits limits{};
  for (const auto& name : names(family)) {
    auto& limit = limits[static_cast<std::size_t>(name.resource)];
    if (const auto v = find_header(headers, name.limit)) limit.limit = parse_decimal(*v);
    if (const auto v = find_header(headers, name.remaining)) limit.remaining = parse_decimal(*v);
    if (const auto v = find_header(headers, name.reset))
      limit.reset_seconds = parse_reset_seconds(*v, now);
    // A limit of 0 is how Azure says that it does not tell (providers.md §1.7).
    if (limit.limit == 0.0) limit = {};
  }
  return limits;
}

std::optional<double> read_retry_after_seconds(const HeaderList& headers, WallTime now) {
  const auto capped = [](double seconds) { return std::min(seconds, kMaxRetryAfter); };
  for (const auto name : {"retry-after-ms", "x-ms-retry-after-ms"}) {
    const auto value = find_header(headers, name);
    const auto millis = value ? parse_decimal(*value) : std::nullopt;
    if (millis) return capped(*millis / 1e3);
  }
  const auto value = find_header(headers, "retry-after");
  if (!value) return std::nullopt;
  if (const auto seconds = parse_decimal(*value)) return capped(*seconds);
  const auto when = parse_http_date(*value);
  return when ? std::optional(capped(seconds_until(*when, now))) : std::nullopt;
}

}  // namespace llm
