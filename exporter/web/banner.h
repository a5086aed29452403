// What must be read first: whether it is us, and what is down.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "state/vantage.h"

namespace llm {

// Our own side of the network; empty while it works.
std::string vantage_banner(const VantageState& vantage, double now);

// `names`: what is down, gravest first; empty: nothing to say.
std::string down_banner(const std::vector<std::string_view>& names);

}  // namespace llm
