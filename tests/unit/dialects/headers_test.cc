#include "dialects/headers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>

#include "dialects/numbers.h"

namespace llm {
namespace {

using namespace std::chrono_literals;

// 2026-11-21T12:00:00Z
const WallTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 12h};

struct Case {
  const char* value;
  std::optional<double> want;
};

void expect_equal(std::optional<double> got, std::optional<double> want, const char* value) {
  ASSERT_EQ(got.has_value(), want.has_value()) << value;
  if (got) {
    EXPECT_NEAR(*got, *want, 1e-6) << value;
  }
}

TEST(ParseReset, KnowsTheGrammarsOfAllProviders) {
  const Case cases[] = {
      // Instants.
      {"2026-11-21T12:00:30Z", 30},
      {"2026-11-21T12:00:00.250Z", 0.25},
      {"2026-11-21T13:00:30+01:00", 30},
      {"2026-11-21T08:30:00-03:30", 0},
      {"2026-11-21T11:59:59Z", 0},   // just passed
      {"2028-11-21T12:00:00Z", {}},  // no window is that long
      {"2026-13-21T12:00:00Z", {}},
      {"2026-02-30T12:00:00Z", {}},
      {"2026-11-21T24:00:00Z", {}},
      {"2026-11-21T12:00:00", {}},
      {"2026-11-21T12:00:00.Z", {}},
      {"2026-11-21T12:00:00Zx", {}},
      {"9999-12-31T23:59:59Z", {}},
      {"0001-01-01T00:00:00Z", {}},
      {"T", {}},
      // Epochs.
      {"1795262460000", 60},
      {"1795262460", 60},
      {"1795262399", 0},
      {"0000000030", 30},  // ten digits, but no epoch
      {"9999999999999", {}},
      // Seconds.
      {"17", 17},
      {" 17 ", 17},
      {"0", 0},
      {"33011.382867", 33011.382867},
      {"0.1", 0.1},
      {"99999999", {}},
      {"-1", {}},
      {"+1", {}},
      {"1e3", {}},
      {"0x10", {}},
      {"1.2.3", {}},
      {".", {}},
      {"inf", {}},
      {"nan", {}},
      // Go durations.
      {"120ms", 0.12},
      {"1s", 1},
      {"6m0s", 360},
      {"1h2m3.5s", 3723.5},
      {"2m59.56s", 179.56},
      {"1h23m4.5s", 4984.5},
      {"1m", 60},
      {"15ms", 0.015},
      {"250us", 0.00025},
      {"250\xC2\xB5s", 0.00025},
      {"250\xCE\xBCs", 0.00025},
      {"1000000ns", 0.001},
      {"1m1", {}},
      {"m1", {}},
      {"1d", {}},
      {"1h 2m", {}},
      {"-1s", {}},
      {"9999999h", {}},
      {"", {}},
      {"soon", {}},
  };
  for (const auto& c : cases) expect_equal(parse_reset_seconds(c.value, kNoon), c.want, c.value);
}

TEST(ParseReset, IsAbsentOrSensibleForAnyText) {
  std::mt19937 random(20261121);  // fixed: a failure must come back
  const std::string_view alphabet = "0123456789012345678900..--++::TZeEhmsuns\xC2\xB5 xinfa";
  for (int i = 0; i < 200'000; ++i) {
    std::string text(random() % 24, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    const auto seconds = parse_reset_seconds(text, kNoon);
    if (!seconds) continue;
    ASSERT_TRUE(std::isfinite(*seconds)) << text;
    ASSERT_GE(*seconds, 0) << text;
    ASSERT_LE(*seconds, 366 * 86'400.0) << text;
  }
}

TEST(HttpDate, HasThreeForms) {
  const std::pair<const char*, bool> cases[] = {
      {"Sun, 06 Nov 1994 08:49:37 GMT", true},
      {"Sunday, 06-Nov-94 08:49:37 GMT", true},
      {"Sun Nov  6 08:49:37 1994", true},
      {"Sun, 06 Nov 1994 08:49:37", false},
      {"Sun, 06 Nov 1994 08:49:37 CET", false},
      {"Sun, 31 Nov 1994 08:49:37 GMT", false},
      {"Sun, 6 Nov 1994 08:49:37 GMT", false},
      {"Sun, 06 nov 1994 08:49:37 GMT", false},
      {"Sun, 06 Nov 1994 25:49:37 GMT", false},
      {"Sun", false},
      {"", false},
      {", ", false},
  };
  for (const auto& [text, valid] : cases) {
    const auto when = parse_http_date(text);
    ASSERT_EQ(when.has_value(), valid) << text;
    if (when) {
      EXPECT_EQ(to_unix_seconds(*when), 784'111'777) << text;
    }
  }
}

using enum Resource;
using enum LimitWindow;

// The limits that a family reads from headers, in the order in which they are reported.
struct LimitCase {
  const char* what;
  RateLimitFamily family;
  HeaderList headers;
  RateLimits want;
};

const LimitCase kLimitCases[] = {
    {"OpenAI",
     RateLimitFamily::openai,
     {{"X-RateLimit-Limit-Requests", "500"},
      {"x-ratelimit-remaining-requests", "499"},
      {"x-ratelimit-reset-requests", "120ms"},
      {"x-ratelimit-limit-tokens", "-1"},
      {"x-ratelimit-remaining-tokens", "NaN"},
      {"x-ratelimit-reset-tokens", "6m0s"},
      {"x-ratelimit-limit-tokens_usage_based", "7"}},
     {{requests, unknown, 500, 499, 0.12}, {tokens, unknown, {}, {}, 360}}},
    {"nothing left is a value",
     RateLimitFamily::openai,
     {{"x-ratelimit-limit-requests", "3"}, {"x-ratelimit-remaining-requests", "0"}},
     {{requests, unknown, 3, 0, {}}}},
    {"somebody else's", RateLimitFamily::anthropic, {{"x-ratelimit-limit-requests", "500"}}, {}},
    {"of a provider without any", RateLimitFamily::none, {{"x-ratelimit-limit", "5"}}, {}},
    {"Azure",
     RateLimitFamily::azure,
     {{"x-ratelimit-limit-requests", "0"},
      {"x-ratelimit-remaining-requests", "0"},
      {"x-ratelimit-limit-tokens", "249000"},
      {"x-ratelimit-remaining-tokens", "-1"}},
     {{tokens, unknown, 249'000, {}, {}}}},
    {"Azure's misspelling",
     RateLimitFamily::azure,
     {{"x-rate-limit-reset-tokens", "2"}, {"x-ratelimit-remaining-tokens", "0"}},
     {{tokens, unknown, {}, 0, 2}}},
    {"xAI",
     RateLimitFamily::xai,
     {{"x-ratelimit-limit-requests", "7200"}, {"x-ratelimit-remaining-requests", "7199"}},
     {{requests, minute, 7200, 7199, {}}}},
    {"Groq",
     RateLimitFamily::groq,
     {{"x-ratelimit-limit-requests", "14400"},
      {"x-ratelimit-reset-requests", "2m59.56s"},
      {"x-ratelimit-limit-tokens", "18000"},
      {"x-ratelimit-reset-tokens", "7.66s"}},
     {{requests, day, 14'400, {}, 179.56}, {tokens, minute, 18'000, {}, 7.66}}},
    {"Anthropic",
     RateLimitFamily::anthropic,
     {{"anthropic-ratelimit-requests-limit", "4000"},
      {"anthropic-ratelimit-requests-remaining", "3999"},
      {"anthropic-ratelimit-requests-reset", "2026-11-21T12:00:07Z"},
      {"anthropic-ratelimit-tokens-limit", "480000"},
      {"anthropic-ratelimit-input-tokens-remaining", "400000"},
      {"anthropic-ratelimit-output-tokens-reset", "2026-11-21T12:00:01Z"},
      {"anthropic-priority-input-tokens-limit", "1"},
      {"anthropic-ratelimit-unified-5h-limit", "2"}},
     {{requests, unknown, 4000, 3999, 7},
      {tokens, unknown, 480'000, {}, {}},
      {input_tokens, unknown, {}, 400'000, {}},
      {output_tokens, unknown, {}, {}, 1}}},
    {"Mistral",
     RateLimitFamily::mistral,
     {{"x-ratelimit-limit-tokens-month", "1000000000"},
      {"x-ratelimit-limit-req-minute", "60"},
      {"x-ratelimit-remaining-req-minute", "59"},
      {"x-ratelimit-limit-tokens-minute", "500000"},
      {"x-ratelimit-remaining-tokens-minute", "499980"},
      {"x-ratelimit-tokens-query-cost", "20"}},
     {{requests, minute, 60, 59, {}},
      {tokens, minute, 500'000, 499'980, {}},
      {tokens, month, 1e9, {}, {}}}},
    {"Mistral, older",
     RateLimitFamily::mistral,
     {{"x-ratelimitbysize-limit-minute", "500000"},
      {"x-ratelimitbysize-remaining-month", "9"},
      {"ratelimitbysize-limit", "1"}},
     {{tokens, minute, 500'000, {}, {}}, {tokens, month, {}, 9, {}}}},
    {"Mistral, oldest",
     RateLimitFamily::mistral,
     {{"ratelimitbysize-limit", "500000"},
      {"ratelimitbysize-remaining", "499"},
      {"ratelimitbysize-reset", "41"},
      {"ratelimitbysize-query-cost", "3"}},
     {{tokens, unknown, 500'000, 499, 41}}},
    {"Together",
     RateLimitFamily::together,
     {{"x-ratelimit-limit", "10"},
      {"x-ratelimit-remaining", "9"},
      {"x-ratelimit-reset", "0.1"},
      {"x-tokenlimit-limit", "33333"},
      {"x-tokenlimit-remaining", "33300"},
      {"x-ratelimit-limit-dynamic", "60"}},
     {{requests, second, 10, 9, 0.1}, {tokens, second, 33'333, 33'300, {}}}},
    {"Fireworks",
     RateLimitFamily::fireworks,
     {{"x-ratelimit-limit-requests", "600"},
      {"x-ratelimit-limit-tokens-prompt", "60000"},
      {"x-ratelimit-remaining-tokens-generated", "5998"},
      {"x-ratelimit-over-limit", "no"}},
     {{requests, minute, 600, {}, {}},
      {input_tokens, minute, 60'000, {}, {}},
      {output_tokens, minute, {}, 5998, {}}}},
    {"Cerebras",
     RateLimitFamily::cerebras,
     {{"x-ratelimit-limit-requests-day", "14400"},
      {"x-ratelimit-reset-requests-day", "33011.382867"},
      {"x-ratelimit-limit-requests-minute", "30"},
      {"x-ratelimit-remaining-tokens-hour", "7"},
      {"x-ratelimit-limit-tokens-minute", "60000"}},
     {{requests, minute, 30, {}, {}},
      {requests, day, 14'400, {}, 33'011.382867},
      {tokens, minute, 60'000, {}, {}},
      {tokens, hour, {}, 7, {}}}},
    {"OpenRouter",
     RateLimitFamily::openrouter,
     {{"X-RateLimit-Limit", "20"},
      {"X-RateLimit-Remaining", "0"},
      {"X-RateLimit-Reset", "1795262460000"}},
     {{requests, unknown, 20, 0, 60}}},
    {"Cohere's trial",
     RateLimitFamily::cohere,
     {{"x-endpoint-monthly-call-limit", "1000"},
      {"x-trial-endpoint-call-limit", "20"},
      {"x-trial-endpoint-call-remaining", "19"}},
     {{requests, minute, 20, 19, {}}, {requests, month, 1000, {}, {}}}},
    {"Hugging Face",
     RateLimitFamily::huggingface,
     {{"RateLimit", R"("api";r=498;t=299)"},
      {"RateLimit-Policy", R"("fixed window";"api";q=500;w=300)"}},
     {{requests, five_minutes, 500, 498, 299}}},
    {"Hugging Face, several policies",
     RateLimitFamily::huggingface,
     {{"RateLimit", R"("api" ; r=0; t=112, "pages";r=3;t=9)"},
      {"RateLimit-Policy", R"("a,b;c";"pages";q=9;w=1, "fixed window";"api";q=500;w=3600)"}},
     {{requests, hour, 500, 0, 112}}},
    {"Hugging Face, another policy",
     RateLimitFamily::huggingface,
     {{"RateLimit", R"("api";r=-1;t=inf)"}, {"RateLimit-Policy", R"("pages";q=9;w=1)"}},
     {}},
    {"LiteLLM's own before the upstream's",
     RateLimitFamily::litellm,
     {{"llm_provider-x-ratelimit-limit-requests", "7"},
      {"x-ratelimit-limit-requests", "500"},
      {"llm_provider-x-ratelimit-reset-requests", "120ms"},
      {"x-ratelimit-limit-tokens", "9223372036854775807"}},
     {{requests, unknown, 500, {}, 0.12}}},
    {"LiteLLM before Anthropic",
     RateLimitFamily::litellm,
     {{"llm_provider-anthropic-ratelimit-input-tokens-limit", "8"}},
     {{input_tokens, unknown, 8, {}, {}}}},
    {"a gateway that passes Anthropic's on",
     RateLimitFamily::compatible,
     {{"anthropic-ratelimit-requests-limit", "8"}, {"x-ratelimit-limit", "9"}},
     {{requests, unknown, 8, {}, {}}}},
    {"a proxy in GitHub's manner",
     RateLimitFamily::compatible,
     {{"x-ratelimit-limit", "60"},
      {"x-ratelimit-remaining", "59"},
      {"x-ratelimit-reset", "1795262460"}},
     {{requests, unknown, 60, 59, 60}}},
};

TEST(RateLimits, OfEveryFamily) {
  for (const auto& c : kLimitCases) {
    SCOPED_TRACE(c.what);
    const auto got = read_rate_limits(c.headers, c.family, kNoon);
    ASSERT_EQ(got.size(), c.want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      SCOPED_TRACE(i);
      EXPECT_EQ(to_string(got[i].resource), to_string(c.want[i].resource));
      EXPECT_EQ(to_string(got[i].window), to_string(c.want[i].window));
      expect_equal(got[i].limit, c.want[i].limit, "limit");
      expect_equal(got[i].remaining, c.want[i].remaining, "remaining");
      expect_equal(got[i].reset_seconds, c.want[i].reset_seconds, "reset");
    }
  }
}

// Text of all the kinds that a broken or hostile server may put where a number belongs.
std::string nonsense(std::mt19937& random) {
  static const std::string kPieces[] = {"0",
                                        "1",
                                        "9",
                                        "1795262460000",
                                        "99999999999999999999",
                                        "-",
                                        "+",
                                        ".",
                                        "e308",
                                        "E5",
                                        "inf",
                                        "nan",
                                        "\xD9\xA3" /* ٣ */,
                                        "\xEF\xBC\x91" /* １ */,
                                        "h",
                                        "ms",
                                        "\xC2\xB5s",
                                        "T",
                                        "Z",
                                        ":",
                                        ",",
                                        ";",
                                        "=",
                                        "\"",
                                        "\"api\"",
                                        ";r=",
                                        ";t=",
                                        ";q=",
                                        "w=",
                                        " ",
                                        "0x1p",
                                        "\xFF",
                                        "\t",
                                        "2026-11-21T12:00:07Z"};
  std::string text;
  for (auto n = random() % 8; n > 0; --n) {
    text += random() % 4 == 0 ? std::string(1, static_cast<char>(random()))
                              : kPieces[random() % std::size(kPieces)];
  }
  return text;
}

TEST(RateLimits, NoHeaderValueMakesAnAbsurdMetric) {
  std::mt19937 random(20261121);  // fixed: a failure must come back
  std::size_t known = 0;
  for (int i = 0; i < 3'000; ++i) {
    for (const auto& c : kLimitCases) {
      auto headers = c.headers;
      std::string all;
      for (auto& [name, value] : headers) all += name + ": " + (value = nonsense(random)) + "\n";
      const auto limits = read_rate_limits(headers, c.family, kNoon);
      ASSERT_LE(limits.size(), kMaxRateLimits);
      for (const auto& limit : limits) {
        ASSERT_TRUE(limit.known()) << all;
        ++known;
        for (const auto& [value, max] :
             {std::pair(limit.limit, kMaxLimit), std::pair(limit.remaining, kMaxLimit),
              std::pair(limit.reset_seconds, kMaxResetSeconds)}) {
          ASSERT_TRUE(!value || (std::isfinite(*value) && *value >= 0 && *value <= max)) << all;
        }
      }
    }
  }
  EXPECT_GT(known, 1'000u);  // or nothing was tested
}

TEST(TimeHeaders, AreReadByTheTypesRows) {
  const TimeHeader rows[] = {
      {"server-timing", kProviderTime, 1, "gfet4t7"},
      {"x-seconds", kProviderTtft, 1e3},
      {"x-first", "part_ms"},
      {"x-second", "part_ms"},
  };
  struct {
    HeaderList headers;
    std::string_view name;
    std::optional<double> want;
  } const cases[] = {
      {{{"Server-Timing", "gfet4t7; dur=662"}}, kProviderTime, 662},
      {{{"Server-Timing", R"(cfCacheStatus;desc="DYNAMIC")"}}, kProviderTime, {}},
      {{{"Server-Timing", "cf;dur=1"}, {"Server-Timing", "x;dur=2, gfet4t7;desc=a;dur=3.5"}},
       kProviderTime,
       3.5},
      {{{"Server-Timing", "gfet4t7;dur=-1"}}, kProviderTime, {}},
      {{{"X-Seconds", "0.164"}}, kProviderTtft, 164},
      {{{"X-Seconds", "86401"}}, kProviderTtft, {}},
      {{{"X-Seconds", "nan"}}, kProviderTtft, {}},
      {{{"X-Second", "7"}}, "part_ms", 7},
      {{{"X-Second", "7"}, {"X-First", "0"}}, "part_ms", 0},
      {{{"X-Second", "7"}, {"X-First", "?"}}, "part_ms", 7},
      {{}, "part_ms", {}},
  };
  for (const auto& c : cases) {
    expect_equal(read_time_header_ms(c.headers, rows, c.name), c.want,
                 c.headers.empty() ? "none" : c.headers.front().second.c_str());
  }
}

TEST(Cost, HasAnExponentAndNoSign) {
  const Case cases[] = {{"0.000214", 0.000214},
                        {"2.14e-05", 2.14e-05},
                        {"0", 0},
                        {"1e400", {}},
                        {"-1", {}},
                        {"inf", {}},
                        {"nan", {}},
                        {"None", {}},
                        {"", {}},
                        {"1e", {}},
                        {"$1", {}}};
  for (const auto& c : cases) expect_equal(parse_scientific(c.value), c.want, c.value);
}

TEST(Headers, AreFoundWithoutCaseAndTheFirstCounts) {
  const HeaderList headers = {{"X-Request-ID", " a "}, {"x-request-id", "b"}};
  EXPECT_EQ(find_header(headers, "x-request-id"), "a");
  EXPECT_FALSE(find_header(headers, "request-id"));
}

}  // namespace
}  // namespace llm
