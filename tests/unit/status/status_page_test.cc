// What each status page system says, as one level: transcripts, then rows beyond them.
#include "status/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/provider_types.h"
#include "status/level.h"

namespace llm {
namespace {

using testing::HasSubstr;
using Level = ServiceLevel;
using Watched = std::vector<std::string>;

const std::string kTranscripts = std::string(LLM_SOURCE_DIR) + "/tests/transcripts/";

std::string slurp(const std::string& name) {
  std::ifstream file(kTranscripts + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a transcript is read as, and the words of the configuration that go with it.
struct Reading {
  StatusSystem system;
  Watched watched;
  Level overall;
};
Reading reading_of(const std::string& name) {
  static const std::map<std::string, Reading> kReadings = {
      {"statuspage-summary-ok",
       {StatusSystem::statuspage, {"claude api*", "claude.ai"}, Level::operational}},
      {"statuspage-summary-incident", {StatusSystem::statuspage, {"*"}, Level::partial_outage}},
      {"incidentio-summary-compat", {StatusSystem::statuspage, {"*"}, Level::major_outage}},
      {"betterstack-index", {StatusSystem::better_stack, {}, Level::degraded}},
      {"instatus-summary-issues", {StatusSystem::instatus, {}, Level::major_outage}},
      {"google-incidents", {StatusSystem::google, {"Z0FZJAMvEB4j3NbCJs6B"}, Level::partial_outage}},
      {"aws-currentevents-utf16", {StatusSystem::aws, {"bedrock-us-east-1"}, Level::degraded}},
      {"aws-currentevents-empty-utf16",
       {StatusSystem::aws, {"bedrock-us-east-1"}, Level::operational}},
      {"aws-rss-empty", {StatusSystem::rss, {"bedrock-us-east-1"}, Level::operational}},
      {"xai-feed-resolved", {StatusSystem::rss, {"[API*"}, Level::operational}},
      {"azure-rss-empty", {StatusSystem::rss, {"*Azure OpenAI*"}, Level::operational}},
      {"status-403-html-challenge", {StatusSystem::statuspage, {}, Level::unknown}},
  };
  const auto found = kReadings.find(name);
  EXPECT_TRUE(found != kReadings.end()) << "a transcript without a row here: " << name;
  return found == kReadings.end() ? Reading{} : found->second;
}

TEST(StatusPage, Transcripts) {
  int seen = 0;
  for (const auto& entry : nlohmann::json::parse(slurp("manifest.json"))) {
    if (entry["dialect"] != "status-pages") continue;
    ++seen;
    const std::string name = entry["case"];
    SCOPED_TRACE(name);
    const auto want = reading_of(name);
    const auto report = read_status_page(want.system, slurp(entry["body"]), want.watched);
    const auto& expect = entry["expect"];
    ASSERT_EQ(report.ok(), expect["outcome"] == "ok");
    if (!report) continue;
    EXPECT_EQ(report->overall, want.overall);
    if (expect.contains("indicator")) {
      EXPECT_EQ(report->indicator, expect["indicator"]);
    }
    if (expect["open_incidents"].is_null()) {
      EXPECT_FALSE(report->open_incidents);
    } else {
      EXPECT_EQ(report->open_incidents, expect["open_incidents"].get<std::size_t>());
    }
    if (!expect.contains("components")) continue;
    EXPECT_EQ(report->components.size(), expect["components"].size());
    for (const auto& component : report->components) {
      ASSERT_TRUE(expect["components"].contains(component.name)) << component.name;
      EXPECT_EQ(component.level, level_of(expect["components"][component.name].get<std::string>()));
    }
  }
  EXPECT_EQ(seen, 12);
}

TEST(StatusPage, Words) {
  struct {
    const char* word;
    Level want;
  } const rows[] = {
      {"operational", Level::operational},
      {"degraded_performance", Level::degraded},
      {"partial_outage", Level::partial_outage},
      {"major_outage", Level::major_outage},
      {"full_outage", Level::major_outage},
      {"under_maintenance", Level::maintenance},
      {"none", Level::operational},
      {"minor", Level::degraded},
      {"major", Level::partial_outage},
      {"critical", Level::major_outage},
      {"maintenance", Level::maintenance},
      {"degraded", Level::degraded},
      {"downtime", Level::major_outage},
      {"not_monitored", Level::unknown},
      {"UP", Level::operational},
      {"HASISSUES", Level::degraded},
      {"UNDERMAINTENANCE", Level::maintenance},
      {"OPERATIONAL", Level::operational},
      {"DEGRADEDPERFORMANCE", Level::degraded},
      {"PARTIALOUTAGE", Level::partial_outage},
      {"MAJOROUTAGE", Level::major_outage},
      {"SERVICE_OUTAGE", Level::major_outage},
      {"SERVICE_DISRUPTION", Level::partial_outage},
      {"SERVICE_INFORMATION", Level::degraded},
      {"AVAILABLE_INFORMATION", Level::operational},
      {"", Level::unknown},
      {"splendid", Level::unknown},
  };
  for (const auto& row : rows) EXPECT_EQ(level_of(row.word), row.want) << row.word;
}

struct Row {
  const char* what;
  StatusSystem system;
  std::string body;
  Watched watched;
  Level overall;
  std::optional<std::size_t> open;
  std::string incident = "";
  std::string components = "";  // "name=level name=level"
};

std::string components_in(const StatusReport& report) {
  std::string out;
  for (const auto& component : report.components) {
    if (!out.empty()) out += ' ';
    out += component.name + "=" + std::string(to_string(component.level));
  }
  return out;
}

void check(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto report = read_status_page(row.system, row.body, row.watched);
    ASSERT_TRUE(report.ok()) << report.error();
    EXPECT_EQ(to_string(report->overall), to_string(row.overall));
    EXPECT_EQ(report->open_incidents, row.open);
    EXPECT_EQ(report->incident, row.incident);
    if (!row.components.empty()) {
      EXPECT_EQ(components_in(*report), row.components);
    }
  }
}

// A page of two components; the rest of the summary is given.
std::string statuspage(const std::string& api, const std::string& site, const std::string& rest) {
  return R"({"components":[{"id":"a","name":"API","status":")" + api +
         R"("},{"id":"s","name":"Site","status":")" + site + R"("}],)" + rest + "}";
}
const std::string kNone = R"("status":{"indicator":"none"})";

