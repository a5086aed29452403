// Gemini and Vertex AI: where requests go, what they hold, and what every kind of chunk says.
#include "dialects/gemini.h"

#include <gtest/gtest.h>

#include "unit/dialects/ask.h"

namespace llm::test {
namespace {

using nlohmann::json;

struct Url {
  const char *type, *project, *region, *model;
  Kind kind;
  const char* want;
};

constexpr const char* kStream = ":streamGenerateContent?alt=sse";
const Url kUrls[] = {
    {"gemini", "", "", "gemini-2.5-flash", Kind::stream, "/models/gemini-2.5-flash"},
    {"gemini", "", "", "gemini-2.5-flash", Kind::speed, "/models/gemini-2.5-flash"},
    {"gemini", "", "", "models/gemini-2.5-flash", Kind::stream, "/models/gemini-2.5-flash"},
    {"gemini", "", "", "tunedModels/mine", Kind::stream, "/tunedModels/mine"},
    {"gemini", "", "", "a b:c?d#é", Kind::stream, "/models/a%20b%3Ac%3Fd%23%C3%A9"},
    {"gemini", "ignored", "ignored", "m", Kind::stream, "/models/m"},
    {"vertex", "p", "us-central1", "m", Kind::stream,
     "/projects/p/locations/us-central1/publishers/google/models/m"},
    {"vertex", "p", "", "m", Kind::stream,
     "/projects/p/locations/global/publishers/google/models/m"},
    {"vertex", "example.com:p", "eu", "m", Kind::stream,
     "/projects/example.com%3Ap/locations/eu/publishers/google/models/m"},
    {"vertex", "p", "eu", "publishers/meta/models/l", Kind::stream,
     "/projects/p/locations/eu/publishers/meta/models/l"},
    {"vertex", "p", "eu", "projects/q/locations/x/endpoints/7", Kind::stream,
     "/projects/q/locations/x/endpoints/7"},
    {"vertex", "", "us-central1", "m", Kind::stream, "/publishers/google/models/m"},
};

TEST(GeminiRequest, GoesToTheModel) {
  for (const auto& c : kUrls) {
    SCOPED_TRACE(c.want);
    Ask ask(c.type, c.kind, "http://h/v1");
    ask.provider.project = c.project;
    ask.provider.region = c.region;
    ask.target.model = c.model;
    EXPECT_EQ(ask.request().method, "POST");
    EXPECT_EQ(ask.request().url, std::string("http://h/v1") + c.want + kStream);
    ask.target.kind = Kind::completion;
    EXPECT_EQ(ask.request().url, std::string("http://h/v1") + c.want + ":generateContent");
  }
}

TEST(GeminiRequest, ListsModels) {
  EXPECT_EQ(Ask("gemini", Kind::models, "http://h/v1beta").request().url,
            "http://h/v1beta/models?pageSize=1000");
  EXPECT_EQ(Ask("gemini", Kind::key, "http://h/v1").request().url,
            "http://h/v1/models?pageSize=1000")
      << "the version is the user's";
  Ask vertex("vertex", Kind::models, "http://h/v1");
  EXPECT_EQ(vertex.request().method, "GET");
  EXPECT_EQ(vertex.request().url, "http://h/v1beta1/publishers/google/models?pageSize=1000");
  vertex.provider.catalog_url = "http://other/v1";
  EXPECT_EQ(vertex.request().url, "http://other/v1/publishers/google/models?pageSize=1000")
      << "what the user named is used as it is";
}

TEST(GeminiRequest, HoldsThePromptAndTheLimit) {
  const json want = {
      {"contents", json::array({{{"role", "user"}, {"parts", json::array({{{"text", "hi"}}})}}})},
      {"generationConfig", {{"maxOutputTokens", 16}}}};
  EXPECT_EQ(Ask("gemini", Kind::stream, "http://h").body(), want);
  EXPECT_EQ(Ask("gemini", Kind::completion, "http://h").body(), want);
  EXPECT_EQ(Ask("vertex", Kind::stream, "http://h").body(), want);
}

TEST(GeminiRequest, ThinksAsMuchAsItIsTold) {
  const std::pair<const char*, json> cases[] = {{"none", {{"thinkingBudget", 0}}},
                                                {"minimal", {{"thinkingLevel", "MINIMAL"}}},
                                                {"low", {{"thinkingLevel", "LOW"}}},
                                                {"high", {{"thinkingLevel", "HIGH"}}}};
  for (const auto& [effort, want] : cases) {
    Ask ask("gemini", Kind::stream, "http://h");
    ask.target.reasoning_effort = effort;
    EXPECT_EQ(ask.body()["generationConfig"],
              (json{{"maxOutputTokens", 16}, {"thinkingConfig", want}}));
  }
}

TEST(GeminiRequest, ShowsTheKeyOrTheToken) {
  Ask ask("vertex", Kind::stream, "http://h");
  EXPECT_EQ(ask.headers().at("x-goog-api-key"), "KEY");
  EXPECT_EQ(ask.headers().at("Accept"), "text/event-stream");
  ask.credentials.access_token = Secret("TOKEN");
  EXPECT_EQ(ask.headers().at("Authorization"), "Bearer TOKEN");
  EXPECT_FALSE(ask.headers().contains("x-goog-api-key"));
}

struct Case {
  const char *name, *data, *want;
};

const Case kChunks[] = {
    {"text", R"({"candidates":[{"content":{"parts":[{"text":"a"},{"text":"b"}]}}]})", "content=ab"},
    {"a thought and text",
     R"({"candidates":[{"content":{"parts":[{"text":"t","thought":true},{"text":"c"}]}}]})",
     "reasoning=t content=c"},
    {"thought is no string",
     R"({"candidates":[{"content":{"parts":[{"text":"c","thought":"true"}]}}]})", "content=c"},
    {"a signature alone",
     R"({"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"x"}]}}]})", ""},
    {"no content", R"({"candidates":[{"finishReason":"STOP"}]})", "finish=STOP end"},
    {"the end with text",
     R"({"candidates":[{"content":{"parts":[{"text":"!"}]},"finishReason":"MAX_TOKENS"}]})",
     "content=! finish=MAX_TOKENS end"},
    {"no reason yet", R"({"candidates":[{"finishReason":"FINISH_REASON_UNSPECIFIED"}]})", ""},
    {"the filter", R"({"candidates":[{"finishReason":"SAFETY"}]})", "refused finish=SAFETY end"},
    {"the filter, again", R"({"candidates":[{"finishReason":"SPII"}]})", "refused finish=SPII end"},
    {"an odd end is no refusal", R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]})",
     "finish=MALFORMED_FUNCTION_CALL end"},
    {"a prompt refused", R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}})",
     "refused end"},
    {"a prompt not refused",
     R"({"promptFeedback":{"blockReason":"BLOCK_REASON_UNSPECIFIED"},"usageMetadata":{}})", ""},
    {"model and id", R"({"candidates":[{}],"modelVersion":"gemini-x","responseId":"r"})",
     "model=gemini-x id=r"},
    {"an error", R"({"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}})",
     "error type=UNAVAILABLE code=503 message=busy"},
    {"an error in a list", R"([{"error":{"code":500,"message":"m","status":"INTERNAL"}}])",
     "error type=INTERNAL code=500 message=m"},
    {"an error beside text", R"({"candidates":[{}],"error":{"message":"m"}})", "error message=m"},
    {"another API's chunk", R"({"choices":[{"delta":{"content":"x"}}]})", "unknown"},
    {"no JSON", "hello", "unknown"},
    {"nothing", "[]", "unknown"},
    {"a number", "7", "unknown"},
    {"candidates of another shape", R"({"candidates":"none"})", "unknown"},
};

