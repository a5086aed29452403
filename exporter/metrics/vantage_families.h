// The series about our own side of the network.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "state/vantage.h"

namespace llm {

std::vector<prometheus::MetricFamily> vantage_families(const VantageState& state);

}  // namespace llm
