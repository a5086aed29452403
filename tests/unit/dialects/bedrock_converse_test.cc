// What Bedrock's answers say, and what is asked of it.
#include "dialects/bedrock_converse.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace llm {
namespace {

Target make_target(Kind kind) {
  auto provider = std::make_shared<Provider>();
  provider->type = find_provider_type("bedrock");
  provider->dialect = "bedrock-converse";
  provider->base_url = "http://127.0.0.1:1";
  provider->catalog_url = "http://127.0.0.1:2";
  provider->models_path = provider->type->models_path;
  Target target;
  target.provider = provider;
  target.kind = kind;
  target.model = "us.amazon.nova-lite-v1:0";
  target.prompt = "hi";
  target.max_output_tokens = 16;
  target.token_field = "maxTokens";
  return target;
}

Reading event(std::string_view name, std::string_view data) {
  return kBedrockConverse.read_event({name, data}, make_target(Kind::stream));
}
Reading body(std::string_view text) {
  return kBedrockConverse.read_body(text, make_target(Kind::completion));
}

std::string header(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value.reveal();
  }
  return "";
}

TEST(BedrockRequest, PathsAndAccept) {
  const struct {
    Kind kind;
    const char *model, *method, *url, *accept;
  } rows[] = {
      {Kind::stream, "us.amazon.nova-lite-v1:0", "POST",
       "http://127.0.0.1:1/model/us.amazon.nova-lite-v1%3A0/converse-stream",
       "application/vnd.amazon.eventstream"},
      {Kind::speed, "m", "POST", "http://127.0.0.1:1/model/m/converse-stream",
       "application/vnd.amazon.eventstream"},
      {Kind::completion, "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x-v1:0",
       "POST",
       "http://127.0.0.1:1/model/"
       "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.x-v1%3A0/converse",
       "application/json"},
      {Kind::models, "", "GET", "http://127.0.0.1:2/foundation-models", "application/json"},
      {Kind::key, "", "GET", "http://127.0.0.1:2/foundation-models", "application/json"},
  };
  for (const auto& row : rows) {
    auto target = make_target(row.kind);
    target.model = row.model;
    Credentials credentials;
    credentials.api_key = Secret("KEY");
    const auto request = kBedrockConverse.request(target, credentials);
    EXPECT_EQ(request.method, row.method);
    EXPECT_EQ(request.url, row.url);
    EXPECT_EQ(header(request, "Accept"), row.accept) << row.url;
    EXPECT_EQ(header(request, "Authorization"), "Bearer KEY") << row.url;
    EXPECT_EQ(request.body.empty(), request.method == "GET") << row.url;
  }
}

TEST(BedrockRequest, Body) {
  const auto request = kBedrockConverse.request(make_target(Kind::stream), {});
  EXPECT_EQ(nlohmann::json::parse(request.body), nlohmann::json::parse(R"({
    "messages":[{"role":"user","content":[{"text":"hi"}]}],
    "inferenceConfig":{"maxTokens":16}})"));
  EXPECT_EQ(header(request, "Content-Type"), "application/json");
  EXPECT_EQ(header(request, "Authorization"), "");
}

TEST(BedrockEvents, Text) {
  const struct {
    const char *name, *data, *reasoning, *content;
  } rows[] = {
      {"messageStart", R"({"role":"assistant","p":"ab"})", "", ""},
      {"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"Hel"},"p":"a"})", "", "Hel"},
      {"contentBlockDelta", R"({"delta":{"reasoningContent":{"text":"hm"}}})", "hm", ""},
      {"contentBlockDelta", R"({"delta":{"reasoningContent":{"signature":"c2ln"}}})", "", ""},
      {"contentBlockDelta", R"({"delta":{"reasoningContent":{"redactedContent":"eA=="}}})", "", ""},
      {"contentBlockDelta", R"({"delta":{"toolUse":{"input":"{}"}}})", "", ""},
      {"contentBlockDelta", R"({"delta":{"text":""}})", "", ""},
      {"contentBlockDelta", R"({"delta":7})", "", ""},
      {"contentBlockStop", R"({"contentBlockIndex":0})", "", ""},
      {"initial-response", "{}", "", ""},
      {"somethingNew", R"({"delta":{"text":"no"}})", "", ""},
  };
  for (const auto& row : rows) {
    const auto reading = event(row.name, row.data);
    EXPECT_TRUE(reading.understood) << row.data;
    EXPECT_EQ(reading.reasoning, row.reasoning) << row.data;
    EXPECT_EQ(reading.content, row.content) << row.data;
    EXPECT_FALSE(reading.terminated || reading.error || reading.finish_reason) << row.data;
  }
}