TEST(StatusPage, Statuspage) {
  constexpr auto kSystem = StatusSystem::statuspage;
  const auto incident = [](const std::string& status, const std::string& impact,
                           const std::string& components) {
    return kNone + R"(,"incidents":[{"name":"Errors","status":")" + status + R"(","impact":")" +
           impact + R"(","components":[)" + components + "]}]";
  };
  const std::string kApi = R"({"id":"a","name":"API"})";
  const std::string kSite = R"({"id":"s","name":"Site"})";
  const std::string kUp = "operational";
  check({
      {"all is well",
       kSystem,
       statuspage(kUp, kUp, kNone + R"(,"incidents":[])"),
       {"API"},
       Level::operational,
       0,
       "",
       "API=operational"},
      {"what is not watched does not count",
       kSystem,
       statuspage(kUp, "major_outage", kNone),
       {"API"},
       Level::operational,
       std::nullopt,
       "",
       "API=operational"},
      {"by id",
       kSystem,
       statuspage("partial_outage", kUp, kNone),
       {"a"},
       Level::partial_outage,
       std::nullopt,
       "",
       "API=partial_outage"},
      {"by pattern, whatever the case",
       kSystem,
       statuspage("partial_outage", kUp, kNone),
       {"ap*"},
       Level::partial_outage,
       std::nullopt},
      {"indicator none, open incident that touches",
       kSystem,
       statuspage(kUp, kUp, incident("investigating", "major", kApi)),
       {"API"},
       Level::partial_outage,
       1,
       "Errors"},
      {"the same, everything watched",
       kSystem,
       statuspage(kUp, kUp, incident("monitoring", "minor", kSite)),
       {},
       Level::degraded,
       1,
       "Errors",
       "API=operational Site=operational"},
      {"an incident elsewhere",
       kSystem,
       statuspage(kUp, kUp, incident("identified", "critical", kSite)),
       {"API"},
       Level::operational,
       0},
      {"an incident of no stated scope",
       kSystem,
       statuspage(kUp, kUp, incident("identified", "minor", "")),
       {"API"},
       Level::degraded,
       1,
       "Errors"},
      {"an incident without impact",
       kSystem,
       statuspage(kUp, kUp, incident("identified", "none", kApi)),
       {"API"},
       Level::operational,
       1,
       "Errors"},
      {"a resolved incident",
       kSystem,
       statuspage(kUp, kUp, incident("resolved", "critical", kApi)),
       {"API"},
       Level::operational,
       0},
      {"a postmortem",
       kSystem,
       statuspage(kUp, kUp, incident("postmortem", "critical", kApi)),
       {"API"},
       Level::operational,
       0},
      {"maintenance that has begun",
       kSystem,
       statuspage(kUp, kUp,
                  kNone + R"(,"incidents":[],"scheduled_maintenances":[{"name":"Work",)" +
                      R"("status":"in_progress","impact":"critical","components":[]}])"),
       {"API"},
       Level::maintenance,
       0},
      {"maintenance to come",
       kSystem,
       statuspage(kUp, kUp,
                  kNone + R"(,"incidents":[],"scheduled_maintenances":[{"name":"Work",)" +
                      R"("status":"scheduled","impact":"critical","components":[]}])"),
       {"API"},
       Level::operational,
       0},
      {"none of the watched is there: the page as a whole",
       kSystem,
       statuspage(kUp, kUp, R"("status":{"indicator":"critical"},"incidents":[])"),
       {"Renamed"},
       Level::major_outage,
       0},
      {"an indicator that lags behind a component",
       kSystem,
       statuspage("major_outage", kUp, kNone),
       {},
       Level::degraded,
       std::nullopt},
      {"no indicator",
       kSystem,
       R"({"components":[{"name":"API","status":"major_outage"}]})",
       {},
       Level::major_outage,
       std::nullopt},
      {"words not known",
       kSystem,
       statuspage("splendid", kUp, kNone),
       {"API"},
       Level::unknown,
       std::nullopt,
       "",
       "API=unknown"},
      {"group rows are headings",
       kSystem,
       R"({"components":[{"id":"g","name":"APIs","status":"major_outage","group":true},)"
       R"({"id":"a","name":"APIs","status":"operational","group":false}],)" +
           kNone + "}",
       {"APIs"},
       Level::operational,
       std::nullopt,
       "",
       "APIs=operational"},
      {"two of one name: the worse",
       kSystem,
       R"({"components":[{"id":"1","name":"API","status":"operational"},)"
       R"({"id":"2","name":"API","status":"degraded_performance"}],)" +
           kNone + "}",
       {"API"},
       Level::degraded,
       std::nullopt,
       "",
       "API=degraded"},
      {"the worst of two incidents is named",
       kSystem,
       statuspage(kUp, kUp,
                  kNone +
                      R"(,"incidents":[{"name":"Small","status":"identified","impact":"minor"},)"
                      R"({"name":"Big","status":"identified","impact":"critical"}])"),
       {"API"},
       Level::major_outage,
       2,
       "Big"},
      {"text is cleaned",
       kSystem,
       statuspage(kUp, kUp,
                  kNone + R"(,"incidents":[{"name":" A\u0000b\n ","status":"","impact":"minor"}])"),
       {},
       Level::degraded,
       1,
       "A b"},
      {"hostile members are absent",
       kSystem,
       R"({"components":[1,null,"x",{"name":7,"status":[]}],"status":{"indicator":3},)"
       R"("incidents":{},"scheduled_maintenances":"no"})",
       {},
       Level::unknown,
       0},
  });
}

