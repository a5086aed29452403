// Reads how a provider is reached: base_url, proxy_url, tls, http_version.
#pragma once

#include <filesystem>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// Needs provider.type for the default address.
void read_transport(Section& section, const std::filesystem::path& folder, Provider& provider);

}  // namespace llm
