// Reads what a provider's requests prove themselves with: api_key, aws, service_account, headers.
#pragma once

#include <filesystem>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// Needs type, region, project and base_url.
void read_credentials(Section& section, const std::filesystem::path& folder, Provider& provider);

}  // namespace llm
