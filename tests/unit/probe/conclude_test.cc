// What the head of an answer adds to what its body says.
#include "probe/conclude.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/probe/replay.h"

namespace llm::test {
namespace {

const char* const kChat = R"({"model":"m","choices":[{"message":{"content":"Hi"},)"
                          R"("finish_reason":"stop"}]})";

ProbeResult probe(std::string_view type, Kind kind, int status, HeaderList headers,
                  const std::string& body) {
  const RecordedAnswer answer{status, std::move(headers), body};
  return replay(make_target(type, kind), answer, whole(body));
}

TEST(Conclude, RequestIdIsTheFirstHeaderThatHasOne) {
  const auto id = [](std::string_view type, HeaderList headers) {
    return probe(type, Kind::completion, 200, std::move(headers), kChat).request_id;
  };
  EXPECT_EQ(id("azure", {{"x-request-id", "b"}, {"apim-request-id", "a"}}), "a");
  EXPECT_EQ(id("azure", {{"x-request-id", "b"}, {"apim-request-id", ""}}), "b");
  EXPECT_EQ(id("mistral", {{"x-kong-request-id", "k"}}), "k");
  EXPECT_EQ(id("deepseek", {{"x-request-id", "b"}}), "");
}

TEST(Conclude, ErrorNamesInHeadersFillWhatTheBodyLeavesOpen) {
  const auto aws = probe("bedrock", Kind::stream, 403,
                         {{"x-amzn-ErrorType", "UnrecognizedClientException:http://x/"}},
                         R"({"message":"The security token is invalid."})");
  EXPECT_EQ(aws.error->type, "UnrecognizedClientException");
  EXPECT_EQ(aws.outcome, Outcome::auth);
  const auto said = probe("bedrock", Kind::stream, 429, {{"x-amzn-ErrorType", "A"}},
                          R"({"__type":"ns#ThrottlingException"})");
  EXPECT_EQ(said.outcome, Outcome::rate_limited);
  const auto hub = probe("huggingface", Kind::served, 401, {{"X-Error-Code", "RepoNotFound"}},
                         R"({"error":"Invalid username or password."})");
  EXPECT_EQ(hub.outcome, Outcome::not_found);
  EXPECT_EQ(hub.kind, Kind::served);
  const auto plain = probe("huggingface", Kind::stream, 401, {}, R"({"error":"Invalid"})");
  EXPECT_EQ(plain.outcome, Outcome::auth);
}

TEST(Conclude, TheWaitIsTheBestThatWasTold) {
  const auto wait = [](int status, HeaderList headers, const std::string& body) {
    return probe("gemini", Kind::stream, status, std::move(headers), body).retry_after_seconds;
  };
  const std::string info =
      R"({"error":{"code":429,"message":"Please retry in 50s.","details":[)"
      R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}})";
  const std::string words = R"({"error":{"message":"Please try again in 20s."}})";
  EXPECT_EQ(wait(429, {{"retry-after", "5"}}, info), 5);
  EXPECT_EQ(wait(429, {}, info), 34);
  EXPECT_EQ(wait(429, {}, words), 20);
  EXPECT_EQ(wait(503, {}, words), 20);
  EXPECT_EQ(wait(402, {}, words), 20);
  EXPECT_EQ(wait(400, {}, words), std::nullopt);  // no reason to wait
  EXPECT_EQ(wait(401, {}, words), std::nullopt);
}

TEST(Conclude, TheAnswersOwnTimeGoesBeforeTheHeaders) {
  const HeaderList headers = {{"cerebras-processing-time", "0.071"},
                              {"x-envoy-upstream-service-time", "9"}};
  const std::string timed = R"({"time_info":{"total_time":0.5},"choices":[{"message":)"
                            R"({"content":"Hi"},"finish_reason":"stop"}]})";
  EXPECT_EQ(probe("cerebras", Kind::completion, 200, headers, timed).provider_ms, 500);
  EXPECT_EQ(probe("cerebras", Kind::completion, 200, headers, kChat).provider_ms, 71);
  EXPECT_EQ(probe("together", Kind::completion, 200, headers, kChat).provider_ms, 9);
  EXPECT_EQ(probe("together", Kind::completion, 200, {}, kChat).provider_ms, std::nullopt);
}

TEST(Conclude, CostOfAHeaderIsReadWhereItCanBeRight) {
  const auto cost = [](const char* value, Kind kind = Kind::completion, int status = 200) {
    return probe("litellm", kind, status, {{"x-litellm-response-cost", value}}, kChat).cost_usd;
  };
  EXPECT_EQ(cost("2.14e-05"), 2.14e-05);
  EXPECT_EQ(cost("None"), std::nullopt);
  EXPECT_EQ(cost("-1"), std::nullopt);
  EXPECT_EQ(cost("1e9"), std::nullopt);
  EXPECT_EQ(cost("nan"), std::nullopt);
  EXPECT_EQ(cost("0.1", Kind::stream), std::nullopt);
  EXPECT_EQ(cost("0.1", Kind::completion, 500), std::nullopt);
}

TEST(Conclude, TimingsOfHeadersStandBesideThoseOfTheAnswer) {
  const auto tgi = probe("tgi", Kind::completion, 200,
                         {{"x-queue-time", "3"}, {"x-inference-time", "-1"}}, kChat);
  EXPECT_THAT(tgi.timings, testing::ElementsAre(Timing{"queue_ms", 3}));
  const auto portkey =
      probe("portkey", Kind::completion, 200, {{"x-portkey-provider", "openai"}}, kChat);
  EXPECT_EQ(portkey.served_provider, "openai");
}

}  // namespace
}  // namespace llm::test