TEST(StatusPage, BetterStack) {
  constexpr auto kSystem = StatusSystem::better_stack;
  const auto index = [](const std::string& state, const std::string& rows) {
    return R"({"data":{"attributes":{"aggregate_state":")" + state + R"("}},"included":[)" + rows +
           "]}";
  };
  const auto resource = [](const std::string& id, const std::string& name, const std::string& s) {
    return R"({"id":")" + id + R"(","type":"status_page_resource","attributes":{"public_name":")" +
           name + R"(","status":")" + s + R"("}})";
  };
  const auto report = [](const std::string& members) {
    return R"(,{"id":"9","type":"status_report","attributes":{"title":"Slow",)" + members + "}}";
  };
  const auto two =
      resource("1", "Inference API", "operational") + "," + resource("2", "Web", "downtime");
  check({
      {"watched is up, another down",
       kSystem,
       index("downtime", two),
       {"*inference*"},
       Level::operational,
       0,
       "",
       "Inference API=operational"},
      {"one monitor does not take all down",
       kSystem,
       index("downtime", two),
       {},
       Level::partial_outage,
       0},
      {"all down",
       kSystem,
       index("downtime", resource("1", "Inference API", "downtime")),
       {},
       Level::major_outage,
       0},
      {"not monitored is no claim",
       kSystem,
       index("operational", resource("1", "Inference API", "not_monitored")),
       {"Inference API"},
       Level::unknown,
       0,
       "",
       "Inference API=unknown"},
      {"maintenance",
       kSystem,
       index("maintenance", resource("1", "Inference API", "maintenance")),
       {"Inference API"},
       Level::maintenance,
       0},
      {"an open report touches by the resource's id",
       kSystem,
       index("operational",
             two + report(R"("ends_at":null,"aggregate_state":"downtime","affected_resources":)"
                          R"([{"status_page_resource_id":"1","status":"degraded"}])")),
       {"Inference API"},
       Level::degraded,
       1,
       "Slow"},
      {"numbers as ids",
       kSystem,
       index("operational", two + report(R"("aggregate_state":"downtime","affected_resources":)"
                                         R"([{"status_page_resource_id":1}])")),
       {"Inference API"},
       Level::major_outage,
       1,
       "Slow"},
      {"a report on another resource",
       kSystem,
       index("operational",
             two + report(R"("ends_at":null,"aggregate_state":"downtime","affected_resources":)"
                          R"([{"status_page_resource_id":"2","status":"downtime"}])")),
       {"Inference API"},
       Level::operational,
       0},
      {"a report that has ended",
       kSystem,
       index("operational",
             two + report(R"("ends_at":"2026-11-21T10:00:00.000Z","aggregate_state":"downtime")")),
       {"Inference API"},
       Level::operational,
       0},
      {"announced work",
       kSystem,
       index("operational", two + report(R"("ends_at":null,"report_type":"maintenance",)"
                                         R"("aggregate_state":"maintenance")")),
       {"Inference API"},
       Level::maintenance,
       0},
      {"a Statuspage where Better Stack was configured",
       kSystem,
       statuspage("partial_outage", "operational", kNone),
       {"API"},
       Level::partial_outage,
       std::nullopt},
  });
}

