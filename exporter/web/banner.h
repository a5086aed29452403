// What must be read first: whether it is us, and what is down.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace llm {

// `names`: what is down, gravest first; empty: nothing to say.
std::string down_banner(const std::vector<std::string_view>& names);

}  // namespace llm
