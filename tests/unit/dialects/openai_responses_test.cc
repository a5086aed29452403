// What answers of the Responses API say, and what is asked of it.
#include "dialects/openai_responses.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace llm {
namespace {

Target make_target(std::string_view type, Kind kind) {
  auto provider = std::make_shared<Provider>();
  provider->type = find_provider_type(type);
  provider->dialect = "openai-responses";
  provider->base_url = "http://127.0.0.1:1/v1";
  provider->models_path = "/models";
  Target target;
  target.provider = provider;
  target.kind = kind;
  target.model = "m";
  target.prompt = "hi";
  target.max_output_tokens = 16;
  target.token_field = "max_output_tokens";
  return target;
}

Reading event(std::string_view data, std::string_view name = "") {
  return kOpenaiResponses.read_event({name, data}, make_target("openai", Kind::stream));
}
Reading body(std::string_view text) {
  return kOpenaiResponses.read_body(text, make_target("openai", Kind::completion));
}

TEST(ResponsesRequest, Bodies) {
  const auto low = std::optional<std::string>("low");
  const struct {
    const char* type;
    Kind kind;
    std::optional<std::string> effort;
    const char* body;
  } rows[] = {
      {"openai", Kind::stream, low,
       R"({"model":"m","input":"hi","max_output_tokens":16,"store":false,"stream":true,
           "reasoning":{"effort":"low"},"stream_options":{"include_obfuscation":false}})"},
      {"xai",
       Kind::stream,
       {},
       R"({"model":"m","input":"hi","max_output_tokens":16,"store":false,"stream":true})"},
      {"openai",
       Kind::completion,
       {},
       R"({"model":"m","input":"hi","max_output_tokens":16,"store":false})"},
  };
  for (const auto& row : rows) {
    auto target = make_target(row.type, row.kind);
    target.reasoning_effort = row.effort;
    const auto request = kOpenaiResponses.request(target, {});
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "http://127.0.0.1:1/v1/responses");
    EXPECT_EQ(nlohmann::json::parse(request.body), nlohmann::json::parse(row.body));
  }
  const auto models = kOpenaiResponses.request(make_target("openai", Kind::models), {});
  EXPECT_EQ(models.method, "GET");
  EXPECT_EQ(models.url, "http://127.0.0.1:1/v1/models");
}

TEST(ResponsesEvents, Text) {
  const struct {
    const char *data, *reasoning, *content;
  } rows[] = {
      {R"({"type":"response.created","response":{"model":"m-1","status":"in_progress"}})", "", ""},
      {R"({"type":"response.queued","response":{}})", "", ""},
      {R"({"type":"response.output_item.added","item":{"type":"message","content":[]}})", "", ""},
      {R"({"type":"response.content_part.added","part":{"type":"output_text","text":""}})", "", ""},
      {R"({"type":"response.output_text.delta","delta":"Hel","obfuscation":"x"})", "", "Hel"},
      {R"({"type":"response.output_text.delta","delta":""})", "", ""},
      {R"({"type":"response.output_text.delta"})", "", ""},
      {R"({"type":"response.output_text.done","text":"Hello"})", "", ""},
      {R"({"type":"response.reasoning_text.delta","delta":"hm"})", "hm", ""},
      {R"({"type":"response.reasoning_summary_text.delta","delta":"**"})", "**", ""},
      {R"({"type":"response.reasoning_summary_part.added","part":{"text":""}})", "", ""},
      {R"({"type":"response.something.new","delta":"no"})", "", ""},
  };
  for (const auto& row : rows) {
    const auto reading = event(row.data);
    EXPECT_TRUE(reading.understood) << row.data;
    EXPECT_EQ(reading.reasoning, row.reasoning) << row.data;
    EXPECT_EQ(reading.content, row.content) << row.data;
    EXPECT_FALSE(reading.terminated || reading.error || reading.refused || reading.finish_reason)
        << row.data;
  }
  EXPECT_EQ(event(rows[0].data).served_model, "m-1");
  const auto refusal = event(R"({"type":"response.refusal.delta","delta":"I cannot"})");
  EXPECT_EQ(refusal.content, "I cannot");
  EXPECT_TRUE(refusal.refused);
}

TEST(ResponsesEvents, Ends) {
  const struct {
    const char *response, *finish_reason;
    bool refused;
  } rows[] = {
      {R"("response.completed","response":{"status":"completed","error":null})", "completed",
       false},
      {R"("response.incomplete","response":{"status":"incomplete",
          "incomplete_details":{"reason":"max_output_tokens"}})",
       "max_output_tokens", false},
      {R"("response.incomplete","response":{"status":"incomplete",
          "incomplete_details":{"reason":"content_filter"}})",
       "content_filter", true},
      {R"("response.incomplete","response":{"status":"incomplete","incomplete_details":null})",
       "incomplete", false},
  };
  for (const auto& row : rows) {
    const auto reading = event(std::string(R"({"type":)") + row.response + "}");
    EXPECT_TRUE(reading.understood && reading.terminated) << row.response;
    EXPECT_EQ(reading.finish_reason, row.finish_reason);
    EXPECT_EQ(reading.refused, row.refused) << row.response;
    EXPECT_FALSE(reading.error) << row.response;
  }
  EXPECT_TRUE(event("[DONE]").terminated);
}

