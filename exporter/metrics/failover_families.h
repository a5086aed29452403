// Metrics of the failover groups.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "state/failover.h"

namespace llm {

std::vector<prometheus::MetricFamily> failover_families(const FailoverState& state);

}  // namespace llm
