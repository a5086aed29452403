// Reads `failover:`. It is part of the format but not acted on by this version, so it leaves a
// warning; it is validated as strictly as the rest.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/section.h"

namespace llm {

std::vector<FailoverGroup> read_failover(const Field& field,
                                         const std::set<std::string>& target_names);

}  // namespace llm
