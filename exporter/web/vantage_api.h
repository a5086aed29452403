// /api/v1/vantage: whether it is us, and what the canaries say, as JSON. An unknown value is null.
#pragma once

#include <string>
#include <string_view>

#include "state/vantage.h"

namespace llm {

// {"status":"success","data":{"vantage":…,"down":…,"since":…,"why":…,"canaries":[…]}}; `name` is
// where this exporter runs, may be empty.
std::string vantage_json(const VantageState& state, std::string_view name);

}  // namespace llm