TEST(ResponsesEvents, Errors) {
  const struct {
    const char *name, *data, *type, *code, *message;
  } rows[] = {
      {"error", R"({"type":"error","code":"server_error","message":"M","param":null})", "",
       "server_error", "M"},
      {"", R"({"type":"error","code":"server_error","message":"M"})", "", "server_error", "M"},
      {"error",
       R"({"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota",
           "message":"M","param":null}})",
       "insufficient_quota", "insufficient_quota", "M"},
      {"response.failed",
       R"({"type":"response.failed","response":{"status":"failed",
           "error":{"code":"rate_limit_exceeded","message":"M"}}})",
       "", "rate_limit_exceeded", "M"},
      {"", R"({"type":"response.failed","response":{"status":"failed","error":null}})", "", "", ""},
      {"", R"({"error":{"message":"M","type":"t","code":"c"}})", "t", "c", "M"},
      {"error", "not JSON", "", "", "not JSON"},
  };
  for (const auto& row : rows) {
    const auto reading = event(row.data, row.name);
    ASSERT_TRUE(reading.error) << row.data;
    EXPECT_EQ(reading.error->type, row.type) << row.data;
    EXPECT_EQ(reading.error->code, row.code) << row.data;
    EXPECT_EQ(reading.error->message, row.message) << row.data;
    EXPECT_TRUE(reading.terminated) << row.data;
    EXPECT_FALSE(reading.finish_reason) << row.data;
  }
}

TEST(ResponsesEvents, WhatIsNotUnderstood) {
  for (const char* data :
       {"", "{}", "[]", "{broken", R"({"type":7})", R"({"type":"response.completed"})",
        R"({"type":"response.completed","response":[]})"})
    EXPECT_FALSE(event(data).understood) << data;
}

TEST(ResponsesUsage, EveryShape) {
  using Count = std::optional<std::uint64_t>;
  const struct {
    const char* usage;
    Count input, uncached, cached, cache_write, output, reasoning;
  } rows[] = {
      {R"({"input_tokens":11,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},
           "output_tokens":75,"output_tokens_details":{"reasoning_tokens":64},"total_tokens":86})",
       11, 7, 4, 2, 75, 64},
      // Reasoning apart from output, by the total.
      {R"({"input_tokens":11,"output_tokens":5,"output_tokens_details":{"reasoning_tokens":64},
           "total_tokens":80})",
       11,
       {},
       {},
       {},
       69,
       64},
      {R"({"input_tokens":11,"input_tokens_details":null,"output_tokens":5,
           "output_tokens_details":null})",
       11,
       {},
       {},
       {},
       5,
       {}},
      {R"({"input_tokens":1,"input_tokens_details":{"cached_tokens":2}})", 1, {}, 2, {}, {}, {}},
      {R"({"input_tokens":-1,"output_tokens":1e300})", {}, {}, {}, {}, {}, {}},
  };
  for (const auto& row : rows) {
    const auto reading =
        event(R"({"type":"response.completed","response":{"status":"completed","usage":)" +
              std::string(row.usage) + "}}");
    Usage usage;
    usage.input = row.input;
    usage.uncached_input = row.uncached;
    usage.cached = row.cached;
    usage.cache_write = row.cache_write;
    usage.output = row.output;
    usage.reasoning = row.reasoning;
    EXPECT_EQ(reading.usage, usage) << row.usage;
  }
}

TEST(ResponsesUsage, Cost) {
  const struct {
    const char* ticks;
    std::optional<double> usd;
  } rows[] = {{"37756000", 0.0037756}, {"0", 0}, {"-1", {}}, {"1e30", {}}, {"\"1\"", {}}};
  for (const auto& row : rows) {
    const auto reading =
        body(R"({"output":[],"usage":{"cost_in_usd_ticks":)" + std::string(row.ticks) + "}}");
    ASSERT_EQ(reading.cost_usd.has_value(), row.usd.has_value()) << row.ticks;
    EXPECT_DOUBLE_EQ(reading.cost_usd.value_or(-1), row.usd.value_or(-1)) << row.ticks;
  }
}

TEST(ResponsesBody, Whole) {
  const auto reading = body(R"({"status":"completed","error":null,"model":"m-1","output":[
    {"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],
     "content":[{"type":"reasoning_text","text":"!"}]},
    {"type":"web_search_call","status":"completed"},
    {"type":"message","content":[{"type":"output_text","text":"Hel"},
                                 {"type":"output_text","text":"lo"}]}],
    "usage":{"input_tokens":1,"output_tokens":2}})");
  EXPECT_TRUE(reading.understood);
  EXPECT_EQ(reading.reasoning, "hm!");
  EXPECT_EQ(reading.content, "Hello");
  EXPECT_EQ(reading.finish_reason, "completed");
  EXPECT_EQ(reading.served_model, "m-1");
  EXPECT_EQ(reading.usage->output, 2U);
  EXPECT_FALSE(reading.refused || reading.error);
}

TEST(ResponsesBody, Others) {
  const auto refusal = body(R"({"status":"completed","output":[{"type":"message","content":[
                                {"type":"refusal","refusal":"no"}]}]})");
  EXPECT_TRUE(refusal.refused);
  EXPECT_EQ(refusal.content, "no");

  const auto filtered = body(R"({"status":"incomplete","output":[],
                                 "incomplete_details":{"reason":"content_filter"}})");
  EXPECT_TRUE(filtered.refused);
  EXPECT_EQ(filtered.finish_reason, "content_filter");

  const auto failed = body(R"({"status":"failed","output":[],
                               "error":{"code":"server_error","message":"M"}})");
  ASSERT_TRUE(failed.error);
  EXPECT_EQ(failed.error->code, "server_error");
  EXPECT_FALSE(failed.finish_reason);

  ASSERT_TRUE(body(R"({"error":{"message":"M"}})").error);
  for (const char* text : {"", "{}", "[]", "{broken", R"({"output":"text"})"})
    EXPECT_FALSE(body(text).understood) << text;
}

}  // namespace
}  // namespace llm
