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

TEST(RetryAfter, TakesTheFinestThatMakesSense) {
  struct {
    HeaderList headers;
    std::optional<double> want;
  } const cases[] = {
      {{{"Retry-After", "20"}}, 20},
      {{{"retry-after", "1.5"}}, 1.5},
      {{{"Retry-After", "18"}, {"Retry-After-Ms", "17412"}}, 17.412},
      {{{"Retry-After", "18"}, {"x-ms-retry-after-ms", "500"}}, 0.5},
      {{{"Retry-After", "18"}, {"retry-after-ms", "soon"}}, 18},
      {{{"Retry-After", "Sat, 21 Nov 2026 12:01:00 GMT"}}, 60},
      {{{"Retry-After", "Sat, 21 Nov 2026 11:00:00 GMT"}}, 0},
      {{{"Retry-After", "99999999"}}, 86'400},
      {{{"Retry-After", "Sun, 21 Nov 2066 12:01:00 GMT"}}, 86'400},
      {{{"Retry-After", "-1"}}, {}},
      {{{"Retry-After", "never"}}, {}},
      {{{"Retry-After", ""}}, {}},
      {{}, {}},
  };
  for (const auto& c : cases) {
    const auto* text = c.headers.empty() ? "none" : c.headers.front().second.c_str();
    expect_equal(read_retry_after_seconds(c.headers, kNoon), c.want, text);
  }
}

RateLimit limit_of(const RateLimits& limits, Resource resource) {
  return limits[static_cast<std::size_t>(resource)];
}

TEST(RateLimits, OfOpenai) {
  const HeaderList headers = {
      {"X-RateLimit-Limit-Requests", "500"},   {"x-ratelimit-remaining-requests", "499"},
      {"x-ratelimit-reset-requests", "120ms"}, {"x-ratelimit-limit-tokens", "-1"},
      {"x-ratelimit-remaining-tokens", "NaN"}, {"x-ratelimit-reset-tokens", "6m0s"}};
  const auto limits = read_rate_limits(headers, RateLimitFamily::openai, kNoon);
  const auto requests = limit_of(limits, Resource::requests);
  EXPECT_EQ(requests.limit, 500);
  EXPECT_EQ(requests.remaining, 499);
  EXPECT_NEAR(requests.reset_seconds.value(), 0.12, 1e-9);
  const auto tokens = limit_of(limits, Resource::tokens);
  EXPECT_FALSE(tokens.limit || tokens.remaining);  // absent, not 0
  EXPECT_EQ(tokens.reset_seconds, 360);
  EXPECT_FALSE(limit_of(limits, Resource::input_tokens).known());
  // Nobody else's headers.
  for (const auto& limit : read_rate_limits(headers, RateLimitFamily::anthropic, kNoon))
    EXPECT_FALSE(limit.known());
  for (const auto& limit : read_rate_limits(headers, RateLimitFamily::none, kNoon))
    EXPECT_FALSE(limit.known());
}

TEST(RateLimits, OfZeroAreNotTold) {
  const HeaderList headers = {{"x-ratelimit-limit-tokens", "0"},
                              {"x-ratelimit-remaining-tokens", "0"}};
  const auto limits = read_rate_limits(headers, RateLimitFamily::openai, kNoon);
  EXPECT_FALSE(limit_of(limits, Resource::tokens).known());
}

TEST(RateLimits, OfAnthropic) {
  HeaderList headers;
  int n = 100;
  for (const std::string resource : {"requests", "tokens", "input-tokens", "output-tokens"}) {
    headers.emplace_back("anthropic-ratelimit-" + resource + "-limit", std::to_string(n));
    headers.emplace_back("anthropic-ratelimit-" + resource + "-remaining", std::to_string(n - 1));
    headers.emplace_back("anthropic-ratelimit-" + resource + "-reset", "2026-11-21T12:00:07Z");
    n += 100;
  }
  const auto limits = read_rate_limits(headers, RateLimitFamily::anthropic, kNoon);
  n = 100;
  for (const auto resource :
       {Resource::requests, Resource::tokens, Resource::input_tokens, Resource::output_tokens}) {
    const auto limit = limit_of(limits, resource);
    EXPECT_EQ(limit.limit, n) << to_string(resource);
    EXPECT_EQ(limit.remaining, n - 1) << to_string(resource);
    EXPECT_EQ(limit.reset_seconds, 7) << to_string(resource);
    n += 100;
  }
}

TEST(Headers, AreFoundWithoutCaseAndTheFirstCounts) {
  const HeaderList headers = {{"X-Request-ID", " a "}, {"x-request-id", "b"}};
  EXPECT_EQ(find_header(headers, "x-request-id"), "a");
  EXPECT_FALSE(find_header(headers, "request-id"));
}

}  // namespace
}  // namespace llm
