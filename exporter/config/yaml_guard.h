// Refuses text that is not fit for a YAML parser, before one sees it.
#pragma once

#include <string_view>

#include "config/diagnostics.h"

namespace llm {

// False after an error: too large, empty, not UTF-8, a NUL or other control character, or brackets
// so deep that yaml-cpp's scanner would queue them all before it reports the first.
bool fit_for_yaml(std::string_view text, Diagnostics& diagnostics);

}  // namespace llm
