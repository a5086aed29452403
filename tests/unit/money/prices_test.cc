// LiteLLM's price file: what an entry says, and which entry a model has (providers.md §7).
#include "money/prices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "money/price_names.h"
#include "unit/money/make_money.h"

namespace llm {
namespace {

using test::must_parse_prices;
using testing::HasSubstr;
using namespace std::chrono_literals;
namespace chr = std::chrono;

// The entry `m` with these members, or nullptr.
std::shared_ptr<const PriceTable> table_of(const std::string& members) {
  return must_parse_prices(R"({"m": {)" + members + "}}");
}
const ModelPrice* find(const PriceTable& table, std::string_view name) {
  return table.find(*find_provider_type("litellm"), name, "");
}

constexpr const char* kIn = R"("input_cost_per_token": )";

TEST(PriceEntry, PricesAreWhatTheFileSays) {
  const struct {
    std::string members;
    TokenPrices prices;
  } cases[] = {
      {R"("input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07,
          "cache_read_input_token_cost": 7.5e-08, "cache_creation_input_token_cost": 2e-07,
          "output_cost_per_reasoning_token": 9e-07)",
       {1.5e-7, 6e-7, 7.5e-8, 2e-7, 9e-7}},
      {R"("mode": "completion", "input_cost_per_token": 1e-6)", {1e-6, {}, {}, {}, {}}},
      {R"("mode": "responses", "input_cost_per_token": 1e-6)", {1e-6, {}, {}, {}, {}}},
      // Free is not unknown, and unknown is not free.
      {R"("input_cost_per_token": 0, "output_cost_per_token": null)", {0.0, {}, {}, {}, {}}},
      {R"("mode": "chat")", {}},
      // Strings that are numbers.
      {R"("input_cost_per_token": "1e-6", "output_cost_per_token": "0.000002")",
       {1e-6, 2e-6, {}, {}, {}}},
      // Units that are not tokens of text, tiers of service, storage for longer.
      {R"("input_cost_per_second": 0.1, "output_cost_per_character": 0.2,
          "input_cost_per_image": 5, "search_context_cost_per_query": {"low": 3},
          "input_cost_per_audio_token": 0.5, "input_cost_per_token_priority": 0.4,
          "output_cost_per_token_flex": 0.3, "input_cost_per_token_batches": 0.2,
          "cache_creation_input_token_cost_above_1hr": 0.1, "input_cost_per_token_cache_hit": 2,
          "file_search_cost_per_1k_calls": 2.5, "input_cost_per_token": 1e-6)",
       {1e-6, {}, {}, {}, {}}},
  };
  for (const auto& [members, prices] : cases) {
    const auto table = table_of(members);
    const auto* price = find(*table, "m");
    ASSERT_TRUE(price) << members << table->complaint();
    EXPECT_EQ(price->base, prices) << members;
    EXPECT_TRUE(price->tiers.empty()) << members;
  }
}

TEST(PriceEntry, NonsenseSpoilsThatEntryAlone) {
  for (const std::string bad :
       {R"("input_cost_per_token": -1e-9)", R"("input_cost_per_token": 1)",
        R"("input_cost_per_token": 1e300)", R"("input_cost_per_token": "nan")",
        R"("input_cost_per_token": "inf")", R"("input_cost_per_token": "1e-6 dollars")",
        R"("input_cost_per_token": "")", R"("input_cost_per_token": true)",
        R"("input_cost_per_token": [1e-6])", R"("output_cost_per_token_above_200k_tokens": "x")",
        R"("tiered_pricing": 5)", R"("tiered_pricing": [{"range": [-1, 2]}])",
        R"("tiered_pricing": [{"range": []}])",
        R"("tiered_pricing": [{"range": [0, 9], "input_cost_per_token": -1}])"}) {
    const auto table =
        must_parse_prices(R"({"bad": {)" + bad + R"(}, "m": {"input_cost_per_token": 1e-6}})");
    EXPECT_FALSE(find(*table, "bad")) << bad;
    EXPECT_TRUE(find(*table, "m")) << bad;
    EXPECT_EQ(table->rejected(), 1u) << bad;
    EXPECT_THAT(table->complaint(), HasSubstr("\"bad\"")) << bad;
  }
  EXPECT_EQ(must_parse_prices(R"({"m": 3})")->rejected(), 1u);
}

