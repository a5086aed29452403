// Status pages: every system's shape, over the wire, and what can be wrong with them.
#include <gtest/gtest.h>

#include "unit/simulator/fake_client.h"

namespace llm::sim {
namespace {

using nlohmann::json;

std::string get(std::string_view path, std::string_view headers = "") {
  return FakeProviders::request("GET", path, "", std::string(headers) + "Connection: close\r\n");
}

std::string provider(std::string_view page) {
  return "  - {name: p, dialect: openai-chat, models: [{name: m}], status_page: {" +
         std::string(page) + "}}\n";
}

constexpr std::string_view kParts =
    "components: [{name: Chat, level: LEVEL}, {name: Files, id: f1}], ";

std::string page_of(std::string_view system, std::string_view level, std::string_view more = "") {
  std::string parts(kParts);
  parts.replace(parts.find("LEVEL"), 5, level);
  return provider(parts + "system: " + std::string(system) + std::string(more));
}

// One component at each level, as each system writes it.
TEST(SideStatus, SaysALevelInTheWordsOfTheSystem) {
  struct Row {
    std::string_view system, path, level, pointer, word;
  };
  constexpr std::string_view kSummary = "/api/v2/summary.json";
  const Row rows[] = {
      {"statuspage", kSummary, "operational", "/components/1/status", "operational"},
      {"statuspage", kSummary, "operational", "/status/indicator", "none"},
      {"statuspage", kSummary, "maintenance", "/components/1/status", "under_maintenance"},
      {"statuspage", kSummary, "degraded", "/components/1/status", "degraded_performance"},
      {"statuspage", kSummary, "degraded", "/status/indicator", "minor"},
      {"statuspage", kSummary, "partial_outage", "/status/indicator", "major"},
      {"statuspage", kSummary, "major_outage", "/components/1/status", "major_outage"},
      {"statuspage", kSummary, "major_outage", "/components/2/status", "operational"},
      {"statuspage", kSummary, "major_outage", "/components/2/id", "f1"},
      {"incident_io", kSummary, "major_outage", "/components/0/status", "full_outage"},
      {"better_stack", "/index.json", "degraded", "/included/0/attributes/status", "degraded"},
      {"better_stack", "/index.json", "major_outage", "/data/attributes/aggregate_state",
       "downtime"},
      {"instatus", "/summary.json", "operational", "/page/status", "UP"},
      {"instatus", "/summary.json", "maintenance", "/page/status", "UNDERMAINTENANCE"},
      {"instatus", "/summary.json", "maintenance", "/activeMaintenances/0/status", "INPROGRESS"},
      {"instatus", "/summary.json", "partial_outage", "/page/status", "HASISSUES"},
      {"instatus", "/summary.json", "partial_outage", "/activeIncidents/0/impact", "PARTIALOUTAGE"},
      {"instatus", "/v2/components.json", "degraded", "/components/0/status",
       "DEGRADEDPERFORMANCE"},
      {"google", "/incidents.json", "partial_outage", "/0/status_impact", "SERVICE_DISRUPTION"},
      {"google", "/incidents.json", "major_outage", "/0/affected_products/0/title", "Chat"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.system) + " " + std::string(row.level));
    const FakeProviders fakes(page_of(row.system, row.level));
    const auto answer = fakes.ask(get("/p/_status" + std::string(row.path)));
    ASSERT_EQ(answer.status, 200);
    const auto body = json::parse(answer.body);
    const json::json_pointer pointer{std::string(row.pointer)};
    ASSERT_TRUE(body.contains(pointer)) << row.pointer << answer.body;
    EXPECT_EQ(body[pointer], row.word);
  }
}

TEST(SideStatus, KeepsTheOdditiesOfTheSystems) {
  const auto body_of = [](std::string_view system, std::string_view path, std::string_view level) {
    const FakeProviders fakes(
        page_of(system, level, ", incident: {title: Slow <b>, status: identified}"));
    return fakes.ask(get("/p/_status" + std::string(path))).body;
  };
  const auto atlassian =
      json::parse(body_of("statuspage", "/api/v2/summary.json", "partial_outage"));
  EXPECT_EQ(atlassian["components"][0]["group"], true);
  EXPECT_EQ(atlassian["components"].size(), 3u);
  EXPECT_EQ(atlassian["incidents"][0]["impact"], "major");
  EXPECT_EQ(atlassian["incidents"][0]["components"].size(), 1u);
  EXPECT_EQ(atlassian["incidents"][0]["components"][0]["name"], "Chat");

  // All is well, says the page, with an incident open.
  const auto quiet = json::parse(body_of("statuspage", "/api/v2/summary.json", "operational"));
  EXPECT_EQ(quiet["status"]["indicator"], "none");
  EXPECT_EQ(quiet["incidents"].size(), 1u);

  EXPECT_FALSE(json::parse(body_of("incident_io", "/api/v2/summary.json", "degraded"))
                   .contains("incidents"));
  EXPECT_FALSE(json::parse(body_of("instatus", "/summary.json", "operational"))
                   .contains("activeMaintenances"));
  const auto stack = json::parse(body_of("better_stack", "/index.json", "degraded"));
  EXPECT_EQ(stack["included"][2]["type"], "status_report");
  EXPECT_EQ(stack["included"][2]["attributes"]["ends_at"], nullptr);

  const auto google = json::parse(body_of("google", "/incidents.json", "degraded"));
  ASSERT_EQ(google.size(), 3u);  // one open, one of the past for each product
  EXPECT_FALSE(google[0].contains("end"));
  EXPECT_TRUE(google[1].contains("end"));
  EXPECT_EQ(google[2]["affected_products"][0]["id"], "f1");

  const auto feed = body_of("rss", "/feed.xml", "degraded");
  EXPECT_NE(feed.find("<title>[Chat] Slow &lt;b&gt;</title>"), feed.npos) << feed;
  EXPECT_NE(feed.find("Status: IDENTIFIED"), feed.npos);
  EXPECT_NE(feed.find("Status: RESOLVED"), feed.npos);
}

TEST(SideStatus, WritesAwsInUtf16) {
  const auto body_of = [](std::string_view level) {
    const FakeProviders fakes(page_of("aws", level));
    return fakes.ask(get("/p/_status/public/currentevents")).body;
  };
  EXPECT_EQ(body_of("operational"), std::string("\xfe\xff\0[\0]", 6));
  const auto wide = body_of("major_outage");
  ASSERT_GT(wide.size(), 2u);
  std::string narrow;
  for (std::size_t i = 3; i < wide.size(); i += 2) narrow += wide[i];
  const auto events = json::parse(narrow);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0]["service"], "Chat");
  EXPECT_EQ(events[0]["status"], "3");
}

