// Reads `canary:`, the checks of our own side.
#pragma once

#include <filesystem>

#include "config/canary.h"
#include "config/section.h"

namespace llm {

// Relative paths start at `folder`.
Canary read_canary(const Field& field, const std::filesystem::path& folder);

}  // namespace llm
