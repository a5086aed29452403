// Reads one entry of `providers:`, all but its probes.
#pragma once

#include <filesystem>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// What could not be read keeps its default, so that reading can go on to the next mistake; only a
// provider read without an error is complete. `type` is never null.
Provider read_provider(Section& section, const std::filesystem::path& folder);

}  // namespace llm
