// Patterns of component names.
#pragma once

#include <string_view>

namespace llm {

// Whether `pattern`, in which * stands for any text, fits the whole of `text`; ASCII case is
// ignored. An empty text fits nothing.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace llm
