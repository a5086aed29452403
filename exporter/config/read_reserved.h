// Sections that are part of the format but not acted on by this version: `budget:`, `prices:` and
// `failover:`. They are validated as strictly as the rest, and each leaves a warning.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/section.h"

namespace llm {

void read_budget(const Field& field);
void read_prices(const Field& field);
std::vector<FailoverGroup> read_failover(const Field& field,
                                         const std::set<std::string>& target_names);

}  // namespace llm
