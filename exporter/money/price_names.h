// The names under which a model may stand in the price file.
#pragma once

#include <string_view>
#include <vector>

#include "config/provider_types.h"

namespace llm {

// Without the trailing date or "latest": gpt-4o-mini-2024-07-18, claude-haiku-4-5-20251001,
// claude-haiku-4-5@20251001, gpt-3.5-turbo-0613, command-a-03-2025, mistral-small-latest. Empty if
// there is none.
std::string_view without_date(std::string_view name);

// The name, and the name without what the provider's API adds to it: "models/" at Google, an ARN
// and a region at Bedrock, the provider that was asked for at Hugging Face (":groq").
std::vector<std::string_view> spellings(const ProviderType& type, std::string_view name);

}  // namespace llm
