// The side endpoints where they meet the rest of a fake provider: over the wire, from a script.
#include <gtest/gtest.h>

#include "simulator/scenario.h"
#include "unit/simulator/fake_client.h"

namespace llm::sim {
namespace {

using nlohmann::json;

constexpr auto kProvider =
    "  - name: p\n"
    "    dialect: openai-chat\n"
    "    api_keys: [hf-good]\n"
    "    models: [{name: m, ttft: 1ms, text: hi}]\n"
    "    account: {api: deepseek, balance: 3, fault: FAULT}\n"
    "    oauth: {expires_in: 1s, error: invalid_grant}\n"
    "    hub:\n"
    "      - {model: org/warm, providers: [fast-ai, groq]}\n"
    "      - {model: org/older, providers: [groq], mapping: object}\n"
    "      - {model: org/cold}\n"
    "      - {model: org/broken, fault: challenge}\n";

std::string with_fault(std::string_view fault) {
  std::string provider(kProvider);
  return provider.replace(provider.find("FAULT"), 5, fault);
}

std::string get(std::string_view path, std::string_view key) {
  return FakeProviders::request("GET", path, "",
                                "Authorization: Bearer " + std::string(key) + "\r\n");
}

TEST(SideEndpoints, TheHubSaysWhoServesAModel) {
  const FakeProviders fakes(with_fault("empty"));
  const auto ask = [&](const std::string& model, std::string_view key = "hf-good") {
    return fakes.ask(
        get("/p/api/models/" + model + "?expand%5B%5D=inference&expand[]=inferenceProviderMapping",
            key));
  };
  const auto warm = json::parse(ask("org/warm").body);
  EXPECT_EQ(warm["inference"], "warm");
  ASSERT_EQ(warm["inferenceProviderMapping"].size(), 2u);
  EXPECT_EQ(warm["inferenceProviderMapping"][0]["provider"], "fast-ai");
  EXPECT_EQ(warm["inferenceProviderMapping"][0]["status"], "live");
  EXPECT_EQ(json::parse(ask("org/older").body)["inferenceProviderMapping"]["groq"]["status"],
            "live");
  const auto cold = json::parse(ask("org/cold").body);
  EXPECT_EQ(cold["id"], "org/cold");
  EXPECT_FALSE(cold.contains("inference"));
  EXPECT_FALSE(cold.contains("inferenceProviderMapping"));

  const auto missing = ask("org/none");
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(missing.headers.at("x-error-code"), "RepoNotFound");
  const auto stranger = ask("org/warm", "hf-bad");
  EXPECT_EQ(stranger.status, 401);
  EXPECT_FALSE(stranger.headers.contains("x-error-code"));
  EXPECT_EQ(ask("org/broken").status, 403);
  // Only what was asked for.
  EXPECT_FALSE(
      json::parse(fakes.ask(get("/p/api/models/org/warm", "hf-good")).body).contains("inference"));
}

TEST(SideEndpoints, TheAccountHasItsFaults) {
  const auto status = [](std::string_view fault) {
    return FakeProviders(with_fault(fault)).ask(get("/p/user/balance", "hf-good"));
  };
  EXPECT_EQ(status("challenge").status, 403);
  EXPECT_EQ(status("empty").body, "");
  EXPECT_EQ(status("server_error").status, 500);
}

TEST(SideEndpoints, DoNotStandInTheWayOfTheApi) {
  const FakeProviders fakes(with_fault("empty"));
  EXPECT_EQ(fakes.ask(get("/p/v1/models", "hf-good")).status, 200);
  EXPECT_EQ(fakes.ask(get("/p/v1/models", "hf-bad")).status, 401);
  EXPECT_EQ(fakes.ask(get("/p/_status/api/v2/summary.json", "hf-good")).status, 404);
  EXPECT_EQ(fakes.ask(get("/p/token", "")).status, 405);
  EXPECT_EQ(fakes.ask(FakeProviders::request("POST", "/p/token", "")).status, 400);
}

TEST(SideEndpoints, AnApiWithATokenEndpointTakesNoOtherKey) {
  const FakeProviders fakes(
      "  - {name: p, dialect: openai-chat, models: [{name: m}], oauth: {expires_in: 5s}}\n");
  EXPECT_EQ(fakes.ask(get("/p/v1/models", "anything")).status, 401);
}

TEST(SideEndpoints, WrongScriptsAreExplained) {
  struct Row {
    std::string_view side, message;
  };
  constexpr Row kRows[] = {
      {"status_page: {components: []}", "status_page.system: this key is required"},
      {"status_page: {system: statuspge}", "did you mean 'statuspage'?"},
      {"status_page: {system: aws, components: [{name: a, level: down}]}", "unknown 'down'"},
      {"account: {api: openai, balanse: 3}", "did you mean 'balance'?"},
      {"account: {api: openai, models: [{name: a, input_tokens: 1, cached_input_tokens: 2}]}",
       "cannot be more"},
      {"account: {api: openrouter, limit_usd: much}", "limit_usd"},
      {"oauth: {expires_in: 0s}", "expires_in"},
      {"oauth: {public_key: nonsense}", "BEGIN PUBLIC KEY"},
      {"hub: [{providers: [groq]}]", "hub[0].model: this key is required"},
  };
  for (const auto& row : kRows) {
    const auto parsed =
        parse_scenario("providers:\n  - {name: p, dialect: openai-chat, models: [{name: m}], " +
                       std::string(row.side) + "}\n");
    ASSERT_FALSE(parsed.ok()) << row.side;
    bool found = false;
    for (const auto& e : parsed.error()) found |= e.message.find(row.message) != std::string::npos;
    EXPECT_TRUE(found) << row.side << ": " << parsed.error()[0].message;
  }
}

}  // namespace
}  // namespace llm::sim
