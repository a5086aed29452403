// Where the time of a probe went: consecutive parts that add up to its duration (design §4).
#pragma once

#include <array>
#include <optional>

#include "base/time.h"
#include "engine/exchange.h"
#include "probe/result.h"

namespace llm {

struct PhaseTimes {
  std::array<double, kPhases> seconds{};
  double duration = 0;  // exactly their sum
};

// `end` is when the probe had what it wanted, or failed. `prefill_end` is the arrival of the first
// token; absent: there was no phase of waiting for one. An instant that was never reached, or that
// clocks of different sources put out of order, is moved to the nearest that keeps the order, so
// that the phase in which a probe failed gets the time up to its end.
PhaseTimes measure_phases(const TransportReport& report, std::optional<MonoTime> prefill_end,
                          MonoTime end);

}  // namespace llm
