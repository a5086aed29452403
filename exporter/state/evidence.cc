#include "state/evidence.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace llm {
namespace {

constexpr double kHeadroomEnough = 0.3;

double mean(const WindowView& view) {
  if (view.size == 0) return kUnknown;
  const auto end = view.sorted.begin() + static_cast<std::ptrdiff_t>(view.size);
  return std::accumulate(view.sorted.begin(), end, 0.0) / static_cast<double>(view.size);
}

double tightest(const TargetState& state, const Target& target, double now) {
  double least = kUnknown;
  for (const auto& limit : state.limits) {
    if (stale(limit, target, now) || expired(limit, now) || !(limit.limit > 0)) continue;
    least = std::fmin(least, std::min(1.0, limit.remaining / limit.limit));  // NaN is passed over
  }
  return least;
}

double factor(double value) { return std::isnan(value) ? 1 : std::min(1.0, value); }

}  // namespace

Evidence gather(const TargetState& state, const Target& target, double now) {
  const double interval = to_seconds(target.interval);
  const auto successes = view(state.success_window, now, interval);
  const auto& price = state.price.usd_per_token;
  return {.samples = successes.size,
          .success_ratio = mean(successes),
          .ttft_p95_seconds = view(state.ttft_window, now, interval).quantile(.95),
          .headroom_ratio = tightest(state, target, now),
          .input_usd_per_token = price[static_cast<std::size_t>(TokenType::input)],
          .output_usd_per_token = price[static_cast<std::size_t>(TokenType::output)],
          .breaker = state.breaker.state,
          .checked_at_unix_seconds = state.last.at_unix_seconds};
}

double score(const Evidence& evidence, double ttft_bound_seconds) {
  return evidence.success_ratio * factor(ttft_bound_seconds / evidence.ttft_p95_seconds) *
         factor(evidence.headroom_ratio / kHeadroomEnough);
}

}  // namespace llm
