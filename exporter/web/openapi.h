// The OpenAPI description of /api/v1: openapi.json, put into the binary by the build.
#pragma once

#include <string_view>

namespace llm {

std::string_view openapi();

}  // namespace llm
