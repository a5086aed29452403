// What this build is; set by CMake.
#pragma once

#include <string_view>

namespace llm {

std::string_view version();   // "0.1.0"
std::string_view revision();  // short git hash, or "unknown"

}  // namespace llm
