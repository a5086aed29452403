// What the probe thread knows of itself, published like a target's state.
#pragma once

#include <array>
#include <cstdint>

#include "base/slot.h"
#include "state/target_state.h"

namespace llm {

inline constexpr std::array<double, 12> kLagBounds{.0001, .00025, .0005, .001, .0025, .005,
                                                   .01,   .025,   .05,   .1,   .25,   1};

struct ExporterState {
  std::uint64_t targets = 0;    // scheduled by this process
  std::uint64_t in_flight = 0;  // probes running now
  std::uint64_t skipped_overrun = 0, skipped_queue_full = 0;
  std::uint64_t skipped_waiting = 0, skipped_budget = 0;
  std::uint64_t kernel_arrivals = 0, fallback_arrivals = 0;  // how reads were timed
  Histogram<kLagBounds.size()> loop_lag;   // how late the last timer was, sampled once a second
  Histogram<kLagBounds.size()> start_lag;  // start of a probe minus its slot
};

}  // namespace llm