TEST(StatusPage, Instatus) {
  constexpr auto kSystem = StatusSystem::instatus;
  check({
      {"up", kSystem, R"({"page":{"name":"P","status":"UP"}})", {}, Level::operational, 0},
      {"work that has begun",
       kSystem,
       R"({"page":{"status":"UNDERMAINTENANCE"},"activeMaintenances":[{"status":"INPROGRESS"}]})",
       {},
       Level::maintenance,
       0},
      {"work to come",
       kSystem,
       R"({"page":{"status":"UP"},"activeMaintenances":[{"status":"NOTSTARTEDYET"}]})",
       {},
       Level::operational,
       0},
      {"an incident",
       kSystem,
       R"({"page":{"status":"UP"},"activeIncidents":[{"name":"X","status":"IDENTIFIED",)"
       R"("impact":"PARTIALOUTAGE"}]})",
       {"API"},
       Level::partial_outage,
       1,
       "X"},
      {"a resolved one",
       kSystem,
       R"({"page":{"status":"UP"},"activeIncidents":[{"name":"X","status":"RESOLVED",)"
       R"("impact":"PARTIALOUTAGE"}]})",
       {"API"},
       Level::operational,
       0},
      {"components.json, with headings",
       kSystem,
       R"({"components":[{"id":"1","name":"All","status":"OPERATIONAL","children":[)"
       R"({"id":"2","name":"API","status":"DEGRADEDPERFORMANCE"}]},)"
       R"({"id":"3","name":"Web","status":"MAJOROUTAGE"}]})",
       {"API"},
       Level::degraded,
       std::nullopt,
       "",
       "API=degraded"},
  });
}

