// What a provider says of our account there: costs, usage, balance (providers.md §6 of the
// project's notes).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/scenario_side.h"
#include "simulator/side_answer.h"

namespace llm::sim {

// Nothing: the script's API has no such path. `api_keys` are the provider's ordinary keys.
std::optional<SideAnswer> account_answer(const AccountScript& script,
                                         const std::vector<std::string>& api_keys,
                                         const SimRequest& request, std::string_view path,
                                         WallTime now);

}  // namespace llm::sim
