// Reads `account:`, where the provider tells what we spend.
#pragma once

#include <filesystem>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// Needs type, base_url and api_key.
void read_account_key(Section& section, const std::filesystem::path& folder, Provider& provider);

}  // namespace llm
