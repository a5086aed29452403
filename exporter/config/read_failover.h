// Reads `failover:`, the groups of targets that can stand in for each other.
#pragma once

#include <memory>
#include <vector>

#include "config/config.h"
#include "config/section.h"

namespace llm {

std::vector<FailoverGroup> read_failover(const Field& field,
                                         const std::vector<std::shared_ptr<const Target>>& targets);

}  // namespace llm
