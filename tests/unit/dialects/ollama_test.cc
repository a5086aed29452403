// Ollama's own API.
#include "dialects/ollama.h"

#include <gtest/gtest.h>

#include "unit/dialects/ask.h"

namespace llm::test {
namespace {

using nlohmann::json;

TEST(OllamaRequest, IsWhatTheApiTakes) {
  Ask ask("ollama", Kind::stream, "http://h");
  ask.credentials.api_key = {};
  json want = {{"model", "m"},
               {"messages", json::array({{{"role", "user"}, {"content", "hi"}}})},
               {"stream", true},
               {"options", {{"num_predict", 16}}}};
  EXPECT_EQ(ask.request().method, "POST");
  EXPECT_EQ(ask.request().url, "http://h/api/chat");
  EXPECT_EQ(ask.headers(),
            (std::map<std::string, std::string>{{"Accept", "application/x-ndjson"},
                                                {"Content-Type", "application/json"}}));
  EXPECT_EQ(ask.body(), want);
  want["stream"] = false;
  EXPECT_EQ(Ask("ollama", Kind::completion, "http://h").body(), want)
      << "left out, it would be true";
}

TEST(OllamaRequest, ThinksAsMuchAsItIsTold) {
  const std::pair<const char*, json> cases[] = {
      {"none", false}, {"low", "low"}, {"high", "high"}, {"minimal", true}};
  for (const auto& [effort, want] : cases) {
    Ask ask("ollama", Kind::stream, "http://h");
    ask.target.reasoning_effort = effort;
    EXPECT_EQ(ask.body()["think"], want) << effort;
  }
}

TEST(OllamaRequest, ListsWhatIsThereOrWhatIsLoaded) {
  Ask ask("ollama", Kind::models, "http://h");
  EXPECT_EQ(ask.request().url, "http://h/api/tags");
  ask.provider.models_path = "/api/ps";
  EXPECT_EQ(ask.request().url, "http://h/api/ps");
}

struct Case {
  const char *name, *data, *want;
};

const Case kLines[] = {
    {"text", R"({"model":"q","message":{"role":"assistant","content":"a"},"done":false})",
     "content=a model=q"},
    {"thinking", R"({"model":"q","message":{"content":"","thinking":"t"},"done":false})",
     "reasoning=t model=q"},
    {"the end",
     R"({"model":"q","message":{"content":""},"done":true,"done_reason":"stop",
         "total_duration":812345678,"load_duration":412000000,"prompt_eval_count":11,
         "prompt_eval_duration":52500000,"eval_count":3,"eval_duration":31000000})",
     "finish=stop finished end in=11 out=3 generated=3 model=q ms=812.345678 load_ms=412.0 "
     "prompt_ms=52.5 eval_ms=31.0"},
    {"the end with text", R"({"message":{"content":"!"},"done":true,"done_reason":"length"})",
     "content=! finish=length finished end"},
    {"an end without a reason is one", R"({"message":{"content":""},"done":true})", "finished end"},
    {"a cached prompt is not counted", R"({"done":true,"done_reason":"stop","eval_count":3})",
     "finish=stop finished end out=3 generated=3"},
    {"nonsense",
     R"({"done":true,"total_duration":-1,"load_duration":"x","eval_count":-2,"eval_duration":null})",
     "finished end"},
    {"an error", R"({"error":"the runner died"})", "error message=the runner died"},
    {"a proxy's error", R"({"message":"bad gateway"})", "error message=bad gateway"},
    {"done is no string", R"({"message":{"content":"a"},"done":"true"})", "content=a"},
    {"another API's chunk", R"({"choices":[{"delta":{"content":"x"}}]})", "unknown"},
    {"an event", "data: {}", "unknown"},
    {"no object", "[1]", "unknown"},
};

TEST(OllamaLine, SaysThisAndNoMore) {
  for (const auto& c : kLines)
    EXPECT_EQ(show(Ask("ollama", Kind::stream, "http://h").event(c.data)), c.want) << c.name;
}

TEST(OllamaBody, IsALastLine) {
  Ask ask("ollama", Kind::completion, "http://h");
  EXPECT_EQ(show(ask.whole(R"({"message":{"content":"a"},"done":true,"done_reason":"stop"})")),
            "content=a finish=stop finished end");
  EXPECT_EQ(show(ask.whole(R"({"error":"no"})")), "error message=no");
  EXPECT_FALSE(ask.whole(R"({"message":{"content":"a"},"done":false})").understood);
  EXPECT_FALSE(ask.whole("{}").understood);
}

}  // namespace
}  // namespace llm::test
