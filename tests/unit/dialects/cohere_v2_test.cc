// Cohere's chat API, version 2.
#include "dialects/cohere_v2.h"

#include <gtest/gtest.h>

#include "unit/dialects/ask.h"

namespace llm::test {
namespace {

using nlohmann::json;

TEST(CohereRequest, IsWhatTheApiTakes) {
  Ask ask("cohere", Kind::stream, "http://h");
  json want = {{"model", "m"},
               {"messages", json::array({{{"role", "user"}, {"content", "hi"}}})},
               {"max_tokens", 16},
               {"stream", true}};
  EXPECT_EQ(ask.request().method, "POST");
  EXPECT_EQ(ask.request().url, "http://h/v2/chat");
  EXPECT_EQ(ask.headers().at("Authorization"), "Bearer KEY");
  EXPECT_EQ(ask.body(), want);
  want["stream"] = false;
  EXPECT_EQ(Ask("cohere", Kind::completion, "http://h").body(), want);
}

TEST(CohereRequest, ThinksOrNot) {
  const std::pair<const char*, const char*> cases[] = {{"none", "disabled"}, {"high", "enabled"}};
  for (const auto& [effort, want] : cases) {
    Ask ask("cohere", Kind::stream, "http://h");
    ask.target.reasoning_effort = effort;
    EXPECT_EQ(ask.body()["thinking"], (json{{"type", want}}));
  }
}

TEST(CohereRequest, ListsModelsOfVersionOne) {
  for (const auto kind : {Kind::models, Kind::key})
    EXPECT_EQ(Ask("cohere", kind, "http://h").request().url, "http://h/v1/models?page_size=1000");
}

struct Case {
  const char *name, *event, *data, *want;
};

const Case kEvents[] = {
    {"start", "message-start",
     R"({"id":"x","type":"message-start","delta":{"message":{"role":"assistant","content":[]}}})",
     ""},
    {"a part begins empty", "content-start",
     R"({"type":"content-start","delta":{"message":{"content":{"type":"text","text":""}}}})", ""},
    {"text", "content-delta",
     R"({"type":"content-delta","delta":{"message":{"content":{"text":"a"}}}})", "content=a"},
    {"thinking", "content-delta",
     R"({"type":"content-delta","delta":{"message":{"content":{"thinking":"t"}}}})", "reasoning=t"},
    {"the event's name does where the type is missing", "content-delta",
     R"({"delta":{"message":{"content":{"text":"a"}}}})", "content=a"},
    {"the type does where the name is missing", "",
     R"({"type":"content-delta","delta":{"message":{"content":{"text":"a"}}}})", "content=a"},
    {"the end", "message-end",
     R"({"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{
         "billed_units":{"input_tokens":12,"output_tokens":3},
         "tokens":{"input_tokens":507,"output_tokens":6},"cached_tokens":448}}})",
     "finish=COMPLETE end in=507 uncached=59 out=6 cached=448 billed_in=12 billed_out=3 "
     "generated=6"},
    {"counts that are not integers", "message-end",
     R"({"type":"message-end","delta":{"finish_reason":"MAX_TOKENS","usage":{
         "billed_units":{"input_tokens":12.0,"output_tokens":0.5},
         "tokens":{"input_tokens":-1,"output_tokens":1e300}}}})",
     "finish=MAX_TOKENS end billed_in=12"},
    {"no usage", "message-end", R"({"type":"message-end","delta":{"finish_reason":"COMPLETE"}})",
     "finish=COMPLETE end"},
    {"a failure with words", "message-end",
     R"({"type":"message-end","delta":{"finish_reason":"ERROR","error":"it broke"}})",
     "finish=ERROR end error code=ERROR message=it broke"},
    {"a failure without", "message-end",
     R"({"type":"message-end","delta":{"finish_reason":"ERROR"}})",
     "finish=ERROR end error code=ERROR"},
    {"too long", "message-end", R"({"type":"message-end","delta":{"finish_reason":"TIMEOUT"}})",
     "finish=TIMEOUT end error code=TIMEOUT reason=timeout_error"},
    {"an error whatever the reason", "message-end",
     R"({"type":"message-end","delta":{"finish_reason":"COMPLETE","error":"it broke"}})",
     "finish=COMPLETE end error message=it broke"},
    {"toxic", "message-end", R"({"type":"message-end","delta":{"finish_reason":"ERROR_TOXIC"}})",
     "refused finish=ERROR_TOXIC end"},
    {"what some streams add", "", "[DONE]", ""},
    {"tools", "tool-plan-delta",
     R"({"type":"tool-plan-delta","delta":{"message":{"tool_plan":"x"}}})", ""},
    {"an error event", "error", R"({"message":"m"})", "error message=m"},
    {"an error without a name", "", R"({"id":"x","message":"m"})", "error message=m"},
    {"another API's chunk", "", R"({"choices":[]})", "unknown"},
    {"no JSON", "content-delta", "hello", "unknown"},
    {"no object", "content-delta", "[1]", "unknown"},
};

TEST(CohereEvent, SaysThisAndNoMore) {
  for (const auto& c : kEvents)
    EXPECT_EQ(show(Ask("cohere", Kind::stream, "http://h").event(c.data, c.event)), c.want)
        << c.name;
}

const Case kBodies[] = {
    {"an answer", "",
     R"({"id":"x","finish_reason":"COMPLETE","message":{"role":"assistant","content":[
         {"type":"thinking","thinking":"t"},{"type":"text","text":"a"}]},
         "usage":{"tokens":{"input_tokens":5,"output_tokens":2}}})",
     "reasoning=t content=a finish=COMPLETE in=5 out=2 generated=2"},
    {"no text", "", R"({"finish_reason":"MAX_TOKENS","message":{"role":"assistant"}})",
     "finish=MAX_TOKENS"},
    {"a failure", "", R"({"finish_reason":"ERROR","message":{"content":[]}})",
     "finish=ERROR error code=ERROR"},
    {"a sentence is an error", "", R"({"message":"invalid api token"})",
     "error message=invalid api token"},
    {"no answer", "", R"({"id":"x"})", "unknown"},
    {"no JSON", "", "<html>", "unknown"},
};

TEST(CohereBody, SaysThisAndNoMore) {
  for (const auto& c : kBodies)
    EXPECT_EQ(show(Ask("cohere", Kind::completion, "http://h").whole(c.data)), c.want) << c.name;
}

}  // namespace
}  // namespace llm::test