TEST(GeminiChunk, SaysThisAndNoMore) {
  for (const auto& c : kChunks)
    EXPECT_EQ(show(Ask("gemini", Kind::stream, "http://h").event(c.data)), c.want) << c.name;
}

// Thoughts are apart from the output; zeros are left out by the protocol.
const Case kUsages[] = {
    {"all", R"("promptTokenCount":9,"candidatesTokenCount":6,"thoughtsTokenCount":185,
               "cachedContentTokenCount":4,"totalTokenCount":200)",
     "in=9 uncached=5 out=6 cached=4 thought=185 generated=191"},
    {"the total leaves no room for thoughts",
     R"("promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11)",
     "in=9 out=2 thought=0 generated=2"},
    {"or for an answer", R"("promptTokenCount":9,"thoughtsTokenCount":40,"totalTokenCount":49)",
     "in=9 out=0 thought=40 generated=40"},
    {"the total has more than we are told",
     R"("promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":15)",
     "in=9 out=2 generated=2"},
    {"no total", R"("promptTokenCount":9,"candidatesTokenCount":2)", "in=9 out=2 generated=2"},
    {"nonsense", R"("promptTokenCount":-1,"candidatesTokenCount":1e30,"totalTokenCount":"7")", ""},
    {"more cached than there is", R"("promptTokenCount":3,"cachedContentTokenCount":4)",
     "in=3 cached=4"},
};

TEST(GeminiUsage, IsNormalised) {
  for (const auto& c : kUsages) {
    const auto data = std::string(R"({"candidates":[{}],"usageMetadata":{)") + c.data + "}}";
    EXPECT_EQ(show(Ask("vertex", Kind::stream, "http://h").event(data)), c.want) << c.name;
  }
}

const Case kBodies[] = {
    {"an answer", R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]})",
     "content=a finish=STOP end"},
    {"a stream as an array",
     R"([{"candidates":[{"content":{"parts":[{"text":"a"}]}}],
          "usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1}},
         {"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}],
          "usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2}}])",
     "content=ab finish=STOP end in=1 out=2 generated=2"},
    {"an array without its end", R"([{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}])",
     "unknown content=a"},
    {"an array with an error",
     R"([{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},{"error":{"message":"m"}}])",
     "content=a error message=m"},
    {"a refused prompt", R"({"promptFeedback":{"blockReason":"SAFETY"}})", "refused end"},
    {"an error", R"({"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}})",
     "error type=INVALID_ARGUMENT code=400 message=m"},
    {"no answer", "{}", "unknown"},
    {"an empty array", "[]", "unknown"},
    {"an array of others", "[1]", "unknown"},
};

TEST(GeminiBody, SaysThisAndNoMore) {
  for (const auto& c : kBodies)
    EXPECT_EQ(show(Ask("gemini", Kind::completion, "http://h").whole(c.data)), c.want) << c.name;
}

}  // namespace
}  // namespace llm::test
