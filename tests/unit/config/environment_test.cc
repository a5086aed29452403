// Providers found without a file, and the table that says which.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "config/provider_types.h"
#include "unit/config/config_test.h"

namespace llm {
namespace {

using testing::HasSubstr;

TEST(Environment, KeysBecomeProviders) {
  const auto config = config_from_environment([](const char* name) -> const char* {
    const std::string_view variable = name;
    if (variable == "ANTHROPIC_API_KEY" || variable == "HF_TOKEN") return "hunter2";
    return variable == "OPENAI_API_KEY" ? "" : nullptr;
  });
  ASSERT_TRUE(config.ok()) << config.error();
  std::vector<std::string> names;
  for (const auto& target : config->targets) names.push_back(target->name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"anthropic/models", "anthropic/claude-haiku-4-5",
                                      "huggingface/models", "huggingface/openai/gpt-oss-20b"}));
  EXPECT_EQ(config->file, "");
  EXPECT_EQ(config->providers[0]->api_key->name, "ANTHROPIC_API_KEY");
  EXPECT_EQ(config->targets[1]->kind, Kind::stream);
}

TEST(Environment, KeysMayBeInFiles) {
  const auto config = config_from_environment([](const char* name) -> const char* {
    const std::string_view variable = name;
    if (variable == "OPENAI_API_KEY_FILE") return "/run/secrets/openai";
    if (variable == "GROQ_API_KEY" || variable == "GROQ_API_KEY_FILE") return "hunter2";
    return variable == "MISTRAL_API_KEY_FILE" ? "" : nullptr;
  });
  ASSERT_TRUE(config.ok()) << config.error();
  ASSERT_EQ(config->providers.size(), 2U);
  const auto& file = *config->providers[0]->api_key;
  EXPECT_EQ(file.from, SecretSource::From::file);
  EXPECT_EQ(file.name, "/run/secrets/openai");
  const auto& variable = *config->providers[1]->api_key;
  EXPECT_EQ(variable.from, SecretSource::From::env);
  EXPECT_EQ(variable.name, "GROQ_API_KEY");
}

TEST(Environment, NothingFoundSaysWhatToDo) {
  const auto config = config_from_environment([](const char*) -> const char* { return nullptr; });
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(config.error(), HasSubstr("OPENAI_API_KEY, ANTHROPIC_API_KEY"));
  EXPECT_THAT(config.error(), HasSubstr("--config.file"));
  EXPECT_THAT(config.error(), HasSubstr("make demo"));
  EXPECT_EQ(config.error().find('\n'), std::string::npos);
}

// A configuration written as the environment's would be is the same one, for every type.
TEST(Environment, EqualsTheFileThatSaysTheSame) {
  const auto found = config_from_environment([](const char*) -> const char* { return "hunter2"; });
  ASSERT_TRUE(found.ok());
  std::string yaml = "providers:\n";
  for (const auto& type : provider_types()) {
    if (type.env.empty()) continue;
    const std::string name(type.name);
    yaml += "- {name: " + name + ", type: " + name + ", api_key: {env: " + std::string(type.env) +
            "}, probes: [{kind: models}, {models: [\"" + std::string(type.default_model) +
            "\"]}]}\n";
  }
  const auto written = must_parse(yaml);
  ASSERT_EQ(found->targets.size(), written.targets.size());
  for (std::size_t i = 0; i < written.targets.size(); ++i) {
    EXPECT_EQ(*found->targets[i], *written.targets[i]) << written.targets[i]->name;
  }
}

TEST(ProviderTypes, RowsAreComplete) {
  std::set<std::string_view> names, variables;
  for (const auto& type : provider_types()) {
    SCOPED_TRACE(type.name);
    EXPECT_TRUE(names.insert(type.name).second) << "two rows of one name";
    EXPECT_EQ(find_provider_type(type.name), &type);
    EXPECT_NE(find_dialect_traits(type.dialect), nullptr);
    EXPECT_FALSE(type.otel.empty());
    EXPECT_FALSE(type.token_field.empty());
    EXPECT_EQ(type.status_system == StatusSystem::none, type.status_url.empty());
    EXPECT_GE(type.min_output_tokens, 1u);
    EXPECT_TRUE(type.models_path.starts_with("/"));
    EXPECT_FALSE(type.base_url.ends_with("/"));
    EXPECT_EQ(type.env.empty(), type.default_model.empty()) << "discovery needs both";
    if (!type.env.empty()) {
      EXPECT_TRUE(variables.insert(type.env).second) << "two types of one variable";
      EXPECT_TRUE(type.base_url.starts_with("https://")) << "a key must not travel in the clear";
    }
  }
  EXPECT_EQ(find_provider_type("gemin"), nullptr);
}

TEST(ProviderTypes, ReferenceNamesEveryRow) {
  std::ifstream file(LLM_SOURCE_DIR "/config/README.md");
  std::ostringstream reference;
  reference << file.rdbuf();
  for (const auto& type : provider_types()) {
    const auto variable = type.env.empty() ? "" : "`" + std::string(type.env) + "`";
    EXPECT_THAT(reference.str(), HasSubstr("| `" + std::string(type.name) + "` | " + variable));
  }
}

}  // namespace
}  // namespace llm
