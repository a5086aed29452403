// What the fake providers say of our account.
#include <gtest/gtest.h>

#include "simulator/accounts.h"

namespace llm::sim {
namespace {

using nlohmann::json;

// 2026-11-21T12:00:00Z
const WallTime kNow = WallTime(std::chrono::seconds(1795262400));
constexpr auto kToday = "1795219200", kThreeDaysAgo = "1794960000";

AccountScript script_of(std::string_view api) {
  AccountScript script;
  script.api = api;
  script.admin_keys = {"admin-key"};
  script.usd_per_day = 4;
  script.usd_today = 1.25;
  script.models = {{.name = "a",
                    .input_tokens = 2400,
                    .cached_input_tokens = 240,
                    .output_tokens = 480,
                    .requests = 24},
                   {.name = "b", .input_tokens = 24, .output_tokens = 48, .requests = 24}};
  script.balance = 7.5;
  return script;
}

struct Answer {
  int status = 0;
  json body;
};

Answer ask(const AccountScript& script, const std::string& path,
           const std::string& key = "admin-key") {
  static const std::vector<std::string> kKeys{"project-key"};
  SimRequest request;
  request.method = "GET";
  request.path = "/p" + path;
  request.headers = {
      {"authorization", "Bearer " + key}, {"x-api-key", key}, {"anthropic-version", "2023-06-01"}};
  const auto answer = account_answer(script, kKeys, request, path.substr(0, path.find('?')), kNow);
  if (!answer) return {};
  return {answer->status, json::parse(answer->body)};
}

TEST(SideAccounts, AreOnlyForTheKeyThatMayKnow) {
  struct Row {
    std::string_view api, path, key;
    int status;
  };
  const auto costs = "/v1/organization/costs?start_time=" + std::string(kToday);
  const std::string report = "/v1/organizations/cost_report?starting_at=2026-11-21T00:00:00Z";
  const Row rows[] = {
      {"openai", costs, "admin-key", 200},
      {"openai", costs, "project-key", 403},
      {"openai", costs, "wrong", 401},
      {"openai", costs, "", 401},
      {"anthropic", report, "admin-key", 200},
      {"anthropic", report, "project-key", 401},
      {"anthropic", report, "", 401},
      {"openrouter", "/api/v1/key", "project-key", 200},
      {"openrouter", "/api/v1/key", "admin-key", 200},
      {"openrouter", "/api/v1/key", "wrong", 401},
      {"openrouter", "/api/v1/credits", "admin-key", 200},
      {"openrouter", "/api/v1/credits", "project-key", 403},
      {"deepseek", "/user/balance", "project-key", 200},
      {"deepseek", "/user/balance", "wrong", 401},
      {"deepseek", costs, "project-key", 0},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ask(script_of(row.api), std::string(row.path), std::string(row.key)).status,
              row.status)
        << row.api << " " << row.path << " " << row.key;
  }
}

TEST(SideAccounts, OpenaiCostsComeInPagesOfDays) {
  const auto path = "/v1/organization/costs?limit=2&start_time=" + std::string(kThreeDaysAgo);
  const auto first = ask(script_of("openai"), path).body;
  ASSERT_EQ(first["data"].size(), 2u) << first;
  EXPECT_EQ(first["data"][0]["start_time"], 1794960000);
  EXPECT_EQ(first["data"][0]["end_time"], 1795046400);
  EXPECT_EQ(first["data"][0]["results"][0]["amount"]["value"], 4.0);
  EXPECT_EQ(first["has_more"], true);
  const auto second =
      ask(script_of("openai"), path + "&page=" + first["next_page"].get<std::string>()).body;
  ASSERT_EQ(second["data"].size(), 2u) << second;
  EXPECT_EQ(second["data"][1]["start_time"], 1795219200);
  EXPECT_EQ(second["data"][1]["results"][0]["amount"]["value"], 1.25);
  EXPECT_EQ(second["has_more"], false);
  EXPECT_EQ(second["next_page"], nullptr);

  // By line item one amount is a number, the other text; together they are the day's.
  const auto items = ask(script_of("openai"),
                         "/v1/organization/costs?group_by%5B%5D=line_item&"
                         "start_time=" +
                             std::string(kToday))
                         .body["data"][0]["results"];
  ASSERT_EQ(items.size(), 2u);
  EXPECT_DOUBLE_EQ(items[0]["amount"]["value"].get<double>() +
                       std::stod(items[1]["amount"]["value"].get<std::string>()),
                   1.25);
  auto idle = script_of("openai");
  idle.usd_today = 0;
  EXPECT_EQ(ask(idle, "/v1/organization/costs?start_time=" + std::string(kToday))
                .body["data"][0]["results"],
            json::array());
}

TEST(SideAccounts, OpenaiUsageIsGroupedWhenAsked) {
  const auto path = "/v1/organization/usage/completions?start_time=" + std::string(kToday);
  const auto all = ask(script_of("openai"), path).body["data"][0]["results"];
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["model"], nullptr);
  EXPECT_EQ(all[0]["input_tokens"], 2424);
  const auto models =
      ask(script_of("openai"), path + "&group_by[]=model").body["data"][0]["results"];
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0]["model"], "a");
  EXPECT_EQ(models[0]["input_cached_tokens"], 240);
  EXPECT_EQ(models[0]["input_uncached_tokens"], 2160);
  const auto hours = ask(script_of("openai"), path + "&bucket_width=1h").body["data"];
  ASSERT_EQ(hours.size(), 12u);
  EXPECT_EQ(hours[11]["results"][0]["output_tokens"], 22);  // 528 of a day
}

