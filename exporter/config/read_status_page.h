// Reads `status_page:`, what the provider says of itself.
#pragma once

#include <array>
#include <string_view>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// `system:` of a page, in the order of StatusSystem without `none`.
inline constexpr std::array<std::string_view, 6> kStatusSystemNames{
    "statuspage", "better_stack", "instatus", "google", "aws", "rss"};

// Needs type, region and base_url.
void read_status_page_key(Section& section, Provider& provider);

}  // namespace llm
