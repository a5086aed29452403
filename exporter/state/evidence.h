// What speaks for and against a target as a candidate: the numbers behind a failover decision,
// shown to whoever doubts it. An unknown number is NaN.
#pragma once

#include <cstddef>

#include "config/target.h"
#include "state/target_state.h"

namespace llm {

struct Evidence {
  std::size_t samples = 0;             // checks of late that count towards availability, at most 30
  double success_ratio = kUnknown;     // of them
  double ttft_p95_seconds = kUnknown;  // of the last 30 good ones
  double headroom_ratio = kUnknown;    // what is left of the tightest rate limit, 0 to 1
  double input_usd_per_token = kUnknown, output_usd_per_token = kUnknown;  // list prices
  BreakerState breaker = BreakerState::closed;
  double checked_at_unix_seconds = kUnknown;
};

Evidence gather(const TargetState& state, const Target& target, double now_unix_seconds);

// From 0 to 1, for people to compare candidates with; it decides nothing, the order does:
//   success ratio × min(1, TTFT bound / p95 TTFT) × min(1, headroom / 0.3)
// An unknown factor is 1. 0.3 is where the alert on rate limits begins, at 70% used. Unknown
// without a sample.
double score(const Evidence& evidence, double ttft_bound_seconds);

}  // namespace llm
