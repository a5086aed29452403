// Lines of JSON, in every split.
#include "dialects/json_lines.h"

#include <gtest/gtest.h>

#include <vector>

namespace llm {
namespace {

using Lines = std::vector<std::string>;

struct Case {
  const char* name;
  std::string bytes;
  Lines want;
};

const Case kCases[] = {
    {"two", "{\"a\":1}\n{\"b\":2}\n", {"{\"a\":1}", "{\"b\":2}"}},
    {"CRLF", "{\"a\":1}\r\n{\"b\":2}\r\n", {"{\"a\":1}", "{\"b\":2}"}},
    {"CR", "{\"a\":1}\r{\"b\":2}\r", {"{\"a\":1}", "{\"b\":2}"}},
    {"blank lines", "\n \r\n{\"a\":1}\n\n\t\n", {"{\"a\":1}"}},
    {"a last line without its end", "{\"a\":1}\n{\"b\":2}", {"{\"a\":1}", "{\"b\":2}"}},
    {"half a last line", "{\"a\":1}\n{\"b\":", {"{\"a\":1}"}},
    {"a last line of white space", "{\"a\":1}\n  ", {"{\"a\":1}"}},
    {"what is no JSON is the reader's to say", "hello\n", {"hello"}},
    {"UTF-8", "{\"a\":\"ça — 😀\"}\n", {"{\"a\":\"ça — 😀\"}"}},
    {"nothing", "", {}},
};

TEST(JsonLinesFramer, CutsLinesInEverySplit) {
  for (const auto& c : kCases) {
    for (std::size_t piece = 1; piece <= c.bytes.size() + 1; ++piece) {
      SCOPED_TRACE(std::string(c.name) + " by " + std::to_string(piece));
      Lines got;
      JsonLinesFramer framer;
      const auto sink = [&](const Event& event) {
        EXPECT_EQ(event.name, "");
        got.emplace_back(event.data);
        return true;
      };
      for (std::size_t i = 0; i < c.bytes.size(); i += piece)
        EXPECT_TRUE(framer.feed(std::string_view(c.bytes).substr(i, piece), sink));
      framer.finish(sink);
      EXPECT_EQ(got, c.want);
    }
  }
}

TEST(JsonLinesFramer, StopsWhenTheSinkHasEnough) {
  JsonLinesFramer framer;
  int lines = 0;
  EXPECT_TRUE(framer.feed("1\n2\n3\n", [&](const Event&) { return ++lines < 2; }));
  EXPECT_EQ(lines, 2);
}

TEST(JsonLinesFramer, RefusesALineOverItsLimit) {
  const auto fits = [](const std::string& bytes, std::size_t piece) {
    JsonLinesFramer framer(10);
    for (std::size_t i = 0; i < bytes.size(); i += piece) {
      if (!framer.feed(std::string_view(bytes).substr(i, piece), [](const Event&) { return true; }))
        return false;
    }
    return true;
  };
  for (const std::size_t piece : {1, 3, 100}) {
    EXPECT_TRUE(fits("0123456789\n0123456789\n", piece));
    EXPECT_FALSE(fits("01234567890\n", piece));
    EXPECT_FALSE(fits("01234567890", piece)) << "a line that never ends";
  }
}

}  // namespace
}  // namespace llm
