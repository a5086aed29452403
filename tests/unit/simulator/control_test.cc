#include <gtest/gtest.h>

#include "unit/simulator/fake_client.h"

namespace llm::sim {
namespace {

using nlohmann::json;

constexpr auto kProvider =
    "  - {name: gpt, dialect: openai-chat, models: [{name: m, ttft: 2ms, text: a b}], "
    "faults: [{fault: auth}]}\n";
constexpr auto kFault = "/_sim/providers/gpt/fault";

TEST(Control, ChangesFaultsAtRunTime) {
  const FakeProviders fakes(kProvider);
  const auto set = [&](std::string_view method, std::string_view body) {
    return fakes.ask(FakeProviders::request(method, kFault, body)).status;
  };
  const auto chat = [&] { return fakes.ask(FakeProviders::chat("gpt", false)).status; };
  EXPECT_EQ(chat(), 401);
  EXPECT_EQ(set("PUT", "fault: overloaded"), 200);
  EXPECT_EQ(chat(), 503);
  EXPECT_EQ(set("PUT", R"([{"fault": "http", "status": 500, "every": 1000000}])"), 200);
  EXPECT_EQ(chat(), 200);
  EXPECT_EQ(set("PUT", "fault: nonsense"), 400);
  EXPECT_EQ(chat(), 200);
  EXPECT_EQ(set("POST", "fault: overloaded"), 405);
  EXPECT_EQ(set("DELETE", ""), 200);
  EXPECT_EQ(chat(), 401);
}

TEST(Control, ExplainsWhatIsWrong) {
  const FakeProviders fakes(kProvider);
  const auto wrong = fakes.ask(FakeProviders::request("PUT", kFault, "fault: overlooded"));
  EXPECT_NE(wrong.body.find("did you mean 'overloaded'?"), std::string::npos) << wrong.body;
  EXPECT_EQ(fakes.ask(FakeProviders::request("DELETE", "/_sim/providers/nobody/fault", "")).status,
            404);
  EXPECT_EQ(fakes.ask(FakeProviders::request("GET", "/_sim/nothing", "")).status, 404);
}

TEST(Control, TellsWhenEachTokenWasSent) {
  const FakeProviders fakes(kProvider);
  fakes.ask(FakeProviders::request("DELETE", kFault, ""));
  fakes.ask(FakeProviders::request("PUT", kFault, "{fault: auth, every: 1000000}"));
  const auto answer = fakes.ask(FakeProviders::chat("gpt", true));
  const auto sent = json::parse(fakes.ask(FakeProviders::request("GET", "/_sim/sent", "")).body);
  ASSERT_EQ(sent.size(), 4u);  // with this last request itself
  const auto& chat = sent[2];
  EXPECT_EQ(chat["request_id"], answer.headers.at("x-request-id"));
  EXPECT_EQ(chat["provider"], "gpt");
  EXPECT_EQ(chat["path"], "/gpt/v1/chat/completions");
  ASSERT_EQ(chat["events"].size(), 2u);
  EXPECT_EQ(chat["events"][0]["event"], 0);
  EXPECT_LT(chat["read_ns"], chat["events"][0]["realtime_ns"]);
  EXPECT_LT(chat["events"][0]["realtime_ns"], chat["events"][1]["realtime_ns"]);

  const auto newest =
      json::parse(fakes.ask(FakeProviders::request("GET", "/_sim/sent?limit=1", "")).body);
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_EQ(newest[0]["path"], "/_sim/sent?limit=1");
}

}  // namespace
}  // namespace llm::sim