TEST(BedrockEvents, StopReasons) {
  const struct {
    const char* reason;
    bool refused;
  } rows[] = {{"end_turn", false},
              {"max_tokens", false},
              {"guardrail_intervened", true},
              {"content_filtered", true},
              {"malformed_model_output", false},
              {"model_context_window_exceeded", false}};
  for (const auto& row : rows) {
    const auto reading =
        event("messageStop", R"({"p":"a","stopReason":")" + std::string(row.reason) + "\"}");
    EXPECT_EQ(reading.finish_reason, row.reason);
    EXPECT_EQ(reading.refused, row.refused) << row.reason;
    EXPECT_FALSE(reading.terminated) << "metadata follows";
  }
}

TEST(BedrockEvents, MetadataIsTheEnd) {
  const auto reading = event("metadata", R"({"usage":{"inputTokens":22,"outputTokens":6,
    "totalTokens":138,"cacheReadInputTokens":100,"cacheWriteInputTokens":10,
    "serverToolUsage":{}},"metrics":{"latencyMs":2040},"p":"abc"})");
  EXPECT_TRUE(reading.terminated);
  EXPECT_EQ(reading.provider_ms, 2040);
  Usage usage;
  usage.input = 132;
  usage.uncached_input = 22;
  usage.cached = 100;
  usage.cache_write = 10;
  usage.output = 6;
  EXPECT_EQ(reading.usage, usage);
}

TEST(BedrockEvents, NumbersThatMakeNoSenseAreAbsent) {
  for (const char* metadata :
       {R"({"usage":{"inputTokens":-1,"outputTokens":1e99},"metrics":{"latencyMs":-5}})",
        R"({"usage":{"inputTokens":"22"},"metrics":{"latencyMs":"x"}})",
        R"({"usage":{"inputTokens":99999999999999},"metrics":{"latencyMs":99999999999999}})"}) {
    const auto reading = event("metadata", metadata);
    ASSERT_TRUE(reading.usage) << metadata;
    EXPECT_EQ(*reading.usage, Usage{}) << metadata;
    EXPECT_EQ(reading.provider_ms, std::nullopt) << metadata;
  }
  EXPECT_EQ(event("metadata", "{}").usage, std::nullopt);
}

TEST(BedrockEvents, Failures) {
  const struct {
    const char *name, *data, *type, *message;
    bool terminated;
  } rows[] = {
      {"exception:throttlingException", R"({"message":"slow down"})", "throttlingException",
       "slow down", true},
      {"exception:modelStreamErrorException",
       R"({"message":"m","originalStatusCode":424,"originalMessage":"o"})",
       "modelStreamErrorException", "m", true},
      {"exception:validationException", R"({"Message":"big M"})", "validationException", "big M",
       true},
      {"exception:internalServerException", "", "internalServerException", "", true},
      {"exception:", "{}", "", "{}", true},
      {"error:InternalFailure", "gone", "InternalFailure", "gone", true},
      {"error:corrupt_frame", "bad", "corrupt_frame", "bad", false},
  };
  for (const auto& row : rows) {
    const auto reading = event(row.name, row.data);
    ASSERT_TRUE(reading.error) << row.name;
    EXPECT_EQ(reading.error->type, row.type);
    EXPECT_EQ(reading.error->message, row.message) << row.name;
    EXPECT_EQ(reading.terminated, row.terminated) << row.name;
  }
}

TEST(BedrockEvents, WhatIsNotUnderstood) {
  EXPECT_FALSE(event("contentBlockDelta", "{broken").understood);
  EXPECT_FALSE(event("contentBlockDelta", "[]").understood);
  EXPECT_FALSE(event("", "{}").understood);
}

TEST(BedrockBody, Whole) {
  const auto reading = body(R"({"metrics":{"latencyMs":551},"output":{"message":{"role":"assistant",
    "content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},
               {"reasoningContent":{"redactedContent":"eA=="}},{"text":"H"},{"text":"i"}]}},
    "stopReason":"max_tokens","usage":{"inputTokens":22,"outputTokens":1,"totalTokens":23}})");
  EXPECT_TRUE(reading.understood);
  EXPECT_EQ(reading.content, "Hi");
  EXPECT_EQ(reading.reasoning, "hm");
  EXPECT_EQ(reading.finish_reason, "max_tokens");
  EXPECT_EQ(reading.provider_ms, 551);
  Usage usage;
  usage.input = usage.uncached_input = 22;
  usage.output = 1;
  EXPECT_EQ(reading.usage, usage);
  EXPECT_EQ(reading.served_model, "");
}

TEST(BedrockBody, Others) {
  EXPECT_TRUE(body(R"({"output":{"message":{"content":[{"text":"no"}]}},
                       "stopReason":"guardrail_intervened"})")
                  .refused);
  const auto failed = body(R"({"message":"The security token is invalid."})");
  ASSERT_TRUE(failed.error);
  EXPECT_EQ(failed.error->message, "The security token is invalid.");
  for (const char* text : {"", "{}", "[]", R"({"output":{}})", "{broken"})
    EXPECT_FALSE(body(text).understood) << text;
}

}  // namespace
}  // namespace llm
