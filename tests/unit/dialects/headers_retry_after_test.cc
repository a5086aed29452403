// Every form in which providers say how long to wait (providers.md §1.6).
#include <gtest/gtest.h>

#include <chrono>

#include "dialects/dialect.h"
#include "dialects/retry_after.h"

namespace llm {
namespace {

using namespace std::chrono_literals;

// 2026-11-21T12:00:00Z
const WallTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 12h};

void expect_equal(std::optional<double> got, std::optional<double> want, const char* text) {
  ASSERT_EQ(got.has_value(), want.has_value()) << text;
  if (got) {
    EXPECT_NEAR(*got, *want, 1e-6) << text;
  }
}

TEST(RetryAfter, OfHeadersIsTheFinestThatMakesSense) {
  struct {
    HeaderList headers;
    std::optional<double> want;
  } const cases[] = {
      {{{"Retry-After", "20"}}, 20},
      {{{"retry-after", "1.5"}}, 1.5},
      {{{"Retry-After", "18"}, {"Retry-After-Ms", "17412"}}, 17.412},
      {{{"Retry-After", "18"}, {"retry-after-ms", "17412.5"}}, 17.4125},
      {{{"Retry-After", "18"}, {"x-ms-retry-after-ms", "500"}}, 0.5},
      {{{"x-ms-retry-after-ms", "500"}, {"retry-after-ms", "700"}}, 0.7},
      {{{"Retry-After", "18"}, {"retry-after-ms", "soon"}}, 18},
      {{{"Retry-After", "Sat, 21 Nov 2026 12:01:00 GMT"}}, 60},
      {{{"Retry-After", "Saturday, 21-Nov-26 12:01:00 GMT"}}, 60},
      {{{"Retry-After", "Sat Nov 21 12:01:00 2026"}}, 60},
      {{{"Retry-After", "Sat, 21 Nov 2026 11:00:00 GMT"}}, 0},
      {{{"Retry-After", "99999999"}}, 86'400},
      {{{"Retry-After", "Sun, 21 Nov 2066 12:01:00 GMT"}}, 86'400},
      {{{"Retry-After", "-1"}}, {}},
      {{{"Retry-After", "never"}}, {}},
      {{{"Retry-After", ""}}, {}},
      {{{"x-should-retry", "true"}}, {}},
      {{}, {}},
  };
  for (const auto& c : cases) {
    const auto* text = c.headers.empty() ? "none" : c.headers.front().second.c_str();
    expect_equal(read_retry_after_seconds(c.headers, kNoon), c.want, text);
  }
}

TEST(RetryAfter, OfMessages) {
  const std::pair<const char*, std::optional<double>> cases[] = {
      {"Please try again in 9m38.016s. Need more tokens? Upgrade", 578.016},
      {"Limit 30, Used 30, Requested 1. Please try again in 2s.", 2},
      {"Please try again in 20s", 20},
      {"Please try again in 850ms. Visit", 0.85},
      {"Rate limit is exceeded. Try again in 2 seconds.", 2},
      {"Please retry after 37 seconds.", 37},
      {"Please retry after 1 second", 1},
      {"Please retry in 34.4s.", 34.4},
      {"retry after 2 minutes and 5 seconds", 125},
      {"try again in 1 hour, 20 minutes", 4'800},
      {"try again in 1h 2m", 3'720},
      {"TRY AGAIN IN 3 Minutes", 180},
      {"try again in 24 hours", 86'400},
      {"try again in 9 days", 86'400},
      {"try again in 5", {}},  // of what
      {"try again in -5s", {}},
      {"try again in 1e9 seconds", {}},
      {"try again in inf seconds", {}},
      {"try again in a minute", {}},
      {"try again in ", {}},
      {"please try again later", {}},
      {"", {}},
  };
  for (const auto& [text, want] : cases) expect_equal(find_retry_after_seconds(text), want, text);
}

TEST(RetryAfter, OfBodies) {
  const std::pair<const char*, std::optional<double>> cases[] = {
      {R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"x"},)"
       R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}})",
       34.4},
      {R"({"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo"}]}})", {}},
      {R"({"error":{"details":[{"@type":"google.rpc.RetryInfo","retryDelay":"-3s"}]}})", {}},
      {R"({"error":{"details":[{"@type":"google.rpc.RetryInfo","retryDelay":3}]}})", {}},
  };
  for (const auto& [body, want] : cases)
    expect_equal(read_error_body(body).retry_after_seconds, want, body);
}

}  // namespace
}  // namespace llm
