#include "web/vantage_api.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace llm {
namespace {

using nlohmann::json;

TEST(VantageApi, WhatIsNotKnownIsNull) {
  EXPECT_EQ(json::parse(vantage_json({}, "")), json::parse(R"({"status": "success", "data": {
    "vantage": null, "down": false, "since": null, "why": null, "canaries": []}})"));
}

TEST(VantageApi, SaysSinceWhenAndWhy) {
  VantageState state;
  state.canaries = {{"dns", false, WallTime(std::chrono::seconds(60)), "a \"b\" \xff"},
                    {"web", true, WallTime(std::chrono::seconds(61)), ""},
                    {"new", std::nullopt, std::nullopt, ""}};
  state.down = true;
  state.since_unix_seconds = 30.5;
  state.why = "every canary fails";
  EXPECT_EQ(json::parse(vantage_json(state, "eu-1")), json::parse(R"({"status": "success", "data": {
    "vantage": "eu-1", "down": true, "since": "1970-01-01T00:00:30Z", "why": "every canary fails",
    "canaries": [
      {"canary": "dns", "ok": false, "checked_at": "1970-01-01T00:01:00Z", "error": "a \"b\" \ufffd"},
      {"canary": "web", "ok": true, "checked_at": "1970-01-01T00:01:01Z", "error": null},
      {"canary": "new", "ok": null, "checked_at": null, "error": null}]}})"));
}

}  // namespace
}  // namespace llm