TEST(SideAccounts, AnthropicCountsInCentsAsText) {
  const auto report =
      ask(script_of("anthropic"),
          "/v1/organizations/cost_report?limit=1&starting_at=2026-11-20T00%3A00%3A00Z")
          .body;
  ASSERT_EQ(report["data"].size(), 1u) << report;
  EXPECT_EQ(report["data"][0]["starting_at"], "2026-11-20T00:00:00Z");
  EXPECT_EQ(report["data"][0]["ending_at"], "2026-11-21T00:00:00Z");
  EXPECT_EQ(report["data"][0]["results"][0]["amount"], "400.00000");
  EXPECT_EQ(report["has_more"], true);
  const auto usage = ask(script_of("anthropic"),
                         "/v1/organizations/usage_report/"
                         "messages?group_by[]=model&starting_at=2026-11-21T00:00:00Z")
                         .body["data"][0]["results"];
  EXPECT_EQ(usage[0]["uncached_input_tokens"], 2160);
  EXPECT_EQ(usage[0]["cache_read_input_tokens"], 240);
}

TEST(SideAccounts, RefuseWhatTheRealOnesRefuse) {
  const auto costs = "/v1/organization/costs?start_time=" + std::string(kToday);
  const std::string report = "/v1/organizations/cost_report?";
  EXPECT_EQ(ask(script_of("openai"), "/v1/organization/costs").status, 400);
  EXPECT_EQ(ask(script_of("openai"), costs + "&limit=181").status, 400);
  EXPECT_EQ(ask(script_of("openai"), costs + "&limit=180").status, 200);
  EXPECT_EQ(ask(script_of("openai"), costs + "&bucket_width=1h").status, 400);
  EXPECT_EQ(ask(script_of("openai"), costs + "&page=page_other").status, 400);
  EXPECT_EQ(ask(script_of("anthropic"), report + "starting_at=today").status, 400);
  EXPECT_EQ(
      ask(script_of("anthropic"), report + "starting_at=2026-11-21T00:00:00Z&limit=32").status,
      400);
}

TEST(SideAccounts, OpenrouterAndDeepseekSayWhatIsLeft) {
  auto script = script_of("openrouter");
  // Twenty whole days and today.
  auto key = ask(script, "/api/v1/key").body["data"];
  EXPECT_EQ(key["usage_daily"], 1.25);
  EXPECT_EQ(key["usage_monthly"], 81.25);
  EXPECT_EQ(key["limit"], nullptr);
  EXPECT_EQ(key["limit_remaining"], nullptr);
  script.limit_usd = 100;
  EXPECT_EQ(ask(script, "/api/v1/key").body["data"]["limit_remaining"], 18.75);
  const auto credits = ask(script, "/api/v1/credits").body["data"];
  EXPECT_EQ(credits["total_credits"].get<double>() - credits["total_usage"].get<double>(), 7.5);

  script = script_of("deepseek");
  EXPECT_EQ(ask(script, "/user/balance").body["balance_infos"][0]["total_balance"], "7.50");
  script.balance = -0.03;
  const auto broke = ask(script, "/user/balance").body;
  EXPECT_EQ(broke["is_available"], false);
  EXPECT_EQ(broke["balance_infos"][0]["total_balance"], "-0.03");
}

}  // namespace
}  // namespace llm::sim
