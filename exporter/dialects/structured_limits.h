// Rate limits as the IETF's draft 9 has them ("RateLimit header fields for HTTP"): structured
// fields (RFC 9651) that Hugging Face's Hub sends (providers.md §1.7).
#pragma once

#include <string_view>

#include "dialects/headers.h"

namespace llm {

// RateLimit: "api";r=498;t=299
// RateLimit-Policy: "fixed window";"api";q=500;w=300
// Of several policies the first that RateLimit names. Counts requests. Nothing known: not this.
RateLimit parse_structured_limit(std::string_view limit, std::string_view policy);

}  // namespace llm
