// Durations as Prometheus writes them: "30s", "1h30m", "250ms", "1d".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/target.h"

namespace llm {

// Numbers with the units w, d, h, m, s, ms, each at most once and from large to small; also "0".
std::optional<Millis> parse_duration(std::string_view text);
std::string format_duration(Millis duration);

}  // namespace llm
