// What leaves: bodies and headers of both dialects, for the types that differ.
#include "dialects/request.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "dialects/dialect.h"

namespace llm {
namespace {

using nlohmann::json;

struct Asking {
  Provider provider;
  Target target;
  Credentials credentials;

  Asking(std::string_view type, Kind kind) {
    provider.type = find_provider_type(type);
    provider.dialect = provider.type->dialect;
    provider.base_url = "http://127.0.0.1:1/v1";
    provider.models_path = provider.type->models_path;
    target.kind = kind;
    target.model = kind == Kind::models ? "" : "m";
    target.prompt = "hi";
    target.max_output_tokens = 16;
    target.token_field = provider.type->token_field;
    credentials.api_key = Secret("KEY");
  }
  Request request() {
    target.provider = std::make_shared<Provider>(provider);
    return find_dialect(provider.dialect)->request(target, credentials);
  }
  json body() { return json::parse(request().body); }
};

std::map<std::string, std::string> headers(const Request& request) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : request.headers) {
    EXPECT_TRUE(out.emplace(name, value.reveal()).second) << name << " twice";
  }
  return out;
}

const json kMessages = json::parse(R"([{"role":"user","content":"hi"}])");

TEST(OpenaiChatRequest, AStream) {
  Asking asking("openai", Kind::stream);
  const auto request = asking.request();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://127.0.0.1:1/v1/chat/completions");
  EXPECT_EQ(headers(request),
            (std::map<std::string, std::string>{{"Authorization", "Bearer KEY"},
                                                {"Accept", "text/event-stream"},
                                                {"Content-Type", "application/json"}}));
  EXPECT_EQ(json::parse(request.body),
            (json{{"model", "m"},
                  {"messages", kMessages},
                  {"max_completion_tokens", 16},
                  {"stream", true},
                  {"stream_options", {{"include_usage", true}, {"include_obfuscation", false}}}}));
}

TEST(OpenaiChatRequest, SendsOnlyWhatTheTypeTakes) {
  EXPECT_EQ(Asking("vllm", Kind::stream).body(),
            (json{{"model", "m"},
                  {"messages", kMessages},
                  {"max_tokens", 16},
                  {"stream", true},
                  {"stream_options", {{"include_usage", true}}}}));
  EXPECT_FALSE(Asking("mistral", Kind::stream).body().contains("stream_options"));
  EXPECT_EQ(Asking("openai", Kind::completion).body(),
            (json{{"model", "m"}, {"messages", kMessages}, {"max_completion_tokens", 16}}));
}

TEST(OpenaiChatRequest, FollowsTheTarget) {
  Asking asking("openai", Kind::completion);
  asking.target.token_field = "max_tokens";
  asking.target.reasoning_effort = "low";
  const auto body = asking.body();
  EXPECT_EQ(body["max_tokens"], 16);
  EXPECT_FALSE(body.contains("max_completion_tokens"));
  EXPECT_EQ(body["reasoning_effort"], "low");
}

TEST(OpenaiChatRequest, ModelsIsAGetWithoutABody) {
  Asking asking("openai", Kind::models);
  const auto request = asking.request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "http://127.0.0.1:1/v1/models");
  EXPECT_EQ(request.body, "");
  EXPECT_EQ(headers(request), (std::map<std::string, std::string>{{"Authorization", "Bearer KEY"},
                                                                  {"Accept", "application/json"}}));
}

TEST(AnthropicRequest, AStream) {
  Asking asking("anthropic", Kind::stream);
  asking.target.reasoning_effort = "low";
  const auto request = asking.request();
  EXPECT_EQ(request.url, "http://127.0.0.1:1/v1/messages");
  EXPECT_EQ(headers(request),
            (std::map<std::string, std::string>{{"x-api-key", "KEY"},
                                                {"anthropic-version", "2023-06-01"},
                                                {"Accept", "text/event-stream"},
                                                {"Content-Type", "application/json"}}));
  EXPECT_EQ(json::parse(request.body), (json{{"model", "m"},
                                             {"messages", kMessages},
                                             {"max_tokens", 16},
                                             {"stream", true},
                                             {"output_config", {{"effort", "low"}}}}));
}