TEST(StatusPage, Google) {
  constexpr auto kSystem = StatusSystem::google;
  const Watched kVertex = {"vertex", "Vertex Gemini API"};
  const auto incident = [](const std::string& impact, const std::string& more,
                           const std::string& id = "vertex") {
    return R"({"external_desc":"Errors","affected_products":[{"title":"T","id":")" + id +
           R"("}],"status_impact":")" + impact + R"(","severity":"high")" + more + "}";
  };
  std::string old = incident("SERVICE_OUTAGE", R"(,"end":"2020-01-01T00:00:00+00:00")");
  std::string long_list = "[" + incident("SERVICE_OUTAGE", "");
  for (int i = 0; i < 600; ++i) long_list += "," + old;
  check({
      {"empty", kSystem, "[]", kVertex, Level::operational, 0},
      {"outage", kSystem, "[" + incident("SERVICE_OUTAGE", "") + "]", kVertex, Level::major_outage,
       1, "Errors"},
      {"disruption, whatever the severity", kSystem,
       "[" + incident("SERVICE_DISRUPTION", R"(,"end":null)") + "]", kVertex, Level::partial_outage,
       1, "Errors"},
      {"information", kSystem, "[" + incident("SERVICE_INFORMATION", "") + "]", kVertex,
       Level::degraded, 1, "Errors"},
      {"available", kSystem, "[" + incident("AVAILABLE_INFORMATION", "") + "]", kVertex,
       Level::operational, 1, "Errors"},
      {"over", kSystem, "[" + old + "]", kVertex, Level::operational, 0},
      {"another product", kSystem, "[" + incident("SERVICE_OUTAGE", "", "run") + "]", kVertex,
       Level::operational, 0},
      {"an impact not known is no all-clear", kSystem, "[" + incident("ODD", "") + "]", kVertex,
       Level::unknown, 1, "Errors"},
      {"brackets inside strings", kSystem,
       R"([{"external_desc":"a ] b, \" } c","affected_products":[],"status_impact":"SERVICE_OUTAGE"}])",
       kVertex, Level::major_outage, 1, "a ] b, \" } c"},
      {"years of it: the head counts, the rest is not read", kSystem, long_list + ",{broken",
       kVertex, Level::major_outage, 1, "Errors"},
  });
}

