#include "web/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "unit/web/fixture.h"

namespace llm {
namespace {

using nlohmann::json;
using namespace test;

json targets(const Roster& roster, std::string_view vantage = "eu") {
  const auto parsed = json::parse(targets_json(roster, vantage, kNow));
  EXPECT_EQ(parsed["status"], "success");
  return parsed["data"]["targets"];
}

TEST(TargetsJson, EmptyRosterIsAnEmptyList) {
  const auto parsed = json::parse(targets_json({}, "", kNow));
  EXPECT_EQ(parsed, json::parse(R"({"status":"success","data":{"vantage":null,"targets":[]}})"));
}

TEST(TargetsJson, TellsWhatAGoodProbeLearned) {
  const auto target = make_target("openai/gpt-4o");
  auto result = good_result(target);
  result.rate_limits = {{Resource::requests, LimitWindow::minute, 100, 99, 30}};
  result.usage = Usage{};
  result.usage->input = 12;
  const auto t = targets({{make_entry(target, after({result, result}))}})[0];

  EXPECT_EQ(t["target"], "openai/gpt-4o");
  EXPECT_EQ(t["provider"], "openai");
  EXPECT_EQ(t["type"], "openai");
  EXPECT_EQ(t["model"], "gpt-4o");
  EXPECT_EQ(t["kind"], "stream");
  EXPECT_EQ(t["dialect"], "openai-chat");
  EXPECT_EQ(t["host"], "api.example.com:8443") << "without the credentials in the URL";
  EXPECT_EQ(t["interval_seconds"], 60);
  EXPECT_EQ(t["added_at"], "2026-09-21T13:13:20Z");
  EXPECT_EQ(t["state"], "up");
  EXPECT_EQ(t["stale"], false);
  EXPECT_EQ(t["attempts"], 2);
  EXPECT_EQ(t["successes"], 2);
  EXPECT_EQ(t["failures"], 0);
  EXPECT_EQ(t["consecutive_failures"], 0);
  EXPECT_EQ(t["errors"], json::object());
  EXPECT_EQ(t["tokens"]["input"], 24);
  EXPECT_EQ(t["last_success_at"], "2026-09-21T14:13:10Z");

  const auto& last = t["last_probe"];
  EXPECT_EQ(last["finished_at"], "2026-09-21T14:13:10Z");
  EXPECT_EQ(last["outcome"], "ok");
  EXPECT_EQ(last["class"], nullptr);
  EXPECT_EQ(last["fault"], nullptr);
  EXPECT_EQ(last["http_status"], 200);
  EXPECT_EQ(last["error"], nullptr);
  EXPECT_EQ(last["duration_seconds"], 1.25);
  EXPECT_EQ(last["ttft_seconds"], 0.5);
  EXPECT_EQ(last["phases"]["resolve_seconds"], 0.125);
  EXPECT_EQ(last["phases"]["generation_seconds"], 0.5);
  EXPECT_EQ(last["served_model"], "gpt-4o-2024-08-06");
  EXPECT_EQ(last["request_id"], "req_1");
  EXPECT_EQ(last["max_gap_seconds"], nullptr) << "unknown, not 0";
  EXPECT_EQ(last["tokens_per_second"], nullptr);
  EXPECT_EQ(t["wait_until"], nullptr);
  EXPECT_EQ(t["paused"], false);

  EXPECT_EQ(t["ttft"]["samples"], 2);
  EXPECT_EQ(t["ttft"]["p50_seconds"], 0.5);
  EXPECT_EQ(t["ttft"]["p99_seconds"], 0.5);
  EXPECT_EQ(t["throughput"]["samples"], 0);
  EXPECT_EQ(t["throughput"]["p50_tokens_per_second"], nullptr);
  EXPECT_EQ(t["ratelimit"],
            json::parse(R"({"requests":{"window":"minute","limit":100,"remaining":99,
              "reset_at":"2026-09-21T14:13:40Z","read_at":"2026-09-21T14:13:10Z"}})"));
}

TEST(TargetsJson, TargetThatWasNeverProbedIsUnknownNotZero) {
  const auto t = targets({{make_entry(make_target("m", Kind::models))}})[0];
  EXPECT_EQ(t["state"], "unknown");
  EXPECT_EQ(t["stale"], true);
  for (const char* key : {"last_probe", "last_success_at", "model", "ttft", "throughput",
                          "ratelimit", "models", "certificate_expiry"}) {
    EXPECT_EQ(t.at(key), nullptr) << key;
  }
  EXPECT_EQ(t["attempts"], 0) << "a count is known";
}

TEST(TargetsJson, CountsModelsInWholeNumbers) {
  const auto target = make_target("m", Kind::models);
  auto result = good_result(target);
  result.models_count = 37;
  const auto t = targets({{make_entry(target, after({result}))}})[0];
  EXPECT_EQ(t["models"].dump(), "37");
}

TEST(TargetsJson, TellsWhyAProbeFailed) {
  const auto target = make_target("t");
  const auto limited = bad_result(target, Outcome::rate_limited, 429, "slow down");
  const auto refused = bad_result(target, Outcome::connect, 0, "connection refused");
  const auto t = targets({{make_entry(target, after({good_result(target), limited, refused}))}})[0];
  EXPECT_EQ(t["state"], "down");
  EXPECT_EQ(t["errors"], json::parse(R"({"rate_limited":1,"connect":1})"));
  EXPECT_EQ(t["failures"], 1) << "the rate limit is not held against the provider";
  EXPECT_EQ(t["last_probe"]["class"], "connect");
  EXPECT_EQ(t["last_probe"]["fault"], "provider");
  EXPECT_EQ(t["last_probe"]["http_status"], nullptr);
  EXPECT_EQ(t["last_probe"]["error"],
            json::parse(R"({"code":null,"message":"connection refused"})"));
  EXPECT_EQ(t["last_probe"]["ttft_seconds"], nullptr);
  EXPECT_EQ(t["last_probe"]["served_model"], nullptr) << "that was an earlier probe's";
}

TEST(TargetsJson, OldProbeIsToldButNoVerdict) {
  const auto target = make_target("t");
  TargetState state;
  record(state, good_result(target), kNow - std::chrono::hours(2));
  const auto t = targets({{make_entry(target, state)}})[0];
  EXPECT_EQ(t["state"], "unknown");
  EXPECT_EQ(t["stale"], true);
  EXPECT_EQ(t["last_probe"]["finished_at"], "2026-09-21T12:13:20Z");
  EXPECT_EQ(t["ttft"]["samples"], 0);
}

TEST(TargetsJson, LimitIsVoidOnceItWasReset) {
  const auto target = make_target("t");
  auto result = good_result(target);
  result.rate_limits = {{Resource::tokens, LimitWindow::unknown, 1'000, 10,
                         5}};  // five seconds from a probe of ten seconds ago
  const auto t = targets({{make_entry(target, after({result}))}})[0];
  EXPECT_EQ(t["ratelimit"]["tokens"]["remaining"], nullptr);
  EXPECT_EQ(t["ratelimit"]["tokens"]["reset_at"], "2026-09-21T14:13:15Z");
}

TEST(TargetsJson, IsValidWhateverProvidersWrite) {
  auto target = make_target("t\"\\</script>\xff");
  target.model = "m\x01\xc3";
  TargetState state = after({bad_result(target, Outcome::server_error, 500, "")});
  state.last.error.set("bad \"quote\" \\ \x02\x7f \xf0\x9f\x98 \xed\xa0\x80 end");
  state.last.error_code.set(std::string_view("a\0b", 3));
  state.wait_until_unix_seconds = 1e300;
  state.last.phase_seconds[0] = std::numeric_limits<double>::infinity();
  state.limits[0] = {Resource::requests,        LimitWindow::unknown, 1e300, -0.0, 1e18,
                     state.last.at_unix_seconds};
  const auto t = targets({{make_entry(target, state)}}, "v\"\xfe")[0];
  EXPECT_EQ(t["wait_until"], nullptr);
  EXPECT_EQ(t["last_probe"]["phases"]["resolve_seconds"], nullptr);
  EXPECT_EQ(t["ratelimit"]["requests"]["reset_at"], nullptr);
  EXPECT_THAT(t["last_probe"]["error"]["message"].get<std::string>(),
              testing::StartsWith("bad \"quote\" \\ \x02"));
}

TEST(TargetsJson, TellsHowLongAndHowOften) {
  const auto target = make_target("t");
  auto paid = good_result(target);
  paid.cost_usd = .5;
  const Roster roster{
      {probed_entry(target, {paid, bad_result(target, Outcome::rate_limited, 429, "slow down"),
                             bad_result(target, Outcome::overloaded, 529, "busy")})}};
  const auto plain = targets(roster)[0];
  EXPECT_EQ(plain["state_since"], "2026-09-21T14:13:10Z");
  EXPECT_EQ(plain["cost_today_usd"], .5);
  const auto counted = json::parse(R"({"ratio":0.5,"good":1,"failed":1,"excluded":1})");
  EXPECT_EQ(plain["availability"], json({{"hour", counted}, {"day", counted}}));
  EXPECT_EQ(plain["last_error"], json::parse(R"({"finished_at":"2026-09-21T14:13:10Z",
    "class":"overloaded","fault":"provider","http_status":529,"message":"busy"})"));
  EXPECT_FALSE(plain.contains("history")) << "heavy, and so only on demand";

  const auto full =
      json::parse(targets_json(roster, "", kNow, true))["data"]["targets"][0]["history"];
  ASSERT_EQ(full["probes"].size(), 3U);
  EXPECT_EQ(full["probes"][0], json::parse(R"({"finished_at":"2026-09-21T14:13:10Z",
    "outcome":"ok","state":"up","http_status":200,"ttft_seconds":0.5})"));
  EXPECT_EQ(full["probes"][2]["outcome"], "overloaded");
  EXPECT_EQ(full["probes"][2]["ttft_seconds"], nullptr);
  ASSERT_EQ(full["day"].size(), 1U);
  EXPECT_EQ(full["day"][0]["from"], "2026-09-21T14:00:00Z");
  EXPECT_EQ(full["day"][0]["worst"], "overloaded");
}

TEST(TargetsJson, NothingIsKnownOfAHistoryThatHasNotBegun) {
  const auto t = targets({{make_entry(make_target("t"))}})[0];
  for (const char* key : {"state_since", "last_error", "cost_today_usd"})
    EXPECT_EQ(t.at(key), nullptr) << key;
  EXPECT_EQ(t["availability"]["hour"]["ratio"], nullptr);
}

TEST(TargetsJson, KeepsTheOrderOfTheRoster) {
  const auto all = targets(
      {{make_entry(make_target("b")), make_entry(make_target("a")), make_entry(make_target("c"))}});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]["target"], "b");
  EXPECT_EQ(all[1]["target"], "a");
  EXPECT_EQ(all[2]["target"], "c");
}

}  // namespace
}  // namespace llm
