#include "schedule/failover_warnings.h"

#include <fmt/format.h>

#include <algorithm>

namespace llm {

std::vector<std::string> failover_warnings(const Config& config, Shard shard) {
  std::vector<std::string> warnings;
  for (const auto& group : config.failover) {
    const auto mine = static_cast<std::size_t>(std::ranges::count_if(
        group.targets, [&](const std::string& name) { return shard.owns(name); }));
    if (mine == 0 || mine == group.targets.size()) continue;
    warnings.push_back(
        fmt::format("failover: group {} is not evaluated, because shard {}/{} probes only {} of "
                    "its {} targets; "
                    "let one exporter without --shard probe them",
                    group.name, shard.index, shard.count, mine, group.targets.size()));
  }
  return warnings;
}

}  // namespace llm
