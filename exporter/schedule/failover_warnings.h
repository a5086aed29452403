// What of the failover groups this exporter cannot evaluate, said before it is missed.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "schedule/schedule.h"

namespace llm {

// One sentence for each group of which `shard` probes some targets but not all: nobody evaluates
// it.
std::vector<std::string> failover_warnings(const Config& config, Shard shard);

}  // namespace llm
