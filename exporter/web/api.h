// /api/v1: JSON in the envelope of Prometheus' API. An unknown value is null, never 0.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "state/roster.h"

namespace llm {

// {"status":"success","data":{"vantage":…,"targets":[…]}}, targets in the roster's order;
// `with_history`: each with its recent probes and its day, some 8 kB more.
std::string targets_json(const Roster& roster, std::string_view vantage, WallTime now,
                         bool with_history = false);

}  // namespace llm
