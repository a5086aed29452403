// What the fake providers check and answer when nothing is wrong with them.
#include <gtest/gtest.h>

#include "simulator/answer.h"
#include "unit/simulator/fake_client.h"

namespace llm::sim {
namespace {

using nlohmann::json;

const std::string kModels =
    "models: [{name: m, served: m-1, ttft: 2ms, tokens_per_second: 10000, text: 'a b c', "
    "reasoning_tokens: 2, reasoning_text: hm, jitter: 0}, "
    "{name: silent, ttft: 2ms, tokens_per_second: 10000, reasoning_tokens: 64, reasoning: true}]";

std::string two_providers(const std::string& more = "") {
  return "  - {name: gpt, dialect: openai-chat, " + kModels + more +
         "}\n  - {name: claude, dialect: anthropic-messages, " + kModels + more + "}\n";
}

TEST(FakeProvider, StreamsReasoningThenText) {
  const FakeProviders fakes(two_providers());
  for (const auto* name : {"gpt", "claude"}) {
    const auto answer = fakes.ask(FakeProviders::chat(name, true));
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.headers.at("content-type"), "text/event-stream; charset=utf-8");
    EXPECT_EQ(text_of(answer.body), "a b c") << answer.body;
  }
  const auto gpt = events_of(fakes.ask(FakeProviders::chat("gpt", true)).body);
  ASSERT_EQ(gpt.size(), 7u);  // role, two thoughts, three words, finish
  EXPECT_EQ(gpt[0]["choices"][0]["delta"]["role"], "assistant");
  EXPECT_EQ(gpt[1]["choices"][0]["delta"]["reasoning_content"], "hm");
  EXPECT_EQ(gpt[2]["choices"][0]["delta"]["reasoning_content"], " hm");
  EXPECT_EQ(gpt[6]["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(gpt[6]["model"], "m-1");

  std::vector<std::string> types;
  for (const auto& event : events_of(fakes.ask(FakeProviders::chat("claude", true)).body)) {
    types.push_back(event["type"]);
  }
  const std::vector<std::string> expected{
      "message_start",       "content_block_start", "ping",
      "content_block_delta", "content_block_delta", "content_block_delta",
      "content_block_stop",  "content_block_start", "content_block_delta",
      "content_block_delta", "content_block_delta", "content_block_stop",
      "message_delta",       "message_stop"};
  EXPECT_EQ(types, expected);
}

TEST(FakeProvider, CountsTokensAndKeepsToTheLimit) {
  const FakeProviders fakes(two_providers());
  const auto body = [](std::string_view limit) {
    return R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + std::string(limit) +
           "}";
  };
  const auto gpt =
      json::parse(fakes
                      .ask(FakeProviders::request("POST", "/gpt/v1/chat/completions",
                                                  body(R"("max_completion_tokens":4)")))
                      .body);
  EXPECT_EQ(gpt["usage"]["completion_tokens"], 4);
  EXPECT_EQ(gpt["usage"]["completion_tokens_details"]["reasoning_tokens"], 2);
  EXPECT_EQ(gpt["choices"][0]["message"]["content"], "a b");
  EXPECT_EQ(gpt["choices"][0]["finish_reason"], "length");
  const auto claude = json::parse(
      fakes.ask(FakeProviders::request("POST", "/claude/v1/messages", body(R"("max_tokens":5)")))
          .body);
  EXPECT_EQ(claude["usage"]["output_tokens"], 5);
  EXPECT_EQ(claude["content"][1]["text"], "a b c");
  EXPECT_EQ(claude["stop_reason"], "end_turn");
}

TEST(FakeProvider, SendsUsageInTheStreamOnlyWhenAsked) {
  const FakeProviders fakes(two_providers());
  const auto without = events_of(fakes.ask(FakeProviders::chat("gpt", true)).body);
  for (const auto& event : without) EXPECT_FALSE(event.contains("usage"));
  const auto with = events_of(
      fakes.ask(FakeProviders::chat("gpt", true, R"(,"stream_options":{"include_usage":true})"))
          .body);
  ASSERT_EQ(with.size(), without.size() + 1);
  EXPECT_TRUE(with.front()["usage"].is_null());
  EXPECT_TRUE(with.back()["choices"].empty());
  EXPECT_EQ(with.back()["usage"]["completion_tokens"], 5);
}

TEST(FakeProvider, RefusesAsTheRealOneDoes) {
  const FakeProviders fakes(two_providers(", api_keys: [sk-right]"));
  const std::string bearer = "Authorization: Bearer sk-right\r\n", key = "x-api-key: sk-right\r\n";
  const std::string chat = "/gpt/v1/chat/completions", messages = "/claude/v1/messages";
  const std::string deep = R"({"messages":)" + std::string(100'000, '[');
  const struct {
    std::string method, path, headers, body;
    int status;
    std::string_view says;
  } rows[] = {
      {"POST", "/gpt/v1/completions", bearer, "{}", 404, "Invalid URL (POST /v1/completions)"},
      {"GET", chat, bearer, "", 405, "Not allowed to GET"},
      {"POST", "/gpt/v1/models", bearer, "{}", 405, "Not allowed to POST"},
      {"POST", chat, "", "{}", 401, "You didn't provide an API key"},
      {"POST", chat, "Authorization: Bearer sk-wrong-0123456789\r\n", "{}", 401, "sk-*"},
      {"POST", chat, "Authorization: Basic sk-right\r\n", "{}", 401, "didn't provide"},
      {"GET", "/gpt/v1/models", "", "", 401, "didn't provide"},
      {"POST", chat, bearer, "{", 400, "could not parse the JSON"},
      {"POST", chat, bearer, "[]", 400, "could not parse the JSON"},
      {"POST", chat, bearer, deep, 400, "could not parse the JSON"},
      {"POST", chat, bearer, "{}", 400, "model"},
      {"POST", chat, bearer, R"({"model":"x"})", 404, "model_not_found"},
      {"POST", chat, bearer, R"({"model":"m"})", 400, "missing_required_parameter"},
      {"POST", chat, bearer, R"({"model":"m","messages":[1],"max_tokens":0})", 400,
       "integer_below_min_value"},
      {"POST", chat, bearer, R"({"model":"silent","messages":[1],"max_tokens":9})", 400,
       "unsupported_parameter"},
      {"POST", messages, "", "{}", 401, "x-api-key header is required"},
      {"POST", messages, "x-api-key: sk-wrong\r\n", "{}", 401, "authentication_error"},
      {"POST", messages, key, "nonsense", 400, "invalid_request_error"},
      {"POST", messages, key, R"({"model":"m","messages":[1]})", 400, "max_tokens: Field required"},
      {"POST", messages, key, R"({"model":"m","messages":[1],"max_tokens":-1})", 400, "max_tokens"},
      {"POST", messages, key, R"({"model":"x","messages":[1],"max_tokens":1})", 404, "model: x"},
      {"POST", messages, key, R"({"model":"m","messages":[],"max_tokens":1})", 400, "messages"},
      {"GET", "/claude/v1/other", key, "", 404, "not_found_error"},
      {"GET", "/nobody/v1/models", "", "", 404, "/gpt  (openai-chat)"},
      {"GET", "/", "", "", 404, "/claude  (anthropic-messages)"},
  };
  for (const auto& row : rows) {
    const auto answer =
        fakes.ask(FakeProviders::request(row.method, row.path, row.body, row.headers));
    EXPECT_EQ(answer.status, row.status) << row.path << " " << row.body.substr(0, 80);
    EXPECT_NE(answer.body.find(row.says), std::string::npos) << row.says << " in " << answer.body;
    EXPECT_EQ(answer.body.find("sk-wrong"), std::string::npos) << answer.body;
  }
}

TEST(FakeProvider, WantsAnthropicsVersion) {
  const FakeProviders fakes(two_providers());
  const auto answer =
      fakes.ask("POST /claude/v1/messages HTTP/1.1\r\nx-api-key: k\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("anthropic-version"), std::string::npos);
}

TEST(FakeProvider, CountsItsRateLimitDown) {
  const std::string limits =
      ", rate_limit: {requests: {limit: 2, window: 1h}, tokens: {limit: 1000, window: 1h}}";
  const FakeProviders fakes(two_providers(limits));
  const struct {
    std::string provider, prefix_remaining;
  } rows[] = {{"gpt", "x-ratelimit-remaining-requests"},
              {"claude", "anthropic-ratelimit-requests-remaining"}};
  for (const auto& row : rows) {
    for (const auto* left : {"1", "0"}) {
      const auto answer = fakes.ask(FakeProviders::chat(row.provider, true));
      EXPECT_EQ(answer.status, 200);
      EXPECT_EQ(answer.headers.at(row.prefix_remaining), left);
    }
    const auto refused = fakes.ask(FakeProviders::chat(row.provider, true));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.headers.at(row.prefix_remaining), "0");
    // One of two an hour comes back in half an hour.
    const auto wait = std::stoi(refused.headers.at("retry-after"));
    EXPECT_LE(wait, 1800);
    EXPECT_GE(wait, 1700);
    // The list of models is not limited.
    EXPECT_EQ(
        fakes.ask(FakeProviders::request("GET", "/" + row.provider + "/v1/models", "")).status,
        200);
  }
}

TEST(FakeProvider, PagesAnthropicsModels) {
  const FakeProviders fakes(two_providers());
  const struct {
    std::string_view query;
    std::vector<std::string> ids;
    bool more;
  } rows[] = {{"", {"m", "silent"}, false},
              {"?limit=1", {"m"}, true},
              {"?limit=1&after_id=m", {"silent"}, false},
              {"?after_id=silent", {}, false},
              {"?limit=1000", {"m", "silent"}, false}};
  for (const auto& row : rows) {
    const auto page = json::parse(
        fakes.ask(FakeProviders::request("GET", "/claude/v1/models" + std::string(row.query), ""))
            .body);
    std::vector<std::string> ids;
    for (const auto& model : page["data"]) ids.push_back(model["id"]);
    EXPECT_EQ(ids, row.ids) << row.query;
    EXPECT_EQ(page["has_more"], row.more) << row.query;
  }
}

TEST(FakeProvider, DriftsOverTime) {
  ModelScript model;
  model.served = {"one", "two"};
  model.drift_every = std::chrono::seconds(10);
  std::mt19937_64 random;
  const struct {
    int seconds;
    std::string_view served;
  } rows[] = {{0, "one"}, {9, "one"}, {10, "two"}, {19, "two"}, {20, "one"}};
  for (const auto& row : rows) {
    const auto answer = make_answer({.model = &model}, std::chrono::seconds(row.seconds), random);
    EXPECT_EQ(answer.served_model, row.served) << row.seconds;
  }
}

TEST(FakeProvider, KeepsDelaysWithinTheJitter) {
  ModelScript model;
  model.served = {"m"};
  model.jitter = 0.2;
  model.ttft = std::chrono::milliseconds(100);
  model.tokens_per_second = 100;
  model.output_tokens = 50;
  std::mt19937_64 random;
  for (int i = 0; i < 100; ++i) {
    const auto answer = make_answer({.model = &model}, Nanos(0), random);
    const auto ttft = to_seconds(answer.head_delay + answer.token_delays[0]);
    EXPECT_GE(ttft, 0.08);
    EXPECT_LE(ttft, 0.12);
    for (std::size_t t = 1; t < 50; ++t) {
      EXPECT_GE(to_seconds(answer.token_delays[t]), 0.008);
      EXPECT_LE(to_seconds(answer.token_delays[t]), 0.012);
    }
  }
}

}  // namespace
}  // namespace llm::sim
