// The four deadlines as the file gives them: each may be absent and is then inherited.
#pragma once

#include <optional>

#include "config/section.h"
#include "config/target.h"

namespace llm {

struct TimeoutSettings {
  std::optional<Millis> connect, first_token, idle, total;
};

// `inherited` is what counts where `field` is silent; below it are the defaults of Timeouts.
TimeoutSettings read_timeouts(const Field& field, const TimeoutSettings& inherited);

// A deadline that was not written at this level never exceeds the total: who shortens the total
// means the probe.
Timeouts effective(const TimeoutSettings& own, const TimeoutSettings& inherited);

}  // namespace llm
