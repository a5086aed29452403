// Reads `breaker:` of `global` and of a probe: settings, or true or false.
#pragma once

#include <optional>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// `inherited` is what counts where `field` is silent; where it is switched off, the defaults.
std::optional<BreakerSettings> read_breaker(const Field& field,
                                            const std::optional<BreakerSettings>& inherited);

}  // namespace llm
