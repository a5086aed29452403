// The second look at a first failure: one extra probe soon after, so that three failures in a row
// do not take three intervals. It hides nothing, for both are attempts of the target.
#pragma once

#include <optional>

#include "base/time.h"
#include "probe/result.h"
#include "state/target_state.h"

namespace llm {

// How long after its end `result` is to be confirmed: 5 to 10 s, for one target always the same,
// so that targets that failed together do not come back together. nullopt if it is not: only a
// failure of the provider's is, of a target whose last probe that counted had succeeded. `state`
// is what `result` was recorded into.
std::optional<Nanos> confirmation_delay(const ProbeResult& result, const TargetState& state);

}  // namespace llm
