// Metrics of providers: their own word against what we see, our accounts there, the budget.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "base/time.h"
#include "state/provider_state.h"
#include "state/roster.h"

namespace llm {

std::vector<prometheus::MetricFamily> provider_families(const ProvidersState& state,
                                                        const Roster& roster, WallTime now);

// What our generating targets say of a provider, to be held against its status page.
OwnView own_view(const Roster& roster, const Provider& provider, WallTime now);

}  // namespace llm
