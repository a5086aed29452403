// Reports that come as time buckets with results in each, as OpenAI's and Anthropic's do:
// {"data":[{…, "results":[…]}]}. The two differ in words alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "accounts/amounts.h"
#include "accounts/part.h"

namespace llm {

// The words of one report.
struct CostWords {
  std::string path;
  std::optional<WallTime> (*start)(json::Value bucket);
  std::optional<double> (*usd)(json::Value result);
};
struct UsageWords {
  std::string path;
  std::optional<WallTime> (*start)(json::Value bucket);
  ModelTokens (*tokens)(json::Value result);  // its model is in `model`
};

std::unique_ptr<AccountPart> cost_part(const Period& period, CostWords words);
std::unique_ptr<AccountPart> usage_part(const Period& period, UsageWords words);

}  // namespace llm
