// Reads what probing may cost and what a token costs: `budget:`, `prices:` and `price:`.
#pragma once

#include <filesystem>
#include <string>

#include "config/section.h"
#include "config/target.h"

namespace llm {

inline constexpr std::string_view kBudgetStateFile = "llm_exporter_budget.json";

// {usd_per_day, tokens_per_day}; `section` may have other keys.
DailyBudget read_daily_budget(Section& section);

// A provider's.
DailyBudget read_budget(const Field& field);

// The path of the price file; it is read by money/.
std::string read_prices(const Field& field, const std::filesystem::path& folder);

PriceOverride read_price(const Field& field);

}  // namespace llm
