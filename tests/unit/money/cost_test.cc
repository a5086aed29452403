// What an answer cost, from its usage and a price (providers.md §1.10, §7).
#include <gtest/gtest.h>

#include "unit/money/make_money.h"

namespace llm {
namespace {

using test::make_provider;
using test::make_target;
using test::must_parse_prices;

ModelPrice price(TokenPrices base) {
  ModelPrice out;
  out.base = base;
  return out;
}

Usage usage(std::optional<std::uint64_t> input, std::optional<std::uint64_t> output) {
  Usage out;
  out.input = input;
  out.output = output;
  return out;
}

template <class Change>
Usage with(Usage usage, Change change) {
  change(usage);
  return usage;
}

// Prices of one class in powers of ten, so that a sum shows what was charged for what.
TEST(Cost, OfEveryClassOfTokens) {
  const TokenPrices all{.1, .01, .001, .0001, .00001};
  const TokenPrices plain{.1, .01, {}, {}, {}};
  const struct {
    const char* what;
    TokenPrices prices;
    Usage usage;
    std::optional<double> cost;
  } cases[] = {
      {"plain", plain, usage(3, 2), .32},
      {"input unknown", plain, usage({}, 2), {}},
      {"output unknown", plain, usage(3, {}), {}},
      {"nothing known", plain, {}, {}},
      {"no input price", {{}, .01, {}, {}, {}}, usage(3, 2), {}},
      {"no output price", {.1, {}, {}, {}, {}}, usage(3, 2), {}},
      {"no output, no price needed", {.1, {}, {}, {}, {}}, usage(3, 0), .3},
      {"free", {0.0, 0.0, {}, {}, {}}, usage(3, 2), 0.0},
      {"cached is part of input", all, with(usage(5, 2), [](Usage& u) { u.cached = 3; }), .223},
      {"cached without a price", plain, with(usage(5, 2), [](Usage& u) { u.cached = 3; }), {}},
      {"nothing cached", plain, with(usage(5, 2), [](Usage& u) { u.cached = 0; }), .52},
      {"more cached than input", all, with(usage(5, 2), [](Usage& u) { u.cached = 6; }), {}},
      // Anthropic: 2 + 3 read + 4 written.
      {"written to the cache", all,
       with(usage(9, 2),
            [](Usage& u) {
              u.uncached_input = 2;
              u.cached = 3;
              u.cache_write = 4;
            }),
       .2234},
      {"written at the price of input",
       {.1, .01, .001, {}, {}},
       with(usage(9, 2),
            [](Usage& u) {
              u.cached = 3;
              u.cache_write = 4;
            }),
       .623},
      {"only the uncached known", all, with(usage({}, 2), [](Usage& u) { u.uncached_input = 4; }),
       .42},
      {"reasoning within output", all, with(usage(3, 5), [](Usage& u) { u.reasoning = 4; }),
       .31004},
      {"reasoning apart", all,
       with(usage(3, 1),
            [](Usage& u) {
              u.reasoning = 4;
              u.reasoning_apart = true;
            }),
       .31004},
      {"reasoning at the price of output", plain,
       with(usage(3, 5), [](Usage& u) { u.reasoning = 4; }), .35},
      {"reasoning apart at the price of output", plain,
       with(usage(3, 1),
            [](Usage& u) {
              u.reasoning = 4;
              u.reasoning_apart = true;
            }),
       .35},
      {"more reasoning than output", all, with(usage(3, 1), [](Usage& u) { u.reasoning = 4; }), {}},
      {"Cohere bills other counts", plain,
       with(usage(70, 9),
            [](Usage& u) {
              u.billed_input = 4;
              u.billed_output = 3;
            }),
       .43},
  };
  for (const auto& c : cases) {
    const auto cost = cost_usd(price(c.prices), c.usage);
    ASSERT_EQ(cost.has_value(), c.cost.has_value()) << c.what;
    EXPECT_NEAR(cost.value_or(0), c.cost.value_or(0), 1e-12) << c.what;
  }
}

TEST(Cost, LongPromptsCostMoreAsAWhole) {
  auto tiered = price({1e-6, 2e-6, {}, {}, {}});
  tiered.tiers.push_back({200, {3e-6, 4e-6, {}, {}, {}}});
  EXPECT_NEAR(*cost_usd(tiered, usage(200, 10)), 220e-6, 1e-12);
  EXPECT_NEAR(*cost_usd(tiered, usage(201, 10)), 643e-6, 1e-12);
  // The length counts the cached part too.
  tiered.tiers[0].prices.cached_input = 1e-6;
  EXPECT_NEAR(*cost_usd(tiered, with(usage(201, 10), [](Usage& u) { u.cached = 200; })), 243e-6,
              1e-12);
  // Which price holds is not known without the length.
  EXPECT_FALSE(
      cost_usd(tiered, with(usage({}, 10), [](Usage& u) { u.uncached_input = 4; })).has_value());
}

TEST(PriceOf, OverridesStandOverTheTable) {
  const auto table = must_parse_prices(R"({"m": {"litellm_provider": "openai",
      "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6,
      "output_cost_per_reasoning_token": 9e-6, "cache_read_input_token_cost": 5e-7,
      "input_cost_per_token_above_200k_tokens": 4e-6, "max_input_tokens": 1000}})");
  auto target = make_target(make_provider("openai"));
  const auto from_table = price_of(target, "", table.get());
  ASSERT_TRUE(from_table);
  EXPECT_EQ(from_table->key, "m");
  EXPECT_EQ(from_table->base, (TokenPrices{1e-6, 2e-6, 5e-7, {}, 9e-6}));

  target.price.input = 3;  // dollars per million
  target.price.output = 0;
  target.price.context_window_tokens = 77;
  const auto both = price_of(target, "", table.get());
  ASSERT_TRUE(both);
  EXPECT_EQ(both->key, "m");
  EXPECT_DOUBLE_EQ(*both->base.input, 3e-6);
  EXPECT_EQ(both->base.output, 0.0);
  EXPECT_EQ(both->base.cached_input, 5e-7);
  EXPECT_FALSE(both->base.reasoning);
  EXPECT_DOUBLE_EQ(*both->at(200'001).input, 3e-6);
  EXPECT_EQ(both->context_window_tokens, 77u);

  const auto alone = price_of(target, "", nullptr);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->key, "(configuration)");
  EXPECT_DOUBLE_EQ(*alone->base.input, 3e-6);
  EXPECT_FALSE(alone->base.cached_input);

  target.price = {};
  EXPECT_FALSE(price_of(target, "", nullptr));
  target.model = "unknown";
  EXPECT_FALSE(price_of(target, "", table.get()));
  EXPECT_TRUE(price_of(target, "m", table.get()));
}

}  // namespace
}  // namespace llm
