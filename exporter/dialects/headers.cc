#include "dialects/headers.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "dialects/numbers.h"
#include "dialects/structured_limits.h"

namespace llm {

namespace {

// Where one limit is told. Rows of the same resource and window complete each other.
struct LimitHeaders {
  Resource resource;
  LimitWindow window;
  std::string_view limit, remaining, reset;  // empty: no such header
};

using enum Resource;

constexpr LimitHeaders kOpenai[] = {
    {requests, LimitWindow::unknown, "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
     "x-ratelimit-reset-requests"},
    {tokens, LimitWindow::unknown, "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
     "x-ratelimit-reset-tokens"},
};
constexpr LimitHeaders kAzure[] = {
    kOpenai[0],
    kOpenai[1],
    {requests, LimitWindow::unknown, "", "", "x-rate-limit-reset-requests"},
    {tokens, LimitWindow::unknown, "", "", "x-rate-limit-reset-tokens"},
};
constexpr LimitHeaders in_window(LimitHeaders row, LimitWindow window) {
  row.window = window;
  return row;
}
constexpr LimitHeaders kXai[] = {
    in_window(kOpenai[0], LimitWindow::minute),
    in_window(kOpenai[1], LimitWindow::minute),
};
constexpr LimitHeaders kGroq[] = {
    in_window(kOpenai[0], LimitWindow::day),
    in_window(kOpenai[1], LimitWindow::minute),
};
// GitHub's names, which many proxies took.
constexpr LimitHeaders kPlain[] = {
    {requests, LimitWindow::unknown, "x-ratelimit-limit", "x-ratelimit-remaining",
     "x-ratelimit-reset"},
};
// The variants -priority- and -unified- count other things: a committed tier, a subscription.
constexpr LimitHeaders kAnthropic[] = {
    {requests, LimitWindow::unknown, "anthropic-ratelimit-requests-limit",
     "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
    {tokens, LimitWindow::unknown, "anthropic-ratelimit-tokens-limit",
     "anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"},
    {input_tokens, LimitWindow::unknown, "anthropic-ratelimit-input-tokens-limit",
     "anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
    {output_tokens, LimitWindow::unknown, "anthropic-ratelimit-output-tokens-limit",
     "anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
};
constexpr LimitHeaders kMistral[] = {
    {requests, LimitWindow::minute, "x-ratelimit-limit-req-minute",
     "x-ratelimit-remaining-req-minute", ""},
    {tokens, LimitWindow::minute, "x-ratelimit-limit-tokens-minute",
     "x-ratelimit-remaining-tokens-minute", ""},
    {tokens, LimitWindow::month, "x-ratelimit-limit-tokens-month",
     "x-ratelimit-remaining-tokens-month", ""},
};
// Its older names; "by size" means tokens.
constexpr LimitHeaders kMistralBySize[] = {
    {tokens, LimitWindow::minute, "x-ratelimitbysize-limit-minute",
     "x-ratelimitbysize-remaining-minute", ""},
    {tokens, LimitWindow::month, "x-ratelimitbysize-limit-month",
     "x-ratelimitbysize-remaining-month", ""},
};
constexpr LimitHeaders kMistralOldest[] = {
    {tokens, LimitWindow::unknown, "ratelimitbysize-limit", "ratelimitbysize-remaining",
     "ratelimitbysize-reset"},
};
// The twins with -dynamic tell how far bursts may go beyond.
constexpr LimitHeaders kTogether[] = {
    {requests, LimitWindow::second, "x-ratelimit-limit", "x-ratelimit-remaining",
     "x-ratelimit-reset"},
    {tokens, LimitWindow::second, "x-tokenlimit-limit", "x-tokenlimit-remaining",
     "x-tokenlimit-reset"},
};
constexpr LimitHeaders kFireworks[] = {
    {requests, LimitWindow::minute, "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
     ""},
    {input_tokens, LimitWindow::minute, "x-ratelimit-limit-tokens-prompt",
     "x-ratelimit-remaining-tokens-prompt", ""},
    {output_tokens, LimitWindow::minute, "x-ratelimit-limit-tokens-generated",
     "x-ratelimit-remaining-tokens-generated", ""},
};
constexpr LimitHeaders kCerebras[] = {
    {requests, LimitWindow::minute, "x-ratelimit-limit-requests-minute",
     "x-ratelimit-remaining-requests-minute", "x-ratelimit-reset-requests-minute"},
    {requests, LimitWindow::hour, "x-ratelimit-limit-requests-hour",
     "x-ratelimit-remaining-requests-hour", "x-ratelimit-reset-requests-hour"},
    {requests, LimitWindow::day, "x-ratelimit-limit-requests-day",
     "x-ratelimit-remaining-requests-day", "x-ratelimit-reset-requests-day"},
    {tokens, LimitWindow::minute, "x-ratelimit-limit-tokens-minute",
     "x-ratelimit-remaining-tokens-minute", "x-ratelimit-reset-tokens-minute"},
    {tokens, LimitWindow::hour, "x-ratelimit-limit-tokens-hour",
     "x-ratelimit-remaining-tokens-hour", "x-ratelimit-reset-tokens-hour"},
    {tokens, LimitWindow::day, "x-ratelimit-limit-tokens-day", "x-ratelimit-remaining-tokens-day",
     "x-ratelimit-reset-tokens-day"},
};
// Trial keys alone have these.
constexpr LimitHeaders kCohere[] = {
    {requests, LimitWindow::minute, "x-trial-endpoint-call-limit",
     "x-trial-endpoint-call-remaining", ""},
    {requests, LimitWindow::month, "x-endpoint-monthly-call-limit", "", ""},
};

using Table = std::span<const LimitHeaders>;

// The tables of a family, best first: the first that says anything is the one in use.
std::array<Table, 3> tables(RateLimitFamily family) {
  switch (family) {
    case RateLimitFamily::none:
    case RateLimitFamily::huggingface:  // has a grammar of its own
      return {};
    case RateLimitFamily::openai:
      return {kOpenai};
    case RateLimitFamily::azure:
      return {kAzure};
    case RateLimitFamily::xai:
      return {kXai};
    case RateLimitFamily::groq:
      return {kGroq};
    case RateLimitFamily::compatible:
      return {kOpenai, kAnthropic, kPlain};
    case RateLimitFamily::anthropic:
      return {kAnthropic};
    case RateLimitFamily::mistral:
      return {kMistral, kMistralBySize, kMistralOldest};
    case RateLimitFamily::together:
      return {kTogether};
    case RateLimitFamily::fireworks:
      return {kFireworks};
    case RateLimitFamily::cerebras:
      return {kCerebras};
    case RateLimitFamily::openrouter:
      return {kPlain};
    case RateLimitFamily::cohere:
      return {kCohere};
    case RateLimitFamily::litellm:
      return {kOpenai, kAnthropic};
  }
  return {};
}

// A value of LiteLLM's own, else what it passes on of the provider behind it.
std::optional<std::string_view> find_value(const HeaderList& headers, std::string_view name,
                                           RateLimitFamily family) {
  if (name.empty()) return std::nullopt;
  const auto own = find_header(headers, name);
  if (own || family != RateLimitFamily::litellm) return own;
  return find_header(headers, "llm_provider-" + std::string(name));
}

std::optional<double> parse_limit(std::optional<std::string_view> text) {
  const auto value = text ? parse_decimal(*text) : std::nullopt;
  return value && *value <= kMaxLimit ? value : std::nullopt;
}

template <class T>
void complete(std::optional<T>& known, const std::optional<T>& more) {
  if (!known) known = more;
}

void add(RateLimits& limits, const RateLimit& more) {
  const auto same = std::ranges::find_if(limits, [&](const RateLimit& known) {
    return known.resource == more.resource && known.window == more.window;
  });
  if (same == limits.end()) {
    limits.push_back(more);
    return;
  }
  complete(same->limit, more.limit);
  complete(same->remaining, more.remaining);
  complete(same->reset_seconds, more.reset_seconds);
}

RateLimits read_table(const HeaderList& headers, Table table, RateLimitFamily family,
                      WallTime now) {
  RateLimits limits;
  for (const auto& row : table) {
    RateLimit limit{.resource = row.resource, .window = row.window};
    limit.limit = parse_limit(find_value(headers, row.limit, family));
    limit.remaining = parse_limit(find_value(headers, row.remaining, family));
    if (const auto reset = find_value(headers, row.reset, family))
      limit.reset_seconds = parse_reset_seconds(*reset, now);
    if (limit.known()) add(limits, limit);
  }
  // A limit of 0 is how Azure says that it does not tell; an answer under it could not exist.
  std::erase_if(limits, [](const RateLimit& limit) { return limit.limit == 0.0; });
  return limits;
}

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

// Server-Timing: `a;dur=1, b;desc="x";dur=2` (W3C). The time of one metric.
std::optional<double> server_timing(std::string_view value, std::string_view metric) {
  while (!value.empty()) {
    auto item = value.substr(0, value.find(','));
    value.remove_prefix(std::min(item.size() + 1, value.size()));
    const auto name = item.substr(0, item.find(';'));
    item.remove_prefix(std::min(name.size() + 1, item.size()));
    if (!iequals(trim(name), metric)) continue;
    while (!item.empty()) {
      const auto param = item.substr(0, item.find(';'));
      item.remove_prefix(std::min(param.size() + 1, item.size()));
      const auto equals = param.find('=');
      if (equals != std::string_view::npos && iequals(trim(param.substr(0, equals)), "dur"))
        return parse_decimal(trim(param.substr(equals + 1)));
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Resource resource) {
  constexpr std::string_view kNames[kResources] = {"requests", "tokens", "input_tokens",
                                                   "output_tokens"};
  return kNames[static_cast<std::size_t>(resource)];
}

std::string_view to_string(LimitWindow window) {
  constexpr std::string_view kNames[kLimitWindows] = {"",     "second", "minute", "five_minutes",
                                                      "hour", "day",    "month"};
  return kNames[static_cast<std::size_t>(window)];
}

std::optional<std::string_view> find_header(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (iequals(key, name)) return trim(value);
  }
  return std::nullopt;
}

std::optional<double> parse_reset_seconds(std::string_view value, WallTime now) {
  const auto seconds = reset_seconds(trim(value), now);
  if (!seconds || *seconds > kMaxResetSeconds) return std::nullopt;
  return seconds;
}

RateLimits read_rate_limits(const HeaderList& headers, RateLimitFamily family, WallTime now) {
  if (family == RateLimitFamily::huggingface) {
    const auto limit =
        parse_structured_limit(find_header(headers, "ratelimit").value_or(""),
                               find_header(headers, "ratelimit-policy").value_or(""));
    return limit.known() ? RateLimits{limit} : RateLimits{};
  }
  for (const auto table : tables(family)) {
    if (auto limits = read_table(headers, table, family, now); !limits.empty()) return limits;
  }
  return {};
}

std::optional<double> read_time_header_ms(const HeaderList& headers,
                                          std::span<const TimeHeader> rows, std::string_view name) {
  for (const auto& row : rows) {
    if (row.name != name) continue;
    // A field may come more than once: proxies add a Server-Timing of their own.
    for (const auto& [key, value] : headers) {
      if (!iequals(key, row.header)) continue;
      const auto number =
          row.metric.empty() ? parse_decimal(trim(value)) : server_timing(value, row.metric);
      const auto ms = number ? *number * row.unit_ms : -1;
      if (ms >= 0 && ms <= kMaxProviderMs) return ms;
    }
  }
  return std::nullopt;
}

}  // namespace llm
