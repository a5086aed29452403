// What is cheaper than a target's own probe, type by type as configurations have them.
#include "schedule/checks.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "config/config.h"

namespace llm {
namespace {

std::shared_ptr<const Target> target_of(const std::string& provider, const std::string& probe) {
  auto config =
      parse_config("providers: [{name: p, " + provider + ", probes: [{" + probe + "}]}]", "t.yml");
  if (!config) ADD_FAILURE() << to_string(config.error().at(0));
  return config ? config->targets.at(0) : nullptr;
}

TEST(Checks, CutARequestToWhatLetsAnAnswerBegin) {
  struct Case {
    const char *provider, *probe;
    std::optional<std::uint32_t> tokens;  // of the cut request; nullopt: it is as cheap as can be
  };
  const Case cases[] = {
      {"type: ollama", "models: [m]", std::nullopt},
      {"type: ollama", "models: [m], max_output_tokens: 16", std::nullopt},
      {"type: ollama", "models: [m], max_output_tokens: 4", std::nullopt},
      {"type: ollama", "models: [m], max_output_tokens: 17", 16},
      {"type: ollama", "kind: completion, models: [m], max_output_tokens: 300", 16},
      {"type: ollama", "kind: speed, models: [m]", 16},
      {"type: ollama", "models: [m], reasoning_effort: low", std::nullopt},
      {"type: ollama", "models: [m], reasoning_effort: low, max_output_tokens: 300", 64},
      {"type: anthropic, api_key: {env: K}", "models: [m], max_output_tokens: 300", 64},
      {"type: anthropic, api_key: {env: K}", "models: [m], max_output_tokens: 30", std::nullopt},
      {"type: gemini, api_key: {env: K}", "kind: speed, models: [m], max_output_tokens: 512", 256},
      {"type: ollama", "kind: models", std::nullopt},
      {"type: openai, api_key: {env: K}", "kind: key", std::nullopt},
      {"type: huggingface, api_key: {env: K}", "kind: served, models: [m]", std::nullopt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.provider) + ", " + c.probe);
    const auto target = target_of(c.provider, c.probe);
    ASSERT_EQ(can_be_cut(*target), c.tokens.has_value());
    if (!c.tokens) continue;
    const auto cut = cut_check(*target);
    EXPECT_EQ(cut->max_output_tokens, *c.tokens);
    EXPECT_EQ(cut->kind, target->kind == Kind::completion ? Kind::completion : Kind::stream);
    EXPECT_EQ(cut->name, target->name);
    EXPECT_EQ(cut->model, target->model);
  }
}

TEST(Checks, ExpectNothingThatTheyCannotSee) {
  const auto target =
      target_of("type: ollama", "kind: speed, models: [m], expect: {regex: \"two hundred\"}");
  EXPECT_FALSE(cut_check(*target)->expect);
  EXPECT_FALSE(free_check(*target)->expect);
  EXPECT_EQ(free_check(*target)->kind, Kind::models);
}

TEST(Checks, TestTheKeyWhereAFreeRequestDoes) {
  const auto kind_for = [](const char* provider) {
    return free_check(*target_of(provider, "models: [m]"))->kind;
  };
  EXPECT_EQ(kind_for("type: openrouter, api_key: {env: K}"), Kind::key);
  EXPECT_EQ(kind_for("type: huggingface, api_key: {env: K}"), Kind::models);
}

}  // namespace
}  // namespace llm
