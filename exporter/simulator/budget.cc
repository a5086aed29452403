#include "simulator/budget.h"

#include <algorithm>

namespace llm::sim {
namespace {

std::optional<Bucket> make_bucket(const std::optional<BucketSize>& size, MonoTime now) {
  return size ? std::optional<Bucket>(std::in_place, *size, now) : std::nullopt;
}

}  // namespace

Budget::Budget(const RateLimitScript& script, MonoTime now)
    : requests(make_bucket(script.requests, now)),
      tokens(make_bucket(script.tokens, now)),
      input_tokens(make_bucket(script.input_tokens, now)),
      output_tokens(make_bucket(script.output_tokens, now)) {}

std::optional<Budget::Shortage> Budget::take(const Cost& cost, MonoTime now) {
  struct Row {
    std::string_view what;
    std::optional<Bucket>* bucket;
    double amount;
  };
  const Row rows[] = {{"requests", &requests, 1},
                      {"tokens", &tokens, cost.input_tokens + cost.output_tokens},
                      {"input_tokens", &input_tokens, cost.input_tokens},
                      {"output_tokens", &output_tokens, cost.output_tokens}};
  // A request larger than a whole bucket passes when the bucket is full, or it never would.
  const auto amount = [](const Row& row) { return std::min(row.amount, (*row.bucket)->limit()); };
  for (const auto& row : rows) {
    if (!*row.bucket) continue;
    const auto wait = (*row.bucket)->wait(amount(row), now);
    if (wait > Nanos(0)) return Shortage{row.what, wait};
  }
  for (const auto& row : rows) {
    if (*row.bucket) (*row.bucket)->take(row.amount, now);
  }
  return std::nullopt;
}

}  // namespace llm::sim
