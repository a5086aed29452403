#include <initializer_list>

#include "money/prices.h"

namespace llm {
namespace {

using Tokens = std::optional<std::uint64_t>;

// What `tokens` cost; no tokens cost nothing, whatever the price.
std::optional<double> times(std::uint64_t tokens, std::optional<double> price) {
  if (tokens == 0) return 0.0;
  if (!price) return std::nullopt;
  return static_cast<double>(tokens) * *price;
}

std::optional<double> sum(std::initializer_list<std::optional<double>> parts) {
  double total = 0;
  for (const auto& part : parts) {
    if (!part) return std::nullopt;
    total += *part;
  }
  return total;
}

// Input includes what was read from and written to the cache (providers.md §1.10).
Tokens plain_input(const Usage& usage) {
  if (!usage.input) return usage.uncached_input;
  const auto apart = usage.cached.value_or(0) + usage.cache_write.value_or(0);
  return apart <= *usage.input ? Tokens(*usage.input - apart) : std::nullopt;
}

std::optional<double> input_cost(const TokenPrices& price, const Usage& usage) {
  if (usage.billed_input) return times(*usage.billed_input, price.input);
  const auto plain = plain_input(usage);
  if (!plain) return std::nullopt;
  return sum(
      {times(*plain, price.input), times(usage.cached.value_or(0), price.cached_input),
       times(usage.cache_write.value_or(0), price.cache_write ? price.cache_write : price.input)});
}

std::optional<double> output_cost(const TokenPrices& price, const Usage& usage) {
  if (usage.billed_output) return times(*usage.billed_output, price.output);
  const auto generated = usage.generated();
  if (!generated) return std::nullopt;
  if (!price.reasoning || !usage.reasoning) return times(*generated, price.output);
  if (*usage.reasoning > *generated) return std::nullopt;
  return sum({times(*generated - *usage.reasoning, price.output),
              times(*usage.reasoning, price.reasoning)});
}

constexpr double kPerMillion = 1e-6;

// The user's price holds for every length of input.
void override_price(ModelPrice& price, std::optional<double> TokenPrices::*member,
                    std::optional<double> usd_per_million) {
  if (!usd_per_million) return;
  price.base.*member = *usd_per_million * kPerMillion;
  for (auto& tier : price.tiers) tier.prices.*member = *usd_per_million * kPerMillion;
}

}  // namespace

std::optional<ModelPrice> price_of(const Target& target, std::string_view served,
                                   const PriceTable* table) {
  const auto* known = table ? table->find(*target.provider->type, target.model, served) : nullptr;
  const auto& own = target.price;
  if (!known && !own.any()) return std::nullopt;
  auto price = known ? *known : ModelPrice{};
  if (!known) price.key = "(configuration)";
  override_price(price, &TokenPrices::input, own.input);
  override_price(price, &TokenPrices::output, own.output);
  override_price(price, &TokenPrices::cached_input, own.cached_input);
  // Who says what output costs means all of it.
  if (own.output) {
    price.base.reasoning.reset();
    for (auto& tier : price.tiers) tier.prices.reasoning.reset();
  }
  if (own.context_window_tokens) price.context_window_tokens = own.context_window_tokens;
  return price;
}

std::optional<double> cost_usd(const ModelPrice& price, const Usage& usage) {
  const auto length = usage.input ? usage.input : usage.billed_input;
  if (!length && !price.tiers.empty()) return std::nullopt;
  const auto& prices = price.at(length.value_or(0));
  return sum({input_cost(prices, usage), output_cost(prices, usage)});
}

}  // namespace llm
