// Lists of models of every shape, key checks, and whether a model is served.
#include "dialects/model_list.h"

#include <gtest/gtest.h>

#include "unit/dialects/ask.h"

namespace llm::test {
namespace {

struct Case {
  const char *name, *body, *want;
};

const Case kLists[] = {
    {"OpenAI", R"({"object":"list","data":[{"id":"a"},{"id":"b"}]})", "lists=a lists=b"},
    {"Together", R"([{"id":"a","object":"model"}])", "lists=a"},
    {"Gemini", R"({"models":[{"name":"models/a"}],"nextPageToken":"x"})", "lists=models/a"},
    {"Ollama", R"({"models":[{"name":"a:1b","model":"a:1b"}]})", "lists=a:1b"},
    {"llama.cpp has two", R"({"models":[{"name":"x"}],"data":[{"id":"a"}]})", "lists=a"},
    {"Vertex", R"({"publisherModels":[{"name":"publishers/google/models/a"}]})",
     "lists=publishers/google/models/a"},
    {"Bedrock", R"({"modelSummaries":[{"modelArn":"x","modelId":"amazon.a-v1:0"}]})",
     "lists=amazon.a-v1:0"},
    {"none", R"({"data":[]})", ""},
    {"an error in a 200", R"({"error":{"message":"no"}})", "error message=no"},
    {"a name is missing", R"({"data":[{"id":"a"},{"object":"model"}]})", "unknown"},
    {"a name is no text", R"({"data":[{"id":7}]})", "unknown"},
    {"items are no objects", R"(["a"])", "unknown"},
    {"no list", R"({"data":{"label":"k"}})", "unknown"},
    {"an empty object", "{}", "unknown"},
    {"no JSON", "<html>", "unknown"},
};

TEST(ModelList, IsReadInEveryShape) {
  for (const auto& c : kLists) {
    EXPECT_EQ(show(read_model_list(c.body)), c.want) << c.name;
    EXPECT_EQ(show(read_catalog(c.body, Kind::models)), c.want) << c.name;
  }
}

const Case kKeys[] = {
    {"OpenRouter", R"({"data":{"label":"sk-or-…","usage":0.5,"limit":null}})", ""},
    {"a list", R"({"data":[{"id":"a"}]})", "lists=a"},
    {"nothing about a key", R"({"data":{}})", "unknown"},
    {"an error in a 200", R"({"error":{"message":"no"}})", "error message=no"},
};

TEST(KeyCheck, IsAListOrTheKeyItself) {
  for (const auto& c : kKeys) EXPECT_EQ(show(read_catalog(c.body, Kind::key)), c.want) << c.name;
}

const Case kInfos[] = {
    {"served",
     R"({"_id":"x","id":"o/m","inference":"warm","inferenceProviderMapping":[
         {"provider":"a","status":"live"},{"provider":"b","status":"staging"},
         {"provider":"c","status":"live"}]})",
     "served=yes by=a by=c"},
    {"keyed by provider",
     R"({"id":"o/m","inference":"warm","inferenceProviderMapping":{
         "a":{"status":"live"},"b":{"status":"error"}}})",
     "served=yes by=a"},
    {"warm, and nobody named", R"({"id":"o/m","inference":"warm"})", "served=yes"},
    {"nobody", R"({"_id":"x","id":"o/m"})", "served=no"},
    {"nobody live",
     R"({"id":"o/m","inferenceProviderMapping":[{"provider":"a","status":"error"}]})", "served=no"},
    {"cold", R"({"id":"o/m","inference":"cold","inferenceProviderMapping":[]})", "served=no"},
    {"a mapping of another shape", R"({"id":"o/m","inferenceProviderMapping":7})", "served=no"},
    {"an error in a 200", R"({"error":"Repository not found"})",
     "error message=Repository not found"},
    {"something else", R"({"data":[]})", "unknown"},
};

TEST(Served, IsWhatTheHubSays) {
  for (const auto& c : kInfos)
    EXPECT_EQ(show(read_catalog(c.body, Kind::served)), c.want) << c.name;
}

}  // namespace
}  // namespace llm::test
