#include "web/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "base/text.h"
#include "unit/web/fixture.h"
#include "web/html.h"
#include "web/page_script.h"
#include "web/page_style.h"

namespace llm {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

std::string page(const Roster& roster, const PageContext& context = {"1.2.3", "", "", ""},
                 const ProvidersState& providers = {}, const FailoverState& failover = {},
                 const VantageState& vantage = {}) {
  return status_page({roster, providers, failover, vantage}, context, kNow);
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EXPECT_EQ(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr), 1);
  return base64({reinterpret_cast<const char*>(digest.data()), size});
}

TEST(PageStyle, HashIsThatOfTheStyle) {
  EXPECT_EQ(kPageStyleSha256, sha256(kPageStyle));
  EXPECT_THAT(page_policy(), HasSubstr("style-src 'sha256-" + sha256(kPageStyle) + "'"));
  EXPECT_THAT(page({}), HasSubstr("<style>" + std::string(kPageStyle) + "</style>"))
      << "byte by byte, or the browser refuses it";
}

TEST(PageScript, HashIsThatOfTheScript) {
  EXPECT_EQ(kPageScriptSha256, sha256(kPageScript));
  EXPECT_THAT(page_policy(), HasSubstr("script-src 'sha256-" + sha256(kPageScript) + "'"));
  EXPECT_THAT(page({}), HasSubstr("<script>" + std::string(kPageScript) + "</script>"));
}