TEST(PriceEntry, SampleSpecAndOtherModesAreNoPricesAndNoMistakes) {
  const auto table = must_parse_prices(R"({
      "sample_spec": {"input_cost_per_token": "dollars, as a number", "mode": "one of: chat"},
      "e": {"mode": "embedding", "input_cost_per_token": 1e-8},
      "i": {"mode": "image_generation", "output_cost_per_image": 0.04}})");
  EXPECT_EQ(table->size(), 0u);
  EXPECT_EQ(table->rejected(), 0u);
}

TEST(PriceEntry, LongPromptsHaveTheirOwnPrice) {
  const auto table = table_of(R"("input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6,
      "cache_read_input_token_cost": 1e-7, "input_cost_per_token_above_128k_tokens": 2e-6,
      "input_cost_per_token_above_200k_tokens": 3e-6,
      "output_cost_per_token_above_128k_tokens": 8e-6,
      "input_cost_per_token_above_200k_tokens_priority": 7e-6,
      "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 9e-6)");
  const auto* price = find(*table, "m");
  ASSERT_TRUE(price);
  const struct {
    std::uint64_t input;
    TokenPrices prices;
  } cases[] = {
      {0, {1e-6, 4e-6, 1e-7, {}, {}}},       {128'000, {1e-6, 4e-6, 1e-7, {}, {}}},
      {128'001, {2e-6, 8e-6, 1e-7, {}, {}}}, {200'000, {2e-6, 8e-6, 1e-7, {}, {}}},
      {200'001, {3e-6, 8e-6, 1e-7, {}, {}}},
  };
  for (const auto& [input, prices] : cases) EXPECT_EQ(price->at(input), prices) << input;
}

TEST(PriceEntry, ThresholdsOfEverySpelling) {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {"_above_272k_tokens", 272'000}, {"_above_1.5k_tokens", 1'500}, {"_above_500_tokens", 500}};
  for (const auto& [suffix, above] : cases) {
    const auto table =
        table_of(std::string(kIn) + "1e-6, \"input_cost_per_token" + suffix + "\": 2e-6");
    const auto* price = find(*table, "m");
    ASSERT_TRUE(price && price->tiers.size() == 1) << suffix;
    EXPECT_EQ(price->tiers[0].above_input_tokens, above);
  }
  for (const auto* suffix : {"_above_k_tokens", "_above__tokens", "_above_0k_tokens",
                             "_above_-1k_tokens", "_above_1e9k_tokens", "_above_tokens"}) {
    const auto table =
        table_of(std::string(kIn) + "1e-6, \"input_cost_per_token" + suffix + "\": 2e-6");
    const auto* price = find(*table, "m");
    ASSERT_TRUE(price) << suffix;
    EXPECT_TRUE(price->tiers.empty()) << suffix;
    EXPECT_EQ(price->base.input, 1e-6) << suffix;
  }
}

TEST(PriceEntry, TieredPricingFallsBackToTheFlatRate) {
  const auto table = table_of(R"("output_cost_per_token": 5e-6, "tiered_pricing": [
      {"range": [0, 32000.0], "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6},
      {"range": [32000.0, 128000], "input_cost_per_token": 3e-6,
       "output_cost_per_reasoning_token": 4e-6},
      {"calls": 5, "input_cost_per_token": 0.5}])");
  const auto* price = find(*table, "m");
  ASSERT_TRUE(price) << table->complaint();
  EXPECT_EQ(price->at(32'000), (TokenPrices{1e-6, 2e-6, {}, {}, {}}));
  EXPECT_EQ(price->at(32'001), (TokenPrices{3e-6, 5e-6, {}, {}, 4e-6}));
  EXPECT_EQ(price->at(999'999), (TokenPrices{3e-6, 5e-6, {}, {}, 4e-6}));
}

TEST(PriceEntry, ContextWindow) {
  const std::pair<const char*, std::optional<std::uint64_t>> cases[] = {
      {R"("max_input_tokens": 128000)", 128'000},
      {R"("max_input_tokens": 128000.0, "max_tokens": 5)", 128'000},
      {R"("max_input_tokens": "200000")", 200'000},
      {R"("max_tokens": 4096)", 4'096},
      {R"("max_tokens": 4096, "max_output_tokens": 4096)", std::nullopt},
      {R"("max_input_tokens": "as the provider says")", std::nullopt},
      {R"("max_input_tokens": 0)", std::nullopt},
      {R"("max_input_tokens": -5)", std::nullopt},
      {R"("max_input_tokens": 1e300)", std::nullopt},
      {R"("mode": "chat")", std::nullopt},
  };
  for (const auto& [members, window] : cases) {
    const auto table = table_of(members);
    ASSERT_TRUE(find(*table, "m")) << members;
    EXPECT_EQ(find(*table, "m")->context_window_tokens, window) << members;
  }
}

TEST(PriceEntry, DeprecationDate) {
  const std::pair<const char*, std::optional<chr::sys_days>> cases[] = {
      {"2026-02-28", chr::sys_days(chr::year(2026) / 2 / 28)},
      {"2026-02-29", std::nullopt},
      {"2026-13-01", std::nullopt},
      {"2026-2-8", std::nullopt},
      {"-026-02-08", std::nullopt},
      {"date when the model becomes deprecated", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [text, date] : cases) {
    const auto table = table_of(R"("deprecation_date": ")" + std::string(text) + "\"");
    ASSERT_TRUE(find(*table, "m")) << text;
    EXPECT_EQ(find(*table, "m")->deprecation_date, date) << text;
  }
}

TEST(PriceTable, AliasesShareAnEntryUnlessTheyHaveOne) {
  const auto table = must_parse_prices(R"({
      "a": {"input_cost_per_token": 1e-6, "aliases": ["b", "c", 5, ""]},
      "b": {"input_cost_per_token": 2e-6}})");
  EXPECT_EQ(find(*table, "a")->base.input, 1e-6);
  EXPECT_EQ(find(*table, "b")->base.input, 2e-6);
  ASSERT_TRUE(find(*table, "c"));
  EXPECT_EQ(find(*table, "c")->key, "a");
  EXPECT_EQ(table->size(), 3u);
}

TEST(PriceTable, RefusesWhatIsNotOne) {
  std::string many = "{";
  for (std::size_t i = 0; i <= kMaxPriceNames; ++i) many += "\"" + std::to_string(i) + "\":{},";
  many.back() = '}';
  const std::pair<std::string, const char*> cases[] = {
      {"", "not a JSON object"},
      {"[]", "not a JSON object"},
      {"{\"m\": ", "not a JSON object"},
      {"# YAML", "not a JSON object"},
      {"{\"m\": {\"a\":" + std::string(2'000, '[') + std::string(2'000, ']') + "}}",
       "not a JSON object"},
      {"{\"m\": \"" + std::string(kMaxPriceFileBytes, 'x') + "\"}", "larger than 16 MiB"},
      {many, "more than 50000 models"},
  };
  for (const auto& [text, message] : cases) {
    const auto table = PriceTable::parse(text);
    ASSERT_FALSE(table.ok()) << text.substr(0, 40);
    EXPECT_THAT(table.error(), HasSubstr(message));
  }
}

TEST(PriceTable, LoadErrorsNameThePathAndTheRemedy) {
  const auto missing = PriceTable::load("/nowhere/prices.json");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error(),
            "cannot read the prices in /nowhere/prices.json: No such file or directory; correct "
            "prices.file or leave it out");
  const auto path = (std::filesystem::path(testing::TempDir()) / "bad_prices.json").string();
  std::ofstream(path) << "nonsense";
  const auto bad = PriceTable::load(path);
  ASSERT_FALSE(bad.ok());
  EXPECT_THAT(bad.error(), HasSubstr("the price file " + path + " is not a JSON object"));
}

TEST(PriceNames, DatesAreNotPartOfTheModel) {
  const std::pair<const char*, const char*> cases[] = {
      {"gpt-4o-mini-2024-07-18", "gpt-4o-mini"},
      {"claude-haiku-4-5-20251001", "claude-haiku-4-5"},
      {"claude-haiku-4-5@20251001", "claude-haiku-4-5"},
      {"gpt-3.5-turbo-0613", "gpt-3.5-turbo"},
      {"mistral-large-2411", "mistral-large"},
      {"command-a-03-2025", "command-a"},
      {"mistral-small-latest", "mistral-small"},
      {"claude-sonnet-4-5@default", "claude-sonnet-4-5"},
      // Not dates.
      {"gpt-4.1", ""},
      {"claude-haiku-4-5", ""},
      {"llama3-8b-8192", ""},
      {"mixtral-8x7b-32768", ""},
      {"gpt-oss-120b", ""},
      {"model-2024-13-01", ""},
      {"model-2024-00-10", ""},
      {"model-2024-01-32", ""},
      {"model-9999", ""},
      {"-0613", ""},
      {"", ""},
  };
  for (const auto& [name, rest] : cases) EXPECT_EQ(without_date(name), rest) << name;
}

// Which key is found, in a table that has all these.
TEST(PriceTable, Lookup) {
  const auto table = must_parse_prices(R"({
      "gpt-4": {"litellm_provider": "openai"},
      "gpt-4o": {"litellm_provider": "openai"},
      "gpt-4o-2024-05-13": {"litellm_provider": "openai"},
      "gpt-3.5-turbo": {"litellm_provider": "openai"},
      "azure/gpt-4o": {"litellm_provider": "azure"},
      "groq/openai/gpt-oss-20b": {"litellm_provider": "groq"},
      "openai/gpt-oss-20b": {"litellm_provider": "elsewhere"},
      "gemini-2.5-flash": {"litellm_provider": "vertex_ai-language-models"},
      "gemini/gemini-2.5-flash": {"litellm_provider": "gemini"},
      "vertex_ai/claude-haiku-4-5": {"litellm_provider": "vertex_ai-anthropic_models"},
      "anthropic.claude-x-v1:0": {"litellm_provider": "bedrock_converse"},
      "eu.anthropic.claude-x-v1:0": {"litellm_provider": "bedrock_converse"},
      "huggingface/org/model": {"litellm_provider": "huggingface"},
      "openrouter/org/model": {"litellm_provider": "openrouter"},
      "command-r7b-12-2024": {"litellm_provider": "cohere_chat"},
      "mistral/mistral-small": {"litellm_provider": "mistral"},
      "plain": {}})");
  const struct {
    const char *type, *requested, *served, *key;
  } cases[] = {
      {"openai", "gpt-4o", "", "gpt-4o"},
      {"openai", "gpt-4o", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"},
      {"openai", "gpt-4o", "gpt-4o-2099-01-01", "gpt-4o"},
      {"openai", "other", "gpt-4o-2030-01-01", "gpt-4o"},
      {"openai", "gpt-3.5-turbo-0613", "", "gpt-3.5-turbo"},
      {"openai", "gpt-4.1", "", ""},
      {"openai", "gpt-4.1", "gpt-4.1-2025-04-14", ""},
      {"openai", "gpt", "gpt-4o-x", ""},
      {"openai", "GPT-4O", "", ""},
      {"openai", "", "", ""},
      {"openai", "plain", "", "plain"},
      {"azure", "my-deployment", "gpt-4o-2024-08-06", "azure/gpt-4o"},
      {"azure", "gpt-4", "", ""},  // OpenAI's price is not Azure's
      {"groq", "openai/gpt-oss-20b", "openai/gpt-oss-20b", "groq/openai/gpt-oss-20b"},
      {"gemini", "gemini-2.5-flash", "", "gemini/gemini-2.5-flash"},
      {"gemini", "models/gemini-2.5-flash", "", "gemini/gemini-2.5-flash"},
      {"vertex", "gemini-2.5-flash", "", "gemini-2.5-flash"},
      {"vertex", "publishers/google/models/gemini-2.5-flash", "", "gemini-2.5-flash"},
      {"vertex", "claude-haiku-4-5@20251001", "", "vertex_ai/claude-haiku-4-5"},
      {"bedrock", "eu.anthropic.claude-x-v1:0", "", "eu.anthropic.claude-x-v1:0"},
      {"bedrock", "us.anthropic.claude-x-v1:0", "", "anthropic.claude-x-v1:0"},
      {"bedrock", "global.anthropic.claude-x-v1:0", "", "anthropic.claude-x-v1:0"},
      {"bedrock", "arn:aws:bedrock:eu-west-1:1:inference-profile/apac.anthropic.claude-x-v1:0", "",
       "anthropic.claude-x-v1:0"},
      {"openai", "us.gpt-4o", "", ""},
      {"huggingface", "org/model:groq", "", "huggingface/org/model"},
      {"openrouter", "org/model:free", "", ""},  // another price
      {"openrouter", "org/model", "", "openrouter/org/model"},
      {"cohere", "command-r7b-12-2024", "", "command-r7b-12-2024"},
      {"mistral", "mistral-small-latest", "", "mistral/mistral-small"},
      {"litellm", "azure/gpt-4o", "", "azure/gpt-4o"},
      {"groq", "gpt-4o", "", ""},
  };
  for (const auto& c : cases) {
    const auto* price = table->find(*find_provider_type(c.type), c.requested, c.served);
    EXPECT_EQ(price ? price->key : "", c.key) << c.type << " " << c.requested << " " << c.served;
  }
}

// The table that we ship: wholly understood, and it knows the models that we probe by default.
TEST(PriceTable, ShippedFile) {
  const auto loaded = PriceTable::load(LLM_SOURCE_DIR "/config/model_prices.json");
  ASSERT_TRUE(loaded.ok()) << loaded.error();
  const auto& table = **loaded;
  EXPECT_EQ(table.rejected(), 0u) << table.complaint();
  EXPECT_GT(table.size(), 100u);
  // Not in the copy of LiteLLM's file that the table was made from.
  const std::vector<std::string_view> unknown = {"openrouter", "huggingface"};
  for (const auto& type : provider_types()) {
    if (type.default_model.empty()) continue;
    const bool known = std::find(unknown.begin(), unknown.end(), type.name) == unknown.end();
    const auto* price = table.find(type, type.default_model, "");
    ASSERT_EQ(price != nullptr, known) << type.name << " " << type.default_model;
    if (!price) continue;
    EXPECT_TRUE(price->base.input && price->base.output) << price->key;
    EXPECT_TRUE(price->context_window_tokens) << price->key;
  }
  const auto* mini = table.find(*find_provider_type("openai"), "gpt-4o-mini", "");
  ASSERT_TRUE(mini);
  EXPECT_EQ(mini->base, (TokenPrices{1.5e-7, 6e-7, 7.5e-8, {}, {}}));
  EXPECT_EQ(mini->context_window_tokens, 128'000u);
  // A price for the older snapshot of its own: it costs twice as much.
  const auto* old = table.find(*find_provider_type("openai"), "gpt-4o", "gpt-4o-2024-05-13");
  ASSERT_TRUE(old);
  EXPECT_EQ(old->base.input, 5e-6);
}

}  // namespace
}  // namespace llm
