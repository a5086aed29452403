// What each account API says: transcripts, sequences of pages, refusals and hostile numbers.
#include "accounts/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "accounts/amounts.h"

namespace llm {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// 2026-11-21 12:00 UTC; OpenAI's 1795219200 is the beginning of that day.
const WallTime kNow{std::chrono::seconds(1'795'262'400)};

std::string slurp(const std::string& name) {
  std::ifstream file(std::string(LLM_SOURCE_DIR) + "/tests/transcripts/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

Provider provider(AccountApi api, std::string url = "https://api.test/v1") {
  Provider out;
  out.account.api = api;
  out.account.url = std::move(url);
  return out;
}

Credentials keys() {
  Credentials out;
  out.api_key = Secret("sk-plain-FAKEFAKEFAKE");
  out.admin_key = Secret("sk-admin-FAKEFAKEFAKE");
  return out;
}

struct Answer {
  int status;
  std::string body;
};

struct Run {
  std::vector<std::string> urls;
  AccountReport report;
  std::optional<ProviderError> error;
};

// Gives the answers in turn; after the last one, that one again.
Run run(AccountApi api, const std::vector<Answer>& answers) {
  const auto reader = read_account(provider(api), keys(), kNow);
  Run out;
  while (const auto request = reader->next()) {
    const auto& answer = answers[std::min(out.urls.size(), answers.size() - 1)];
    out.urls.push_back(request->url);
    reader->answer(answer.status, answer.body);
  }
  out.report = reader->report();
  out.error = reader->error();
  return out;
}

const std::string kNoBuckets = R"({"data":[],"has_more":false})";

// A page of OpenAI's costs with today's bucket.
std::string openai_costs(const std::string& value, const std::string& currency = "usd") {
  return R"({"data":[{"start_time":1795219200,"end_time":1795305600,"results":[{"amount":{"value":)" +
         value + R"(,"currency":")" + currency + R"("}}]}],"has_more":false})";
}

TEST(Account, NoneIsNoReader) {
  EXPECT_EQ(read_account(provider(AccountApi::none), keys(), kNow), nullptr);
}

TEST(Account, Requests) {
  struct {
    AccountApi api;
    std::vector<std::string> urls;
    std::string key;  // of the headers
    std::string value;
  } const rows[] = {
      {AccountApi::openai,
       {"https://api.test/v1/organization/costs?start_time=1793491200&bucket_width=1d&limit=180",
        "https://api.test/v1/organization/usage/completions?start_time=1795219200&bucket_width=1d"
        "&limit=31&group_by%5B%5D=model"},
       "Authorization",
       "Bearer sk-admin-FAKEFAKEFAKE"},
      {AccountApi::anthropic,
       {"https://api.test/v1/organizations/cost_report?starting_at=2026-11-01T00:00:00Z"
        "&bucket_width=1d&limit=31",
        "https://api.test/v1/organizations/usage_report/messages?starting_at=2026-11-21T00:00:00Z"
        "&bucket_width=1d&limit=31&group_by%5B%5D=model"},
       "x-api-key",
       "sk-admin-FAKEFAKEFAKE"},
      {AccountApi::openrouter,
       {"https://api.test/v1/key", "https://api.test/v1/credits"},
       "Authorization",
       "Bearer sk-admin-FAKEFAKEFAKE"},
      {AccountApi::deepseek,
       {"https://api.test/user/balance"},
       "Authorization",
       "Bearer sk-admin-FAKEFAKEFAKE"},
  };
  for (const auto& row : rows) {
    const auto reader = read_account(provider(row.api), keys(), kNow);
    std::vector<std::string> urls;
    while (const auto request = reader->next()) {
      urls.push_back(request->url);
      EXPECT_EQ(request->method, "GET");
      const auto header =
          std::ranges::find(request->headers, row.key, &std::pair<std::string, Secret>::first);
      ASSERT_NE(header, request->headers.end());
      EXPECT_EQ(header->second.reveal(), row.value);
      const bool versioned = std::ranges::any_of(
          request->headers, [](const auto& h) { return h.first == "anthropic-version"; });
      EXPECT_EQ(versioned, row.api == AccountApi::anthropic);
      reader->answer(404, "");
    }
    EXPECT_EQ(urls, row.urls);
  }
}

TEST(Account, ThePlainKeyWhereThereIsNoAdminKey) {
  Credentials credentials;
  credentials.api_key = Secret("sk-plain");
  const auto reader =
      read_account(provider(AccountApi::deepseek, "https://d.test/"), credentials, kNow);
  const auto request = reader->next();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->url, "https://d.test/user/balance");
  EXPECT_EQ(request->headers.front().second.reveal(), "Bearer sk-plain");
}

TEST(Account, FirstOfTheMonthAsksForYesterdayToo) {
  const WallTime first{std::chrono::seconds(1'793'491'200 + 60)};  // 2026-11-01 00:01
  const auto reader = read_account(provider(AccountApi::anthropic), keys(), first);
  EXPECT_THAT(reader->next()->url, HasSubstr("starting_at=2026-10-31T00:00:00Z"));
}

// ---- Transcripts

TEST(Account, OpenaiCostsTranscript) {
  const auto page = slurp("usage-costs/openai-costs.body");  // has_more
  const auto done = run(AccountApi::openai, {{200, page}, {200, kNoBuckets}, {200, kNoBuckets}});
  EXPECT_EQ(done.urls.size(), 3U);
  EXPECT_THAT(done.urls[1], HasSubstr("&limit=180&page=page_FAKEAAA%3D"));
  EXPECT_FALSE(done.error);
  EXPECT_EQ(done.report.spent_today_usd, 0);  // an empty bucket
  EXPECT_NEAR(*done.report.spent_month_usd, 0.0723, 1e-12);
}

TEST(Account, OpenaiUsageTranscript) {
  const auto done =
      run(AccountApi::openai,
          {{200, kNoBuckets}, {200, slurp("usage-costs/openai-usage-completions.body")}});
  const std::string model = "gpt-4.1-nano-2025-04-14";
  EXPECT_THAT(done.report.tokens,
              ElementsAre(AccountTokens{model, "input", 1000}, AccountTokens{model, "output", 500},
                          AccountTokens{model, "cached_input", 800},
                          AccountTokens{model, "cache_write", 0}));
}

TEST(Account, AnthropicTranscripts) {
  const auto done = run(AccountApi::anthropic,
                        {{200, slurp("usage-costs/anthropic-cost-report.body")},
                         {200, slurp("usage-costs/anthropic-usage-report.body")},  // has_more
                         {200, kNoBuckets}});
  EXPECT_THAT(done.urls.back(), HasSubstr("&page=page_FAKE%3D%3D"));
  EXPECT_FALSE(done.error);
  EXPECT_EQ(done.report.spent_today_usd, 0);
  EXPECT_NEAR(*done.report.spent_month_usd, 1.2378912, 1e-12);
  const std::string model = "claude-haiku-4-5-20251001";
  EXPECT_THAT(done.report.tokens,
              ElementsAre(AccountTokens{model, "input", 3200}, AccountTokens{model, "output", 500},
                          AccountTokens{model, "cached_input", 200},
                          AccountTokens{model, "cache_write", 1500}));
}

TEST(Account, DeepseekTranscripts) {
  const auto full = run(AccountApi::deepseek, {{200, slurp("usage-costs/deepseek-balance.body")}});
  EXPECT_EQ(full.report.usable, true);
  EXPECT_THAT(full.report.balances,
              ElementsAre(AccountBalance{"CNY", 110}, AccountBalance{"USD", 0}));
  const auto empty =
      run(AccountApi::deepseek, {{200, slurp("usage-costs/deepseek-balance-empty.body")}});
  EXPECT_EQ(empty.report.usable, false);
  EXPECT_THAT(empty.report.balances, ElementsAre(AccountBalance{"USD", -0.03}));
}

TEST(Account, TranscriptsOfRefusals) {
  int seen = 0;
  for (const auto& entry : nlohmann::json::parse(slurp("manifest.json"))) {
    if (entry["dialect"] != "usage-costs" || entry["http_status"] == 200) continue;
    ++seen;
    const std::string name = entry["case"];
    const auto api = name.starts_with("openai") ? AccountApi::openai : AccountApi::anthropic;
    const auto done = run(api, {{entry["http_status"].get<int>(), slurp(entry["body"])}});
    ASSERT_TRUE(done.error) << name;
    EXPECT_EQ(done.error->type, entry["expect"]["outcome"]) << name;
    EXPECT_EQ(done.report, AccountReport{}) << name;
  }
  EXPECT_EQ(seen, 2);
}

// ---- OpenRouter

TEST(Account, Openrouter) {
  const std::string key =
      R"({"data":{"usage":25.5,"usage_daily":1.5,"usage_monthly":"20.25","limit":null,)"
      R"("limit_remaining":null,"is_free_tier":false}})";
  const std::string capped =
      R"({"data":{"usage_daily":0,"usage_monthly":7,"limit":10,"limit_remaining":3}})";
  const std::string credits = R"({"data":{"total_credits":10,"total_usage":12.5}})";

  auto done = run(AccountApi::openrouter, {{200, key}, {403, R"({"error":{"code":403}})"}});
  EXPECT_FALSE(done.error);  // most keys may not see the credits
  EXPECT_EQ(done.report.spent_today_usd, 1.5);
  EXPECT_EQ(done.report.spent_month_usd, 20.25);
  EXPECT_FALSE(done.report.limit_usd);
  EXPECT_FALSE(done.report.limit_remaining_usd);
  EXPECT_THAT(done.report.balances, IsEmpty());

  done = run(AccountApi::openrouter, {{200, capped}, {200, credits}});
  EXPECT_EQ(done.report.limit_usd, 10);
  EXPECT_EQ(done.report.limit_remaining_usd, 3);
  EXPECT_THAT(done.report.balances, ElementsAre(AccountBalance{"USD", -2.5}));

  done = run(AccountApi::openrouter, {{200, capped}, {502, "bad gateway"}});
  EXPECT_EQ(done.error->type, "server_error");
  EXPECT_EQ(done.report.spent_month_usd, 7);  // the part that was read stays
}

// ---- Days, pages and refusals

TEST(Account, DaysThatThePageDoesNotReach) {
  const auto bucket = [](long start, const std::string& results) {
    return R"({"start_time":)" + std::to_string(start) + R"(,"results":[)" + results + "]}";
  };
  const std::string five = R"({"amount":{"value":5,"currency":"usd"}})";
  constexpr long kToday = 1'795'219'200, kDay = 86'400;
  struct {
    const char* what;
    std::string buckets;
    std::optional<double> today, month;
  } const rows[] = {
      {"nothing", "", std::nullopt, std::nullopt},
      {"yesterday only", bucket(kToday - kDay, five), std::nullopt, 5},
      {"today, empty", bucket(kToday, ""), 0, 0},
      {"today and before", bucket(kToday - kDay, five) + "," + bucket(kToday, five + "," + five),
       10, 15},
      {"last month", bucket(kToday - 21 * kDay, five), std::nullopt, std::nullopt},
      {"tomorrow", bucket(kToday + kDay, five), std::nullopt, std::nullopt},
  };
  for (const auto& row : rows) {
    const auto body = R"({"data":[)" + row.buckets + R"(],"has_more":false})";
    const auto done = run(AccountApi::openai, {{200, body}, {200, kNoBuckets}});
    EXPECT_FALSE(done.error) << row.what;
    EXPECT_EQ(done.report.spent_today_usd, row.today) << row.what;
    EXPECT_EQ(done.report.spent_month_usd, row.month) << row.what;
  }
}

TEST(Account, PagesAddUp) {
  const auto page = [](const std::string& next) {
    auto body = nlohmann::json::parse(openai_costs("2"));
    body["has_more"] = !next.empty();
    body["next_page"] = next.empty() ? nlohmann::json() : nlohmann::json(next);
    return body.dump();
  };
  auto done = run(AccountApi::openai,
                  {{200, page("a")}, {200, page("b")}, {200, page("")}, {200, kNoBuckets}});
  EXPECT_EQ(done.report.spent_today_usd, 6);
  EXPECT_FALSE(done.error);

  // A part that is not read to its end is not known.
  done = run(AccountApi::openai, {{200, page("a")}, {500, ""}, {200, kNoBuckets}});
  EXPECT_FALSE(done.report.spent_today_usd);
  EXPECT_EQ(done.error->type, "server_error");
  EXPECT_EQ(done.urls.size(), 3U);  // usage is asked for all the same

  done = run(AccountApi::openai, {{200, page("a")}, {200, page("a")}, {200, kNoBuckets}});
  EXPECT_FALSE(done.report.spent_today_usd);
  EXPECT_EQ(done.error->type, "invalid_response");
}

TEST(Account, PagesWithoutEnd) {
  const auto reader = read_account(provider(AccountApi::openai), keys(), kNow);
  std::size_t pages = 0;
  while (reader->next()) {
    reader->answer(
        200, R"({"data":[],"has_more":true,"next_page":"p)" + std::to_string(pages++) + "\"}");
    ASSERT_LE(pages, kMaxAccountPages);
  }
  EXPECT_EQ(pages, kMaxAccountPages);
  EXPECT_EQ(reader->error()->type, "invalid_response");
  EXPECT_EQ(reader->report(), AccountReport{});
}

TEST(Account, Refusals) {
  struct {
    Answer answer;
    const char* type;
    std::size_t requests;  // made in all
  } const rows[] = {
      {{401, R"({"error":{"message":"no","type":"invalid_request_error"}})"}, "auth", 1},
      {{403, R"({"error":{"message":"Missing scopes"}})"}, "permission", 2},
      {{404, ""}, "not_found", 2},
      {{429, ""}, "rate_limited", 1},
      {{500, "<html>"}, "server_error", 2},
      {{503, ""}, "overloaded", 2},
      {{0, "could not connect"}, "connect", 2},
      {{200, "<html>"}, "invalid_response", 2},
      {{200, "{}"}, "invalid_response", 2},
      {{200, R"({"data":[{}]})"}, "invalid_response", 2},
      {{200, R"({"data":[],"has_more":true})"}, "invalid_response", 2},
  };
  for (const auto& row : rows) {
    const auto done = run(AccountApi::openai, {row.answer});
    ASSERT_TRUE(done.error) << row.answer.body;
    EXPECT_EQ(done.error->type, row.type) << row.answer.body;
    EXPECT_EQ(done.urls.size(), row.requests) << row.answer.body;
    EXPECT_EQ(done.report, AccountReport{}) << row.answer.body;
  }
}

TEST(Account, ErrorsDoNotEchoTheKey) {
  const auto done = run(
      AccountApi::openai,
      {{401,
        R"({"error":{"message":"bad key sk-admin-FAKEFAKEFAKE","code":"sk-admin-FAKEFAKEFAKE"}})"}});
  EXPECT_THAT(done.error->message, AllOf(HasSubstr("bad key"), Not(HasSubstr("FAKEFAKE"))));
  EXPECT_THAT(done.error->code, Not(HasSubstr("FAKEFAKE")));
}

// ---- Numbers

TEST(Account, Amounts) {
  struct {
    const char* text;
    std::optional<double> want;
  } const rows[] = {
      {"0", 0},          {"12.5", 12.5},
      {"-0.03", -0.03},  {"1e2", 100},
      {"0E-6176", 0},    {"1E-6176", 0},
      {"1e400", {}},     {"-1e400", {}},
      {"NaN", {}},       {"inf", {}},
      {"-Infinity", {}}, {"", {}},
      {" 1", {}},        {"1,5", {}},
      {"0x10", {}},      {"1e13", {}},
      {"12.5USD", {}},   {"--1", {}},
      {".", {}},         {"0.0123000000000000000000000000", 0.0123},
  };
  for (const auto& row : rows) EXPECT_EQ(parse_amount(row.text), row.want) << row.text;
}

TEST(Account, HostileCosts) {
  struct {
    std::string value;
    const char* currency;
    std::optional<double> want;
  } const rows[] = {
      {"1.5", "usd", 1.5},    {"\"1.5\"", "USD", 1.5},  {"-1", "usd", {}},    {"\"-1\"", "usd", {}},
      {"\"NaN\"", "usd", {}}, {"\"1e400\"", "usd", {}}, {"1e300", "usd", {}}, {"null", "usd", {}},
      {"{}", "usd", {}},      {"true", "usd", {}},      {"1.5", "eur", {}},   {"1.5", "", {}},
  };
  for (const auto& row : rows) {
    const auto done =
        run(AccountApi::openai, {{200, openai_costs(row.value, row.currency)}, {200, kNoBuckets}});
    EXPECT_EQ(done.report.spent_today_usd, row.want) << row.value << row.currency;
    EXPECT_EQ(done.report.spent_month_usd, row.want) << row.value << row.currency;
  }
  // 1e400 is no JSON number at all.
  const auto done = run(AccountApi::openai, {{200, openai_costs("1e400")}, {200, kNoBuckets}});
  EXPECT_EQ(done.error->type, "invalid_response");
}

TEST(Account, HostileBalances) {
  const auto done = run(
      AccountApi::deepseek,
      {{200,
        R"({"is_available":"yes","balance_infos":[{"currency":"USD","total_balance":"NaN"},)"
        R"({"currency":"US\nD","total_balance":"1"},{"currency":"EUR","total_balance":"-1e400"},)"
        R"({"currency":"CNY","total_balance":"2"},{"currency":"CNY","total_balance":"3"},7]})"}});
  EXPECT_FALSE(done.report.usable);
  EXPECT_THAT(done.report.balances, ElementsAre(AccountBalance{"CNY", 2}));
}

TEST(Account, TokensThatAreNotKnownStayUnknown) {
  const auto usage = [](const std::string& results) {
    return R"({"data":[{"start_time":1795219200,"results":[)" + results +
           R"(]}],"has_more":false})";
  };
  const auto done = run(AccountApi::openai,
                        {{200, kNoBuckets},
                         {200, usage(R"({"model":"a","input_tokens":5,"output_tokens":-1},)"
                                     R"({"model":"a","input_tokens":6000000000,"output_tokens":2},)"
                                     R"({"model":null,"input_tokens":1})")}});
  EXPECT_THAT(done.report.tokens, ElementsAre(AccountTokens{"a", "input", 6'000'000'005},
                                              AccountTokens{"other", "input", 1}));
}

TEST(Account, ModelsBeyondTheLimitAreOneRow) {
  std::string results;
  for (int i = 0; i < 300; ++i) {
    results += (i ? "," : "") + std::string(R"({"model":"m)") + std::to_string(i) +
               R"(","input_tokens":1})";
  }
  const auto done =
      run(AccountApi::openai,
          {{200, kNoBuckets},
           {200, R"({"data":[{"start_time":1795219200,"results":[)" + results + R"(]}]})"}});
  EXPECT_EQ(done.report.tokens.size(), kMaxAccountModels);
  const auto other = std::ranges::find(done.report.tokens, "other", &AccountTokens::model);
  ASSERT_NE(other, done.report.tokens.end());
  EXPECT_EQ(other->today, 300 - (kMaxAccountModels - 1));
}

}  // namespace
}  // namespace llm
