#include "schedule/confirmation.h"

#include "schedule/schedule.h"

namespace llm {

namespace {

constexpr std::chrono::seconds kSoonest{5}, kLatest{10};

}  // namespace

std::optional<Nanos> confirmation_delay(const ProbeResult& result, const TargetState& state) {
  const bool first = fault(result.outcome) == Fault::provider && state.consecutive_failures == 1 &&
                     state.successes > 0;
  const bool healthy = state.breaker.state == BreakerState::closed;
  if (!result.target->confirm || !first || !healthy) return std::nullopt;
  return kSoonest + phase(result.target->name, kLatest - kSoonest);
}

}  // namespace llm
