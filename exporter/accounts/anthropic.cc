// Anthropic's cost and usage reports (providers.md §6). Needs an admin key.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "accounts/buckets.h"
#include "base/text.h"
#include "dialects/numbers.h"

namespace llm {

namespace {

std::string rfc3339(WallTime time) {
  // The colons are fine in a query.
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     std::chrono::time_point_cast<std::chrono::seconds>(time));
}

std::optional<WallTime> start_of(json::Value bucket) {
  return parse_rfc3339(json::text(bucket, "starting_at"));
}

// Cents, as a decimal string.
std::optional<double> usd_in(json::Value result) {
  if (!iequals(json::text(result, "currency"), "USD")) return std::nullopt;
  const auto cents = amount(result, "amount");
  return cents ? std::optional(*cents / 100) : std::nullopt;
}

std::optional<std::uint64_t> plus(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

// Here input counts come apart, to be added up.
ModelTokens tokens_in(json::Value result) {
  ModelTokens out;
  out.output = token_count(result, "output_tokens");
  out.cached_input = token_count(result, "cache_read_input_tokens");
  out.cache_write.reset();
  if (const auto writes = json::member(result, "cache_creation")) {
    out.cache_write = plus(token_count(*writes, "ephemeral_1h_input_tokens"),
                           token_count(*writes, "ephemeral_5m_input_tokens"));
  }
  out.input =
      plus(plus(token_count(result, "uncached_input_tokens"), out.cached_input), out.cache_write);
  return out;
}

}  // namespace

AccountParts anthropic_parts(const Period& period) {
  AccountParts parts;
  parts.push_back(cost_part(
      period, {fmt::format("/organizations/cost_report?starting_at={}&bucket_width=1d&limit=31",
                           rfc3339(period.cost_start())),
               start_of, usd_in}));
  // %5B%5D: group_by[].
  parts.push_back(usage_part(
      period, {fmt::format("/organizations/usage_report/messages?starting_at={}&bucket_width=1d"
                           "&limit=31&group_by%5B%5D=model",
                           rfc3339(period.day)),
               start_of, tokens_in}));
  return parts;
}

}  // namespace llm
