// Reads how a provider is reached: base_url, proxy_url, tls, http_version.
#pragma once

#include <filesystem>
#include <string>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// `proxy_url:`; "" after an error.
std::string read_proxy_url(const Field& field);

// Needs provider.type for the default address.
void read_transport(Section& section, const std::filesystem::path& folder, Provider& provider);

}  // namespace llm
