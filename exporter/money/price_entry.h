// One entry of LiteLLM's price file (providers.md §7).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dialects/json.h"
#include "money/prices.h"

namespace llm {

struct PriceEntry {
  std::shared_ptr<const ModelPrice> price;  // null: not a model that is asked for text
  std::vector<std::string> aliases;
};

// Error: what is wrong with it, without its name. A price that is nonsense spoils the entry,
// because the others would make a wrong sum of it; a limit or a date that is nonsense is just
// unknown.
Result<PriceEntry> read_price_entry(std::string_view key, json::Value entry);

}  // namespace llm
