#include "web/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "unit/web/fixture.h"
#include "web/page_style.h"

namespace llm {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

std::string page(const Roster& roster, const PageContext& context = {"1.2.3", "", "", ""}) {
  return status_page(roster, context, kNow);
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

TEST(PageStyle, HashIsThatOfTheStyle) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ASSERT_EQ(
      EVP_Digest(kPageStyle.data(), kPageStyle.size(), digest.data(), &size, EVP_sha256(), nullptr),
      1);
  std::string base64(64, '\0');
  base64.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(base64.data()), digest.data(), static_cast<int>(size))));
  EXPECT_EQ(kPageStyleSha256, base64);
  EXPECT_THAT(page_policy(), HasSubstr("'sha256-" + base64 + "'"));
  EXPECT_THAT(page({}), HasSubstr("<style>" + std::string(kPageStyle) + "</style>"))
      << "byte by byte, or the browser refuses it";
}

TEST(EscapeHtml, LeavesNothingThatMarkupCouldBeMadeOf) {
  EXPECT_EQ(escape_html(R"(<a href="x" onclick='y'>&amp;)"),
            "&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(escape_html("plain ✓"), "plain ✓");
}

TEST(StatusPage, ShowsVersionAndRelativeLinksOnly) {
  const auto html = page({}, {"1.2.3", "abc", "eu-west-1", ""});
  EXPECT_THAT(html, HasSubstr("version 1.2.3, revision abc, vantage eu-west-1"));
  for (const char* link : {"metrics", "api/v1/targets", "config", "-/healthy", "-/ready"}) {
    EXPECT_THAT(html, HasSubstr("href=\"" + std::string(link) + "\""));
  }
  for (const char* foreign : {"href=\"/", "http://", "https://", "<script", "src=", "url("}) {
    EXPECT_THAT(html, Not(HasSubstr(foreign)));
  }
  EXPECT_THAT(page({}, {"1", "", "", "https://x.example/llm/?\""}),
              HasSubstr(R"(<link rel="canonical" href="https://x.example/llm/?&quot;">)"));
}

TEST(StatusPage, TellsStateInWordsAndTheRest) {
  const auto target = make_target("openai/gpt-4o");
  auto slow = good_result(target);
  slow.ttft_seconds = 0.75;
  const auto html = page({{
      make_entry(target, after({slow, good_result(target)})),
      make_entry(make_target("b"), after({bad_result(target, Outcome::rate_limited, 429, "wait")})),
      make_entry(make_target("c"), after({bad_result(target, Outcome::no_first_token, 200, "")})),
      make_entry(make_target("d")),
  }});
  EXPECT_THAT(html, HasSubstr("4 targets: 1 down, 1 throttled, 1 up, 1 unknown"));
  EXPECT_THAT(html, HasSubstr("<span aria-hidden=\"true\">✓</span> up"));
  EXPECT_THAT(html, HasSubstr("0.500 s / 0.750 s <small>(2 samples)</small>"));
  EXPECT_THAT(html,
              HasSubstr("<time datetime=\"2026-09-21T14:13:10Z\">2026-09-21 14:13:10 UTC</time>"));
  EXPECT_THAT(html, HasSubstr("rate limited, HTTP 429, fault: account<br><small><bdi>wait</bdi>"));
  EXPECT_THAT(html, HasSubstr("no first token, HTTP 200, fault: provider</td>"));
  EXPECT_THAT(html, HasSubstr("not probed yet"));
}

TEST(StatusPage, EscapesNamesAndErrors) {
  const std::string evil = "<script>alert(1)</script>\"'&";
  TargetState state = after({bad_result(make_target("x"), Outcome::server_error, 500, evil)});
  const auto html =
      page({{make_entry(make_target(evil), state)}}, {evil, evil, evil, "\"><script>"});
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_EQ(count(html, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), 5U);
}

TEST(StatusPage, IsBoundedHoweverManyTargetsThereAre) {
  Roster roster;
  for (int i = 0; i < 1'200; ++i) roster.entries.push_back(make_entry(make_target("t")));
  const auto html = page(roster);
  EXPECT_EQ(count(html, "<tr><th scope=\"row\">"), 1'000U);
  EXPECT_THAT(html, HasSubstr("1200 targets: 1200 unknown"));
  EXPECT_THAT(html, HasSubstr("The first 1000 of 1200"));
}

}  // namespace
}  // namespace llm
