// /api/v1/providers: status pages, accounts and budgets as JSON. An unknown value is null, never 0.
#pragma once

#include <string>

#include "base/time.h"
#include "state/provider_state.h"
#include "state/roster.h"

namespace llm {

// {"status":"success","data":{"providers":[…],"budgets":[…]}}
std::string providers_json(const ProvidersState& state, const Roster& roster, WallTime now);

}  // namespace llm