TEST(EscapeHtml, LeavesNothingThatMarkupCouldBeMadeOf) {
  EXPECT_EQ(escape_html(R"(<a href="x" onclick='y'>&amp;)"),
            "&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(escape_html("plain ✓"), "plain ✓");
}

TEST(StatusPage, ShowsVersionAndRelativeLinksOnly) {
  const auto html = page({}, {"1.2.3", "abc", "eu-west-1", ""});
  EXPECT_THAT(html, HasSubstr("llm_exporter version 1.2.3, revision abc"));
  EXPECT_THAT(html, HasSubstr("seen from eu-west-1"));
  for (const char* link : {"metrics", "api/v1/targets", "config", "-/healthy", "-/ready"}) {
    EXPECT_THAT(html, HasSubstr("href=\"" + std::string(link) + "\""));
  }
  for (const char* foreign :
       {"href=\"/", "\"http://", "\"https://", "<script src", " src=", "url("})
    EXPECT_THAT(html, Not(HasSubstr(foreign)));
  EXPECT_THAT(page({}, {"1", "", "", "https://x.example/llm/?\""}),
              HasSubstr(R"(<link rel="canonical" href="https://x.example/llm/?&quot;">)"));
}

TEST(StatusPage, TellsStateInWordsAndTheRest) {
  const auto target = make_target("openai/gpt-4o");
  auto slow = good_result(target);
  slow.ttft_seconds = 0.75;
  const auto html = page({{
      probed_entry(target, {slow, good_result(target)}),
      probed_entry(make_target("b"), {bad_result(target, Outcome::rate_limited, 429, "wait")}),
      probed_entry(make_target("c"), {bad_result(target, Outcome::no_first_token, 200, "")}),
      probed_entry(make_target("d"), {}),
  }});
  EXPECT_THAT(html, HasSubstr("<title>1 down · llm_exporter</title>"));
  EXPECT_THAT(html, HasSubstr("<strong>1 down:</strong> c</span>"));
  EXPECT_THAT(html, HasSubstr("4 targets: <span class=\"count down\">"));
  EXPECT_THAT(html, HasSubstr("<use href=\"#i-up\"/></svg><h3>openai/gpt-4o</h3> "
                              "<span class=\"now\"><span class=\"state\">up</span> for <time "
                              "datetime=\"2026-09-21T14:13:10Z\" title=\"2026-09-21 14:13:10 UTC\">"
                              "10 s</time>"));
  EXPECT_THAT(html, HasSubstr("<b>0.50 s</b> <span class=\"l\">p95 </span>0.75 s"));
  EXPECT_THAT(html, HasSubstr("rate limited, HTTP 429, fault: account · <bdi>wait</bdi>"));
  EXPECT_THAT(html, HasSubstr("no first token, HTTP 200, fault: provider</span>"));
  EXPECT_THAT(html, HasSubstr("not probed yet"));
  EXPECT_THAT(html, HasSubstr("<li>14:13:10 UTC: rate limited, HTTP 429</li>"));
}

TEST(StatusPage, PutsFirstWhatWantsAttention) {
  const auto entry = [](std::string provider, std::string name, std::vector<Outcome> outcomes) {
    auto target = make_target(std::move(name));
    auto named = *target.provider;
    named.name = std::move(provider);
    target.provider = std::make_shared<const Provider>(named);
    std::vector<ProbeResult> results;
    for (const auto o : outcomes)
      results.push_back(success(o) ? good_result(target) : bad_result(target, o, 0, ""));
    return probed_entry(target, results);
  };
  const auto html = page(
      {{entry("p1", "p1/up", {Outcome::ok}), entry("p2", "p2/new", {}),
        entry("p3", "p3/up", {Outcome::ok}), entry("p3", "p3/limited", {Outcome::rate_limited}),
        entry("p4", "p4/key", {Outcome::auth}), entry("p4", "p4/down", {Outcome::overloaded})}});
  std::vector<std::string> order;
  for (auto at = html.find("<h3>"); at != html.npos; at = html.find("<h3>", at + 1))
    order.push_back(html.substr(at + 4, html.find("</h3>", at) - at - 4));
  EXPECT_THAT(order,
              testing::ElementsAre("p4/down", "p4/key", "p3/limited", "p3/up", "p2/new", "p1/up"));
}

TEST(StatusPage, UnknownNumbersAreDashesNeverZero) {
  const auto html = page({{probed_entry(make_target("d"), {})}});
  for (const char* column : {"hour", "day", "ttft", "speed", "room", "cost"}) {
    const auto begin = html.find("<span class=\"" + std::string(column) + "\">");
    ASSERT_NE(begin, html.npos) << column;
    const auto cell = html.substr(begin, html.find("<span class=\"", begin + 30) - begin);
    EXPECT_THAT(html.substr(begin, html.find("–</span>", begin) - begin), Not(HasSubstr("<b>0")))
        << column;
  }
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_THAT(html, Not(HasSubstr("$0")));
}

TEST(StatusPage, TellsWhatWentWrongAlsoWhenItIsOver) {
  const auto target = make_target("t");
  const auto html = page({{probed_entry(
      target, {bad_result(target, Outcome::overloaded, 529, "too busy"), good_result(target)})}});
  EXPECT_THAT(html, HasSubstr("10 s ago</time>, overloaded, HTTP 529, fault: provider: "
                              "<bdi>too busy</bdi>"));
}

TEST(StatusPage, HoldsTheProvidersWordAgainstOurs) {
  const auto target = make_target("openai/gpt-4o");
  const Roster roster{{probed_entry(target, {good_result(target)})}};
  const struct {
    const char* what;
    ServiceLevel level;
    const char* incident;
    std::chrono::minutes age;
    const char* says;
  } rows[] = {
      {"agree", ServiceLevel::operational, "", std::chrono::minutes(1),
       "</span> operational</span>"},
      {"incident", ServiceLevel::major_outage, "<b>Fire", std::chrono::minutes(1),
       "</span> major outage</span> · <bdi>&lt;b&gt;Fire</bdi> · <strong>all that we probe is up"},
      {"old", ServiceLevel::operational, "", std::chrono::minutes(99),
       "status page: not read for 99 min"},
  };
  for (const auto& row : rows) {
    ProviderState state;
    state.provider = target.provider;
    state.status.emplace();
    state.status->report.overall = row.level;
    state.status->report.incident = row.incident;
    state.status->read_at = kNow - row.age;
    EXPECT_THAT(page(roster, {"1", "", "", ""}, {{state}, {}, {}}), HasSubstr(row.says))
        << row.what;
  }
}

TEST(StatusPage, SaysWhenItIsUs) {
  VantageState vantage;
  EXPECT_THAT(page({}, {"1", "", "", ""}, {}, {}, vantage), Not(HasSubstr("It is us")));
  vantage.down = true;
  vantage.since_unix_seconds = now_seconds() - 90;
  vantage.why = "no <route>";
  EXPECT_THAT(page({}, {"1", "", "", ""}, {}, {}, vantage),
              HasSubstr("<strong>It is us, not them:</strong> our own network fails for <time "
                        "datetime=\"2026-09-21T14:11:50Z\" title=\"2026-09-21 14:11:50 UTC\">"
                        "1 min</time>: <bdi>no &lt;route&gt;</bdi>"));
}

TEST(StatusPage, SaysWhereToGoAndWhyNotElsewhere) {
  auto view = std::make_shared<FailoverView>();
  view->group.name = "chat";
  for (const char* name : {"a/1", "b/2"})
    view->targets.push_back(std::make_shared<const Target>(make_target(name)));
  Candidate down, good;
  down.health = {Verdict::unhealthy, false, false, "overloaded", kUnknown};
  good.health = {Verdict::healthy, true, true, "3 good checks", kUnknown};
  good.evidence.samples = 30;
  good.evidence.success_ratio = .9666;
  good.evidence.ttft_p95_seconds = .5;
  view->candidates = {down, good};
  view->recommendation = {1, now_seconds() - 120};
  view->explanation = {"a/1 is <down>", {"overloaded, three times", ""}};
  const auto html = page({}, {"1", "", "", ""}, {}, {{view}});
  EXPECT_THAT(html, HasSubstr("<h3>chat</h3> use <strong>b/2</strong> instead of a/1 for <time "));
  EXPECT_THAT(html, HasSubstr("2 min</time> <span class=\"because\">a/1 is &lt;down&gt;</span>"));
  EXPECT_THAT(html, HasSubstr("<strong>a/1</strong> not used: overloaded, three times</li>"))
      << "no numbers, and so none are shown";
  EXPECT_THAT(html, HasSubstr("<strong>b/2</strong> 3 good checks<br><span class=\"soft\">96.6% of "
                              "30 checks good, TTFT p95 0.50 s</span>"));
}

TEST(StatusPage, EscapesNamesAndErrors) {
  const std::string evil = "<script>alert(1)</script>\"'&";
  const auto target = make_target(evil);
  auto served = good_result(target);
  served.served_model = served.request_id = evil;
  const auto html =
      page({{probed_entry(target, {served, bad_result(target, Outcome::server_error, 500, evil)})}},
           {evil, evil, evil, "\"><script>"});
  EXPECT_EQ(count(html, "<script"), 1U) << "our own";
  EXPECT_THAT(html, Not(HasSubstr("alert(1)</script>")));
  EXPECT_GE(count(html, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), 7U);
}

TEST(StatusPage, IsBoundedHoweverManyTargetsThereAre) {
  Roster roster;
  for (int i = 0; i < 1'200; ++i) roster.entries.push_back(probed_entry(make_target("t"), {}));
  const auto html = page(roster);
  EXPECT_EQ(count(html, "<summary>"), 1'000U);
  EXPECT_THAT(html, HasSubstr("1200 targets: <span class=\"count unknown\">"));
  EXPECT_THAT(html, HasSubstr("The 1000 most urgent of 1200"));
}

// A day of a probe a minute, at its worst and at its best: what one row weighs.
TEST(StatusPage, RowsAreLight) {
  const struct {
    const char* what;
    int fails_every;  // 0: never
    std::size_t bytes;
  } rows[] = {{"healthy", 0, 3'000}, {"flaky", 10, 6'000}, {"as bad as can be", 2, 8'500}};
  const auto target = make_target("openai/gpt-4o");
  for (const auto& row : rows) {
    const auto entry = probed_entry(target, {});
    History history;
    TargetState state;
    for (int minute = 1'440; minute-- > 0;) {
      const bool fails = row.fails_every > 0 && minute % row.fails_every == 0;
      auto result = fails ? bad_result(target, Outcome::overloaded, 529, std::string(200, 'x'))
                          : good_result(target);
      if (!fails) result.ttft_seconds = .3 + minute % 7 * .031;
      const auto at = kNow - std::chrono::minutes(minute);
      record(state, result, at);
      history = remember(history, result, at);
    }
    entry->state.put(state);
    entry->history.put(history);
    const auto bytes = page({{entry}}).size() - page({}).size();
    EXPECT_LE(bytes, row.bytes) << row.what;
  }
}

}  // namespace
}  // namespace llm
