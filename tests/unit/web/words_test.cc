#include "web/words.h"

#include <gtest/gtest.h>

namespace llm {
namespace {

TEST(Words, SpansAreRoundedDown) {
  const struct {
    double seconds;
    const char* words;
  } rows[] = {{-5, "0 s"},           {0, "0 s"},     {59.9, "59 s"},    {60, "1 min"},
              {7'199, "119 min"},    {7'200, "2 h"}, {172'799, "47 h"}, {172'800, "2 d"},
              {31'536'000, "365 d"}, {kUnknown, ""}};
  for (const auto& row : rows) EXPECT_EQ(span_words(row.seconds), row.words) << row.seconds;
}

TEST(Words, OnlyWhatIsWholeIsAHundredPercent) {
  const struct {
    double share;
    const char* words;
  } rows[] = {{1, "100%"},     {.99999, "99.9%"}, {.9994, "99.9%"}, {.29, "29.0%"},
              {.0004, "0.0%"}, {0, "0.0%"},       {kUnknown, ""}};
  for (const auto& row : rows) EXPECT_EQ(percent_words(row.share), row.words) << row.share;
}

TEST(Words, MoneyHasTheDigitsThatTell) {
  const struct {
    double usd;
    const char* words;
  } rows[] = {{12.345, "$12.35"},  {.5, "$0.50"},   {.0123, "$0.012"}, {.00012, "$0.00012"},
              {2e-6, "<$0.00001"}, {0, "$0.00000"}, {kUnknown, ""}};
  for (const auto& row : rows) EXPECT_EQ(usd_words(row.usd), row.words) << row.usd;
}

TEST(Words, MeasuredTimes) {
  EXPECT_EQ(seconds_words(.0414), "0.041 s");
  EXPECT_EQ(seconds_words(.414), "0.41 s");
  EXPECT_EQ(seconds_words(12.3), "12.30 s");
  EXPECT_EQ(seconds_words(kUnknown), "");
}

}  // namespace
}  // namespace llm