TEST(AnthropicRequest, NoEffortIsThinkingTurnedOff) {
  Asking asking("anthropic", Kind::completion);
  asking.target.reasoning_effort = "none";
  EXPECT_EQ(asking.body(), (json{{"model", "m"},
                                 {"messages", kMessages},
                                 {"max_tokens", 16},
                                 {"thinking", {{"type", "disabled"}}}}));
}

TEST(AnthropicRequest, Models) {
  Asking asking("anthropic", Kind::models);
  const auto request = asking.request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "http://127.0.0.1:1/v1/models?limit=1000");
  EXPECT_EQ(headers(request).at("anthropic-version"), "2023-06-01");
}

TEST(Request, ExtraBodyIsLaidOverAndTheProviderWins) {
  auto type = *find_provider_type("openai");
  type.extra_body = R"({"store":false,"seed":1,"stream_options":{"x":1}})";
  Asking asking("openai", Kind::stream);
  asking.provider.type = &type;
  asking.provider.extra_body = R"({"seed":2,"stream_options":{"include_obfuscation":null}})";
  const auto body = asking.body();
  EXPECT_EQ(body["store"], false);
  EXPECT_EQ(body["seed"], 2);
  EXPECT_EQ(body["stream_options"], (json{{"include_usage", true}, {"x", 1}}));
}

TEST(Request, ExtraBodyThatIsNoObjectChangesNothing) {
  const auto plain = Asking("openai", Kind::stream).body();
  for (const char* extra : {"", "[1]", "null", "{broken"}) {
    Asking asking("openai", Kind::stream);
    asking.provider.extra_body = extra;
    EXPECT_EQ(asking.body(), plain) << extra;
  }
}

TEST(Request, HeadersOfTheUserComeFirst) {
  Asking asking("anthropic", Kind::stream);
  asking.provider.headers = {{"X-Plain", "plain", {}},
                             {"X-Secret", "", SecretSource{}},
                             {"X-Unread", "", SecretSource{}},
                             {"Anthropic-Version", "2099-01-01", {}}};
  asking.credentials.headers["X-Secret"] = Secret("hidden");
  const auto sent = headers(asking.request());
  EXPECT_EQ(sent.at("X-Plain"), "plain");
  EXPECT_EQ(sent.at("X-Secret"), "hidden");
  EXPECT_FALSE(sent.contains("X-Unread"));
  EXPECT_EQ(sent.at("Anthropic-Version"), "2099-01-01");
  EXPECT_FALSE(sent.contains("anthropic-version"));
}

TEST(Request, TheKeyTravelsAsTheTypeWants) {
  using Map = std::map<std::string, std::string>;
  const struct {
    Auth auth;
    const char *key, *token;
    Map headers;
  } rows[] = {
      {Auth::bearer, "K", "", {{"Authorization", "Bearer K"}}},
      {Auth::none, "K", "", {{"Authorization", "Bearer K"}}},
      {Auth::aws, "K", "", {{"Authorization", "Bearer K"}}},
      {Auth::api_key, "K", "", {{"api-key", "K"}}},
      {Auth::x_api_key, "K", "", {{"x-api-key", "K"}}},
      {Auth::x_goog_api_key, "K", "", {{"x-goog-api-key", "K"}}},
      {Auth::google, "K", "", {{"x-goog-api-key", "K"}}},
      {Auth::google, "", "T", {{"Authorization", "Bearer T"}}},
      {Auth::google, "K", "T", {{"Authorization", "Bearer T"}}},
      {Auth::bearer, "", "", {}},
      {Auth::google, "", "", {}},
  };
  for (const auto& row : rows) {
    auto type = *find_provider_type("openai");
    type.auth = row.auth;
    Asking asking("openai", Kind::models);
    asking.provider.type = &type;
    asking.credentials.api_key = Secret(row.key);
    asking.credentials.access_token = Secret(row.token);
    auto sent = headers(asking.request());
    sent.erase("Accept");
    EXPECT_EQ(sent, row.headers) << static_cast<int>(row.auth);
  }
}

