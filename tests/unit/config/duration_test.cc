#include "config/duration.h"

#include <gtest/gtest.h>

namespace llm {
namespace {

TEST(Duration, ReadsWhatPrometheusReads) {
  const std::pair<const char*, long> good[] = {
      {"0", 0},
      {"0s", 0},
      {"1ms", 1},
      {"250ms", 250},
      {"30s", 30'000},
      {"5m", 300'000},
      {"1h30m", 5'400'000},
      {"1d", 86'400'000},
      {"1w", 604'800'000},
      {"1m1ms", 60'001},
      {"007s", 7'000},
  };
  for (const auto& [text, millis] : good) EXPECT_EQ(parse_duration(text), Millis(millis)) << text;
  for (const auto* text : {"", "5", "s", "-5s", "+5s", "5 s", " 5s", "1.5s", "5S", "5sec", "1s1m",
                           "1s1s", "1ms1s", "9999999999s", "5s5", "1y", "5m 3s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Duration, WritesWhatItReads) {
  const std::pair<long, const char*> cases[] = {
      {0, "0s"},           {1, "1ms"},           {1'500, "1s500ms"},
      {60'000, "1m"},      {5'400'000, "1h30m"}, {604'800'000, "1w"},
      {691'200'000, "8d"},
  };
  for (const auto& [millis, text] : cases) {
    EXPECT_EQ(format_duration(Millis(millis)), text);
    EXPECT_EQ(parse_duration(text), Millis(millis));
  }
}

}  // namespace
}  // namespace llm
