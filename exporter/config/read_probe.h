// Reads one entry of `probes:` into the targets it stands for, one a model.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "config/read_timeouts.h"
#include "config/section.h"
#include "config/target.h"

namespace llm {

inline constexpr Millis kMinInterval{1'000};
inline constexpr Millis kMaxInterval{7 * 86'400'000};  // a week

// From `global:`.
struct ProbeDefaults {
  std::optional<Millis> interval;
  TimeoutSettings timeout;
  bool confirm = true;
  std::optional<BreakerSettings> breaker = BreakerSettings{};
};

struct PlacedTarget {
  Target target;
  Position at;  // of the model's name, or of the probe
};

std::vector<PlacedTarget> read_probe(const Field& field,
                                     const std::shared_ptr<const Provider>& provider,
                                     const ProbeDefaults& defaults);

}  // namespace llm