TEST(Request, GoesWhereTheProviderIs) {
  const struct {
    const char *type, *dialect, *base, *catalog, *api_version;
    Kind kind;
    const char *model, *url;
  } rows[] = {
      // Azure: v1 has the deployment in the body, the classic API in the path of chats.
      {"azure", "openai-chat", "https://r/openai/v1", "", "", Kind::stream, "my-gpt",
       "https://r/openai/v1/chat/completions"},
      {"azure", "openai-chat", "https://r/openai/v1", "", "", Kind::models, "",
       "https://r/openai/v1/models"},
      {"azure", "openai-chat", "https://r/openai", "", "2024-10-21", Kind::completion, "my gpt/1",
       "https://r/openai/deployments/my%20gpt%2F1/chat/completions?api-version=2024-10-21"},
      {"azure", "openai-chat", "https://r/openai", "", "2024-10-21", Kind::models, "",
       "https://r/openai/models?api-version=2024-10-21"},
      {"azure", "openai-chat", "https://r/openai", "", "2024-10-21", Kind::key, "",
       "https://r/openai/models?api-version=2024-10-21"},
      {"azure", "openai-responses", "https://r/openai", "", "2025-04-01-preview", Kind::stream, "d",
       "https://r/openai/responses?api-version=2025-04-01-preview"},
      // A date that is no date stays inside its parameter.
      {"azure", "openai-chat", "https://r", "", "a&b", Kind::models, "",
       "https://r/models?api-version=a%26b"},
      {"anthropic", "anthropic-messages", "https://r", "", "v", Kind::models, "",
       "https://r/models?limit=1000&api-version=v"},
      // Catalogs on a host of their own.
      {"bedrock", "bedrock-converse", "https://runtime", "https://control", "", Kind::models, "",
       "https://control/foundation-models"},
      {"bedrock", "bedrock-converse", "https://runtime", "", "", Kind::key, "",
       "https://runtime/foundation-models"},
      {"huggingface", "openai-chat", "https://router/v1", "https://hub", "", Kind::served,
       "openai/gpt-oss-20b:fireworks-ai",
       "https://hub/api/models/openai/gpt-oss-20b?expand%5B%5D=inference"
       "&expand%5B%5D=inferenceProviderMapping"},
      {"huggingface", "openai-chat", "https://router/v1", "https://hub", "", Kind::served, "gpt2",
       "https://hub/api/models/gpt2?expand%5B%5D=inference"
       "&expand%5B%5D=inferenceProviderMapping"},
  };
  for (const auto& row : rows) {
    Asking asking(row.type, row.kind);
    asking.provider.dialect = row.dialect;
    asking.provider.base_url = row.base;
    asking.provider.catalog_url = row.catalog;
    asking.provider.api_version = row.api_version;
    asking.target.model = row.model;
    EXPECT_EQ(asking.request().url, row.url);
  }
}

TEST(Request, TheKeyIsCheckedWhereTheTypeSays) {
  auto type = *find_provider_type("openrouter");
  type.key_path = "/key";
  Asking asking("openrouter", Kind::key);
  asking.provider.type = &type;
  asking.provider.catalog_url = "https://elsewhere";
  EXPECT_EQ(asking.request().url, "http://127.0.0.1:1/v1/key");
  type.key_path = "";
  asking.provider.models_path = "/own-models";
  EXPECT_EQ(asking.request().url, "https://elsewhere/own-models");
}

TEST(Request, PercentEncoding) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a:b/c d%"), "a%3Ab%2Fc%20d%25");
  EXPECT_EQ(percent_encode("a/b:c", "/"), "a/b%3Ac");
  EXPECT_EQ(percent_encode("\xC3\xA7"), "%C3%A7");
  EXPECT_EQ(percent_encode(""), "");
}

TEST(Request, BadUtf8IsReplacedNotThrown) {
  Asking asking("openai", Kind::stream);
  asking.target.prompt = "a\xC3";
  EXPECT_EQ(asking.body()["messages"][0]["content"], "a\xEF\xBF\xBD");
}

TEST(Dialects, AreThoseTheConfigurationKnows) {
  for (const auto& dialect : dialect_traits())
    EXPECT_NE(find_dialect(dialect.name), nullptr) << dialect.name;
  EXPECT_EQ(dialects().size(), dialect_traits().size());
  for (const auto& type : provider_types())
    EXPECT_NE(find_dialect(type.dialect), nullptr) << type.name;
  EXPECT_EQ(find_dialect("morse"), nullptr);
}

}  // namespace
}  // namespace llm
