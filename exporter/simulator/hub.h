// The Hugging Face Hub's model info (providers.md §2.17 of the project's notes): whether anyone
// serves a model now.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/scenario_side.h"
#include "simulator/side_answer.h"

namespace llm::sim {

inline constexpr std::string_view kHubPrefix = "/api/models/";

// The scripted model that `path`, below /NAME, asks for; null: none.
const HubModelScript* find_hub_model(const std::vector<HubModelScript>& hub, std::string_view path);

// `model` null: unknown. The Hub is open to all, but a token that is sent must be one of
// `api_keys`, unless there are none.
SideAnswer hub_answer(const HubModelScript* model, const std::vector<std::string>& api_keys,
                      const SimRequest& request);

}  // namespace llm::sim
