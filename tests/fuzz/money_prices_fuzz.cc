// Any bytes as a price file: what is accepted has prices that are prices, and any usage costs a
// finite sum or nothing that is known.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "money/prices.h"

namespace {

void check(const llm::TokenPrices& prices) {
  for (const auto& price :
       {prices.input, prices.output, prices.cached_input, prices.cache_write, prices.reasoning}) {
    if (price && !(*price >= 0 && *price < 1)) std::abort();
  }
}

void check(const llm::ModelPrice& price) {
  check(price.base);
  std::uint64_t above = 0;
  for (const auto& tier : price.tiers) {
    if (tier.above_input_tokens <= above) std::abort();
    above = tier.above_input_tokens;
    check(tier.prices);
  }
  llm::Usage usage;
  usage.input = above + 1;
  usage.output = 5;
  usage.cached = 1;
  usage.reasoning = 2;
  const auto cost = llm::cost_usd(price, usage);
  if (cost && !(std::isfinite(*cost) && *cost >= 0)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto table = llm::PriceTable::parse(text);
  if (!table) {
    if (table.error().empty()) std::abort();
    return 0;
  }
  if (((*table)->rejected() == 0) != (*table)->complaint().empty()) std::abort();
  // Names from the input, so that they are found.
  for (const auto& type : llm::provider_types()) {
    for (std::size_t at = text.find('"'); at < text.size(); at = text.find('"', at + 1)) {
      const auto name = text.substr(at + 1, text.find('"', at + 1) - at - 1);
      if (const auto* price = (*table)->find(type, name, name)) check(*price);
    }
  }
  return 0;
}
