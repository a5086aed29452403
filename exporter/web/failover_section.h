// Where to go now, on the page: of each failover group the target to use, why, and what speaks
// against the others.
#pragma once

#include <string>

#include "state/failover.h"

namespace llm {

// Empty if there is no group.
std::string failover_section(const FailoverState& state, double now);

}  // namespace llm
