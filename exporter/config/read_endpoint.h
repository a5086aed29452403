// Reads where a provider's API is: region, project, api_version, base_url and catalog_url.
#pragma once

#include "config/section.h"
#include "config/target.h"

namespace llm {

// Needs type and dialect; what is not written is filled in by provider_defaults.h.
void read_endpoint(Section& section, Provider& provider);

// An http or https URL without user, password, query and fragment; empty after an error. Errors do
// not repeat it: URLs are where people put passwords.
std::string read_http_url(const Field& field);

}  // namespace llm
