// What the many that speak OpenAI's dialect add to it: money, times, switches of their own.
#include "dialects/openai_chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/dialects/ask.h"

namespace llm::test {
namespace {

using testing::ElementsAre;

constexpr const char* kUrl = "http://127.0.0.1:1/v1";

TEST(OpenaiChat, CostIsWhatTheProviderSays) {
  const std::pair<const char*, std::optional<double>> cases[] = {
      {R"({"cost_in_usd_ticks":200000000})", 0.02},  // xAI
      {R"({"cost_in_usd_ticks":20000000000})", 2},   // more than a count may be
      {R"({"cost":2.4e-06})", 2.4e-06},              // OpenRouter
      {R"({"cost":0})", 0},                          // free, and told so
      {R"({"cost":{"total_cost":0.005013,"request_cost":0.005}})", 0.005013},  // Perplexity
      {R"({"cost":{"request_cost":0.005}})", {}},
      {R"({"cost":"0.1"})", {}},
      {R"({"cost":null})", {}},
      {R"({})", {}},
  };
  Ask ask("openai-compatible", Kind::stream, kUrl);
  for (const auto& [usage, want] : cases) {
    const auto got = ask.event(std::string(R"({"choices":[],"usage":)") + usage + "}");
    ASSERT_EQ(got.cost_usd.has_value(), want.has_value()) << usage;
    if (want) {
      EXPECT_DOUBLE_EQ(*got.cost_usd, *want) << usage;
    }
  }
}

// xAI's output is without its thoughts, unless the total says that they are in there.
TEST(OpenaiChat, ThoughtsAreCountedOnce) {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {R"({"prompt_tokens":5,"completion_tokens":2,"total_tokens":107,)"
       R"("completion_tokens_details":{"reasoning_tokens":100}})",
       102},
      {R"({"prompt_tokens":5,"completion_tokens":102,"total_tokens":107,)"
       R"("completion_tokens_details":{"reasoning_tokens":100}})",
       102},
      {R"({"prompt_tokens":5,"completion_tokens":2,)"
       R"("completion_tokens_details":{"reasoning_tokens":100}})",
       102},
  };
  Ask ask("xai", Kind::stream, kUrl);
  for (const auto& [usage, want] : cases) {
    const auto got = ask.event(std::string(R"({"choices":[],"usage":)") + usage + "}");
    EXPECT_EQ(got.usage.value_or(Usage{}).output, want) << usage;
  }
}

TEST(OpenaiChat, OpenRoutersIdIsInTheBodyToo) {
  Ask ask("openrouter", Kind::stream, kUrl);
  EXPECT_EQ(ask.event(R"({"id":"gen-17","choices":[]})").request_id, "gen-17");
  EXPECT_EQ(ask.event(R"({"id":"chatcmpl-17","choices":[]})").request_id, "");
}

TEST(OpenaiChat, TimesComeInMilliseconds) {
  struct {
    const char* chunk;
    std::optional<double> provider_ms;
    std::vector<Timing> timings;
  } const cases[] = {
      {R"({"choices":[],"x_groq":{"id":"r"},"usage":{"queue_time":0.5,"prompt_time":0.25,)"
       R"("completion_time":1.5,"total_time":2}})",
       2'000,
       {{"queue_ms", 500}, {"prompt_ms", 250}, {"completion_ms", 1'500}}},
      {R"({"choices":[],"x_groq":{"id":"r","usage":{"queue_time":0.5,"total_time":2}}})",
       2'000,
       {{"queue_ms", 500}}},
      {R"({"choices":[],"time_info":{"completion_time":0.5,"total_time":1,"created":1.5}})",
       1'000,
       {{"completion_ms", 500}}},
      {R"({"choices":[],"timings":{"prompt_n":3,"prompt_ms":31.5,"prompt_per_token_ms":9,)"
       R"("predicted_ms":24.25}})",
       {},
       {{"prompt_ms", 31.5}, {"predicted_ms", 24.25}}},
      {R"({"choices":[],"time_info":{"total_time":"1"},"timings":[1]})", {}, {}},
  };
  Ask ask("openai-compatible", Kind::stream, kUrl);
  for (const auto& c : cases) {
    const auto got = ask.event(c.chunk);
    EXPECT_EQ(got.provider_ms, c.provider_ms) << c.chunk;
    EXPECT_THAT(got.timings, testing::ElementsAreArray(c.timings)) << c.chunk;
  }
}

TEST(OpenaiChat, ReasoningIsSwitchedOffTheProvidersWay) {
  Ask cerebras("cerebras", Kind::stream, kUrl);
  cerebras.target.reasoning_effort = "none";
  EXPECT_EQ(cerebras.body()["disable_reasoning"], true);
  EXPECT_FALSE(cerebras.body().contains("reasoning_effort"));
  cerebras.target.reasoning_effort = "low";
  EXPECT_EQ(cerebras.body()["reasoning_effort"], "low");
  EXPECT_FALSE(cerebras.body().contains("disable_reasoning"));
  Ask openai("openai", Kind::stream, kUrl);
  openai.target.reasoning_effort = "none";
  EXPECT_EQ(openai.body()["reasoning_effort"], "none");
}

TEST(OpenaiChat, PortkeysCacheIsPassedByUnlessTheUserWantsIt) {
  Ask ask("portkey", Kind::stream, kUrl);
  EXPECT_EQ(ask.headers()["x-portkey-cache-force-refresh"], "true");
  ask.provider.headers.push_back(
      {.name = "X-Portkey-Cache-Force-Refresh", .value = "false", .secret = {}});
  EXPECT_EQ(ask.headers()["X-Portkey-Cache-Force-Refresh"], "false");
  EXPECT_FALSE(ask.headers().contains("x-portkey-cache-force-refresh"));
  EXPECT_FALSE(
      Ask("openai", Kind::stream, kUrl).headers().contains("x-portkey-cache-force-refresh"));
}

TEST(OpenaiChat, CatalogsAreAskedWhereTheyAre) {
  EXPECT_EQ(Ask("openrouter", Kind::key, kUrl).request().url, "http://127.0.0.1:1/v1/key");
  Ask models("huggingface", Kind::models, kUrl);
  models.provider.catalog_url = "http://127.0.0.1:2";  // the Hub has no list of what is served
  EXPECT_EQ(models.request().url, "http://127.0.0.1:1/v1/models");
  Ask served("huggingface", Kind::served, kUrl);
  served.provider.catalog_url = "http://127.0.0.1:2";
  served.target.model = "org/name:fastest";
  EXPECT_TRUE(served.request().url.starts_with("http://127.0.0.1:2/api/models/org/name?"));
  const auto warm =
      served.whole(R"({"id":"org/name","inference":"warm","inferenceProviderMapping":[)"
                   R"({"provider":"a","status":"live"},{"provider":"b","status":"staging"}]})");
  EXPECT_EQ(warm.model_served, true);
  EXPECT_THAT(warm.served_by, ElementsAre("a"));
}

}  // namespace
}  // namespace llm::test
