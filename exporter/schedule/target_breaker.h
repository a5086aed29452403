// The breaker of one target between the schedule and its state: what runs in a slot, and what its
// result means.
#pragma once

#include <memory>
#include <optional>

#include "config/target.h"
#include "money/budget.h"
#include "probe/result.h"
#include "state/breaker.h"
#include "state/target_state.h"

namespace llm {

// nullopt: the target has no breaker.
std::optional<BreakerRules> breaker_rules(const Target& target);

// What runs in a slot.
struct Choice {
  std::shared_ptr<const Target> what;  // the target itself, or what is cheaper; null: nothing
  Check check = Check::full;
  Budget::Grant grant{};
  bool for_budget() const { return grant.level != BudgetLevel::full; }
};
// The breaker proposes, the budget disposes.
Choice choose(const std::shared_ptr<const Target>& target, const Breaker& breaker, Budget& budget,
              const std::optional<ModelPrice>& price, MonoTime now, WallTime wall);

// Says in `result`, before it is recorded, how it came about.
void mark(ProbeResult& result, const Choice& choice, const Breaker& breaker);
// Takes in `result`, which has been recorded into `state`; one log line a change.
void take(Breaker& breaker, const Choice& choice, const ProbeResult& result,
          const TargetState& state, MonoTime now);
// `next_slot`: the slot of the next full probe.
BreakerView view(const Breaker& breaker, MonoTime next_slot, MonoTime now, WallTime wall);

}  // namespace llm