std::string utf16(std::string_view ascii, bool big) {
  std::string out = big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

TEST(StatusPage, Aws) {
  constexpr auto kSystem = StatusSystem::aws;
  const Watched kBedrock = {"bedrock-us-east-1"};
  const auto event = [](const std::string& service, const std::string& status) {
    return R"([{"service":")" + service + R"(","summary":"Errors","status":)" + status + "}]";
  };
  check({
      {"number", kSystem, event("bedrock-us-east-1", "3"), kBedrock, Level::major_outage, 1,
       "Errors"},
      {"string", kSystem, event("bedrock-us-east-1", "\"2\""), kBedrock, Level::degraded, 1,
       "Errors"},
      {"informational", kSystem, event("bedrock-us-east-1", "\"1\""), kBedrock, Level::degraded, 1,
       "Errors"},
      {"resolved", kSystem, event("bedrock-us-east-1", "\"0\""), kBedrock, Level::operational, 0},
      {"a status not known is no all-clear", kSystem, event("bedrock-us-east-1", "\"9\""), kBedrock,
       Level::unknown, 1, "Errors"},
      {"another region", kSystem, event("bedrock-eu-west-1", "3"), kBedrock, Level::operational, 0},
      {"little endian", kSystem, utf16(event("bedrock-us-east-1", "3"), false), kBedrock,
       Level::major_outage, 1, "Errors"},
      {"big endian", kSystem, utf16(event("bedrock-us-east-1", "3"), true), kBedrock,
       Level::major_outage, 1, "Errors"},
      {"one of several services", kSystem,
       R"([{"service":"multipleservices-us-east-1","summary":"Power","status":"3",)"
       R"("impacted_services":{"bedrock-us-east-1":{"current":"2","max":"3"}}}])",
       kBedrock, Level::degraded, 1, "Power"},
      {"well again, while others are not", kSystem,
       R"([{"service":"multipleservices-us-east-1","summary":"Power","status":"3",)"
       R"("impacted_services":{"bedrock-us-east-1":{"current":"0","max":"3"}}}])",
       kBedrock, Level::operational, 0},
  });
}

std::string feed(const std::string& items) {
  return "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>T</title>" + items +
         "</channel></rss>";
}
std::string item(const std::string& title, const std::string& rest = "") {
  return "<item><title>" + title + "</title>" + rest + "</item>";
}

TEST(StatusPage, Feeds) {
  constexpr auto kSystem = StatusSystem::rss;
  const std::string kOpen =
      "<description><![CDATA[<h3>Status: INVESTIGATING</h3><p>Not resolved yet.</p>]]>"
      "</description>";
  const std::string kAws =
      "<guid isPermaLink=\"false\">https://status.aws.amazon.com/#bedrock-us-east-1_179525</guid>";
  check({
      {"no items", kSystem, feed(""), {"[API*"}, Level::operational, 0},
      {"open",
       kSystem,
       feed(item("[API (us)] Slow", kOpen)),
       {"[API*"},
       Level::degraded,
       1,
       "[API (us)] Slow"},
      {"open, of a category",
       kSystem,
       feed(item("[API] Slow", kOpen + "<category>disruption</category>")),
       {"[API*"},
       Level::partial_outage,
       1,
       "[API] Slow"},
      {"an outage",
       kSystem,
       feed(item("[API] Gone", "<category>outage</category>")),
       {"[API*"},
       Level::major_outage,
       1,
       "[API] Gone"},
      {"another component",
       kSystem,
       feed(item("[Web] Slow", kOpen)),
       {"[API*"},
       Level::operational,
       0},
      {"resolved in escaped HTML",
       kSystem,
       feed(item("[API] Slow", "<description>&lt;b&gt;Status: Resolved&lt;/b&gt;</description>")),
       {"[API*"},
       Level::operational,
       0},
      {"resolved in plain text",
       kSystem,
       feed(item("[API] Slow", "<description>Resolved - All is well.</description>")),
       {"[API*"},
       Level::operational,
       0},
      {"the newest update counts",
       kSystem,
       feed(item("[API] Slow",
                 "<description>&lt;p&gt;&lt;strong&gt;Monitoring&lt;/strong&gt; - A "
                 "fix.&lt;/p&gt;&lt;strong&gt;Resolved&lt;/strong&gt;</description>")),
       {"[API*"},
       Level::degraded,
       1,
       "[API] Slow"},
      {"AWS: resolved, then the older update",
       kSystem,
       feed(item("<![CDATA[Service is operating normally: [RESOLVED] Increased Errors]]>", kAws) +
            item("<![CDATA[Performance issues: Increased Errors]]>", kAws)),
       {"bedrock-us-east-1"},
       Level::operational,
       0},
      {"AWS: two updates of one event",
       kSystem,
       feed(item("Service disruption: Increased Errors", kAws) +
            item("Informational message: Increased Errors", kAws)),
       {"bedrock-us-east-1"},
       Level::partial_outage,
       1,
       "Service disruption: Increased Errors"},
      {"AWS: of another region",
       kSystem,
       feed(item("Performance issues: Errors", kAws)),
       {"bedrock-eu-west-1"},
       Level::operational,
       0},
      {"Azure: the service is in the text",
       kSystem,
       feed(item("East US - Errors",
                 "<description>&lt;p&gt;Customers of Azure OpenAI may see errors.&lt;/p&gt;"
                 "</description>")),
       {"*Azure OpenAI*"},
       Level::degraded,
       1,
       "East US - Errors"},
      {"Azure: mitigated",
       kSystem,
       feed(item("Azure OpenAI - East US - Mitigated")),
       {"*Azure OpenAI*"},
       Level::operational,
       0},
      {"Azure: a storage incident",
       kSystem,
       feed(item("Storage - East US")),
       {"*Azure OpenAI*"},
       Level::operational,
       0},
      {"Atom",
       kSystem,
       "<feed xmlns=\"x\"><entry><title>API down</title><content "
       "type=\"html\">&lt;strong&gt;Identified&lt;/strong&gt;</content></entry></feed>",
       {"API*"},
       Level::degraded,
       1,
       "API down"},
      {"entities and comments",
       kSystem,
       feed("<!-- <item> -->" + item("A &amp; B &#x41;&#66; &bogus; &", "")),
       {},
       Level::degraded,
       1,
       "A & B AB &bogus; &"},
      {"a title within media is not ours",
       kSystem,
       feed("<item><media:x><title>No</title></media:x><title>Yes</title></item>"),
       {},
       Level::degraded,
       1,
       "Yes"},
  });
}

TEST(StatusPage, ForgottenItemsOfFeeds) {
  const WallTime now{std::chrono::seconds(1'795'262'400)};  // 2026-11-21 12:00
  struct {
    const char* date;
    bool open;
  } const rows[] = {
      {"Fri, 20 Nov 2026 09:00:00 GMT", true},
      {"Fri, 20 Nov 2026 09:00:00 PST", true},
      {"Sun, 1 Nov 2026 09:00:00 +0000", false},
      {"Sat, 21 Nov 2026 11:55:00 Z", true},
      {"2020-01-01T00:00:00Z", false},
      {"one fine day", true},
      {"", true},
  };
  for (const auto& row : rows) {
    const auto body = feed(item("Slow", "<pubDate>" + std::string(row.date) + "</pubDate>"));
    const auto report = read_status_page(StatusSystem::rss, body, {}, now);
    ASSERT_TRUE(report.ok()) << row.date;
    EXPECT_EQ(report->open_incidents, row.open ? 1U : 0U) << row.date;
    const auto timeless = read_status_page(StatusSystem::rss, body, {});
    EXPECT_EQ(timeless->open_incidents, 1U) << row.date;
  }
}

TEST(StatusPage, UnreadableIsAnErrorAndNothingElse) {
  constexpr StatusSystem kAll[] = {StatusSystem::none,         StatusSystem::statuspage,
                                   StatusSystem::better_stack, StatusSystem::instatus,
                                   StatusSystem::google,       StatusSystem::aws,
                                   StatusSystem::rss};
  const std::string kBodies[] = {"",
                                 " ",
                                 "null",
                                 "{",
                                 "{}",
                                 R"({"error":"rate limited"})",
                                 "[1]",
                                 "[{}",
                                 "[{},",
                                 "[,{}]",
                                 "\xFE\xFF",
                                 "\xFF\xFE[",
                                 "<!DOCTYPE html><html><body>Just a moment...</body></html>",
                                 "<html><head></head></html>",
                                 "<rss><channel><item><title>cut",
                                 "<rss><![CDATA[",
                                 "<rss",
                                 "<rss></channel>",
                                 "<rss/>",
                                 "Too many requests",
                                 R"(<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>)"};
  for (const auto system : kAll) {
    for (const auto& body : kBodies) {
      const auto report = read_status_page(system, body, {});
      EXPECT_FALSE(report.ok()) << static_cast<int>(system) << ": " << body;
    }
  }
  const auto page = read_status_page(StatusSystem::statuspage, "<!DOCTYPE html>", {});
  EXPECT_THAT(page.error(), HasSubstr("web page, not JSON"));
}

TEST(StatusPage, ManyComponentsAreBounded) {
  std::string rows;
  for (int i = 0; i < 300; ++i) {
    rows += (i ? "," : "") + std::string(R"({"name":"c)") + std::to_string(i) + R"(","status":")" +
            (i == 299 ? "major_outage" : "operational") + R"("})";
  }
  const auto report =
      read_status_page(StatusSystem::statuspage, R"({"components":[)" + rows + "]}", Watched{"c*"});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->components.size(), kMaxComponents);
  EXPECT_EQ(report->overall, Level::major_outage);  // counted all the same
}