TEST(SideStatus, AnswersNotModified) {
  const FakeProviders fakes(page_of("statuspage", "operational"));
  constexpr auto kPath = "/p/_status/api/v2/summary.json";
  const auto etag = fakes.ask(get(kPath)).headers.at("etag");
  const auto match = "If-None-Match: " + etag + "\r\n";
  const auto same = fakes.ask(get(kPath, match));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.headers.at("etag"), etag);
  EXPECT_EQ(fakes.ask(get(kPath, "If-None-Match: \"other\"\r\n")).status, 200);

  const auto set = [&](std::string_view method, std::string_view body) {
    return fakes.ask(FakeProviders::request(method, "/_sim/providers/p/status", body)).status;
  };
  EXPECT_EQ(set("PUT", "{system: statuspage, components: [{name: Chat, level: degraded}]}"), 200);
  const auto changed = fakes.ask(get(kPath, match));
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(json::parse(changed.body)["status"]["indicator"], "minor");
  EXPECT_EQ(set("PUT", "{system: statuspages}"), 400);
  EXPECT_EQ(set("DELETE", ""), 200);
  const auto restored = fakes.ask(get(kPath));
  EXPECT_EQ(json::parse(restored.body)["status"]["indicator"], "none");
}

TEST(SideStatus, CanBeUnreadable) {
  struct Row {
    std::string_view fault;
    int status;
    std::string_view holds;
  };
  constexpr Row kRows[] = {{"challenge", 403, "Just a moment"},
                           {"garbage", 200, "Sign in"},
                           {"truncated", 200, "{\"page\""},
                           {"empty", 200, ""},
                           {"server_error", 500, "Internal"}};
  for (const auto& row : kRows) {
    const FakeProviders fakes(
        page_of("statuspage", "degraded", ", fault: " + std::string(row.fault)));
    const auto answer = fakes.ask(get("/p/_status/api/v2/summary.json"));
    EXPECT_EQ(answer.status, row.status) << row.fault;
    EXPECT_NE(answer.body.find(row.holds), answer.body.npos) << row.fault << answer.body;
    EXPECT_FALSE(json::accept(answer.body)) << row.fault;
  }
  const FakeProviders fakes(page_of("google", "degraded"));
  EXPECT_EQ(fakes.ask(get("/p/_status/api/v2/summary.json")).status, 404);
  EXPECT_EQ(fakes.ask(FakeProviders::request("POST", "/p/_status/incidents.json", "")).status, 405);
}

}  // namespace
}  // namespace llm::sim
