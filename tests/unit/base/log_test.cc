#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace llm {
namespace {

using log::Format;
using log::Level;
using namespace std::string_view_literals;

std::string logged(Format format, Level level, std::string_view message,
                   std::initializer_list<log::Field> fields) {
  log::init(Level::info, format);
  testing::internal::CaptureStderr();
  log::write(level, message, fields);
  return testing::internal::GetCapturedStderr();
}

// The line with its time, which is checked apart, taken off.
std::string without_time(const std::string& line, std::size_t prefix) {
  constexpr std::size_t kTime = "2026-11-21T03:00:00.000Z"sv.size();
  return line.size() < prefix + kTime ? line : line.substr(0, prefix) + line.substr(prefix + kTime);
}

TEST(Log, LogfmtQuotesWhatNeedsItAndLeavesOutTheUnknown) {
  const auto line = logged(Format::logfmt, Level::warn, "probe failed",
                           {{"target", "openai/gpt-4o"sv},
                            {"error", "two words"sv},
                            {"empty", ""sv},
                            {"eq", "a=b"sv},
                            {"bytes", "q\"b\\n\n\x01\xFF\xC2\x85\0"sv},
                            {"word", "größe"sv},
                            {"status", std::int64_t{503}},
                            {"seconds", 0.25},
                            {"nan", std::nan("")},
                            {"cold", true}});
  EXPECT_THAT(line, testing::MatchesRegex("time=....-..-..T..:..:..\\....Z level=warn .*\n"));
  EXPECT_EQ(without_time(line, 5),
            "time= level=warn msg=\"probe failed\" target=openai/gpt-4o error=\"two words\" "
            "eq=\"a=b\" bytes=\"q\\\"b\\\\n\\n\\u0001\\xff\\u0085\\u0000\" "
            "word=\"größe\" status=503 seconds=0.25 cold=true\n");
}

TEST(Log, JsonIsOneObjectALine) {
  const auto line = logged(Format::json, Level::error, "two\nlines",
                           {{"error", "q\" \x02 \xFF"sv},
                            {"status", std::int64_t{-1}},
                            {"seconds", INFINITY},
                            {"cold", false}});
  EXPECT_EQ(without_time(line, 9),
            "{\"time\":\"\",\"level\":\"error\",\"msg\":\"two\\nlines\","
            "\"error\":\"q\\\" \\u0002 \xEF\xBF\xBD\",\"status\":-1,"
            "\"cold\":false}\n");
}

TEST(Log, LevelsBelowTheChosenOneAreSilent) {
  EXPECT_EQ(logged(Format::logfmt, Level::debug, "hidden", {}), "");
  EXPECT_FALSE(log::enabled(Level::debug));
  EXPECT_TRUE(log::enabled(Level::info));
}

TEST(Log, NoValueIsEndless) {
  const std::string endless(1 << 20, 'x');
  const auto line = logged(Format::logfmt, Level::info, "m", {{"body", endless}});
  EXPECT_LT(line.size(), 5000U);
  EXPECT_THAT(line, testing::EndsWith("xxx…\"\n"));
}

}  // namespace
}  // namespace llm
