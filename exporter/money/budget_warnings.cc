#include "money/budget_warnings.h"

#include <fmt/format.h>

#include "money/budget.h"

namespace llm {
namespace {

constexpr std::size_t kMaxNamed = 5;

// Why one probe can never fit the bound, or empty.
std::string misfit(const Spending& worst, const DailyBudget& bound, std::uint32_t shards) {
  if (bound.tokens && worst.tokens > *bound.tokens / shards) {
    return fmt::format("may use {} tokens, and tokens_per_day leaves {}", worst.tokens,
                       *bound.tokens / shards);
  }
  if (bound.usd && !worst.usd_unknown && worst.usd > *bound.usd / shards) {
    return fmt::format("may cost {:.3g} USD, and usd_per_day leaves {:.3g}", worst.usd,
                       *bound.usd / shards);
  }
  return {};
}

}  // namespace

std::vector<std::string> budget_warnings(const Config& config, const PriceTable* prices,
                                         std::uint32_t shards) {
  std::vector<std::string> warnings;
  std::string unpriced;
  std::size_t count = 0;
  for (const auto& target : config.targets) {
    if (!generates(target->kind)) continue;
    const auto worst = worst_case(*target, price_of(*target, "", prices));
    auto why = misfit(worst, target->provider->budget, shards);
    if (why.empty()) why = misfit(worst, config.budget, shards);
    if (!why.empty()) {
      warnings.push_back(fmt::format(
          "budget: one probe of {} {}: it will only ever get the free check; raise the budget",
          target->name, why));
    }
    const bool in_dollars = config.budget.usd || target->provider->budget.usd;
    if (!in_dollars || !worst.usd_unknown) continue;
    if (count++ < kMaxNamed) unpriced += (unpriced.empty() ? "" : ", ") + target->name;
  }
  if (count > 0) {
    if (count > kMaxNamed) unpriced += ", …";
    warnings.push_back(fmt::format(
        "budget: {} target(s) have no price, so usd_per_day does not bound them ({}); give prices: "
        "{{file: …}}, price: on the probe, or tokens_per_day",
        count, unpriced));
  }
  return warnings;
}

}  // namespace llm