TEST(StatusPage, Agreement) {
  using std::chrono::minutes;
  struct {
    const char* what;
    OwnView ours;
    Level theirs;
    Agreement want;
  } const rows[] = {
      {"both well", {3, 0, {}}, Level::operational, Agreement::agree},
      {"both ill", {3, 1, minutes(60)}, Level::degraded, Agreement::agree},
      {"they deny", {3, 1, minutes(10)}, Level::operational, Agreement::unreported_outage},
      {"too early to tell", {3, 3, minutes(9)}, Level::operational, Agreement::agree},
      {"announced", {3, 3, minutes(60)}, Level::maintenance, Agreement::agree},
      {"announced, not felt", {3, 0, {}}, Level::maintenance, Agreement::agree},
      {"we see nothing of it", {3, 0, {}}, Level::degraded, Agreement::unseen_incident},
      {"nor of worse", {1, 0, {}}, Level::major_outage, Agreement::unseen_incident},
      {"they say nothing", {3, 3, minutes(60)}, Level::unknown, Agreement::unknown},
      {"we say nothing", {0, 0, {}}, Level::major_outage, Agreement::unknown},
  };
  for (const auto& row : rows)
    EXPECT_EQ(to_string(compare(row.ours, row.theirs)), to_string(row.want)) << row.what;
}

// The defaults of the types are words for these pages.
TEST(StatusPage, TypesWatchWhatTheTranscriptsHave) {
  struct {
    const char* type;
    const char* body;
    Level want;
  } const rows[] = {
      {"openai", "status-pages/incidentio-summary-compat.body", Level::major_outage},
      {"anthropic", "status-pages/statuspage-summary-incident.body", Level::partial_outage},
      {"vertex", "status-pages/google-incidents.body", Level::partial_outage},
      {"xai", "status-pages/xai-feed-resolved.body", Level::operational},
      {"azure", "status-pages/azure-rss-empty.body", Level::operational},
  };
  for (const auto& row : rows) {
    const auto* type = find_provider_type(row.type);
    ASSERT_NE(type, nullptr);
    const Watched watched(type->status_components.begin(), type->status_components.end());
    const auto report = read_status_page(type->status_system, slurp(row.body), watched);
    ASSERT_TRUE(report.ok()) << row.type;
    EXPECT_EQ(to_string(report->overall), to_string(row.want)) << row.type;
  }
}

}  // namespace
}  // namespace llm
