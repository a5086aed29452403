// What a budget cannot do, said before it is found out: a bound below the worst case of one probe,
// and dollars where no price is known.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "money/prices.h"

namespace llm {

// One sentence each, at most one a target and one on prices; `shards` exporters share the bounds.
std::vector<std::string> budget_warnings(const Config& config, const PriceTable* prices,
                                         std::uint32_t shards = 1);

}  // namespace llm
