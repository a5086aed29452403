// OpenAI's organization costs and usage (providers.md §6). Needs an admin key.
#include <fmt/format.h>

#include "accounts/buckets.h"
#include "base/text.h"

namespace llm {

namespace {

std::int64_t unix_seconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::optional<WallTime> start_of(json::Value bucket) {
  constexpr std::uint64_t kYear2200 = 7'258'118'400;  // beyond it nanoseconds would overflow
  const auto seconds = token_count(bucket, "start_time");
  if (!seconds || *seconds > kYear2200) return std::nullopt;
  return WallTime(std::chrono::seconds(*seconds));
}

std::optional<double> usd_in(json::Value result) {
  const auto money = json::member(result, "amount");
  if (!money || !iequals(json::text(*money, "currency"), "usd")) return std::nullopt;
  return amount(*money, "value");
}

// input_tokens includes the cached ones.
ModelTokens tokens_in(json::Value result) {
  return {token_count(result, "input_tokens"), token_count(result, "output_tokens"),
          token_count(result, "input_cached_tokens"),
          token_count(result, "input_cache_write_tokens")};
}

}  // namespace

AccountParts openai_parts(const Period& period) {
  AccountParts parts;
  // At most 180 buckets: a month is one page.
  parts.push_back(
      cost_part(period, {fmt::format("/organization/costs?start_time={}&bucket_width=1d&limit=180",
                                     unix_seconds(period.cost_start())),
                         start_of, usd_in}));
  // %5B%5D: group_by[].
  parts.push_back(usage_part(
      period, {fmt::format("/organization/usage/completions?start_time={}&bucket_width=1d&limit=31"
                           "&group_by%5B%5D=model",
                           unix_seconds(period.day)),
               start_of, tokens_in}));
  return parts;
}

}  // namespace llm
