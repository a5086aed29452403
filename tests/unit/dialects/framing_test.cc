// The WHATWG algorithm, case by case, in every split.
#include "dialects/framing.h"

#include <gtest/gtest.h>

#include <vector>

namespace llm {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;  // name, data

Events frame(std::string_view bytes, std::size_t piece) {
  Events events;
  SseFramer framer;
  for (std::size_t i = 0; i < bytes.size(); i += piece) {
    EXPECT_TRUE(framer.feed(bytes.substr(i, piece), [&](const Event& event) {
      events.emplace_back(event.name, event.data);
      return true;
    }));
  }
  return events;
}

struct Case {
  const char* name;
  std::string bytes;
  Events want;
};

const Case kCases[] = {
    {"one", "data: a\n\n", {{"", "a"}}},
    {"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", {{"", "a"}, {"", "b"}}},
    {"an event of several CRLF lines", "event: a\r\ndata: b\r\ndata: c\r\n\r\n", {{"a", "b\nc"}}},
    {"CR", "data: a\r\rdata: b\r\r", {{"", "a"}, {"", "b"}}},
    {"mixed ends", "data: a\r\n\ndata: b\r\r\n", {{"", "a"}, {"", "b"}}},
    {"LF CR is two ends", "data: a\n\rdata: b\n\n", {{"", "a"}, {"", "b"}}},
    {"no space", "data:a\n\n", {{"", "a"}}},
    {"only one space goes", "data:  a\n\n", {{"", " a"}}},
    {"colon in the value", "data: a: b\n\n", {{"", "a: b"}}},
    {"lines join", "data: a\ndata: b\ndata:\n\n", {{"", "a\nb\n"}}},
    {"a field without colon", "data\n\n", {{"", ""}}},
    {"empty data", "data:\n\n", {{"", ""}}},
    {"named", "event: ping\ndata: {}\n\n", {{"ping", "{}"}}},
    {"the last name counts", "event: a\nevent: b\ndata: x\n\n", {{"b", "x"}}},
    {"a name does not stick", "event: a\ndata: x\n\ndata: y\n\n", {{"a", "x"}, {"", "y"}}},
    {"a name without data is dropped", "event: a\n\ndata: y\n\n", {{"", "y"}}},
    {"comments", ": hi\n\n:\n\ndata: a\n: mid\ndata: b\n\n", {{"", "a\nb"}}},
    {"unknown fields", "id: 7\nretry: 10\nDATA: x\ndata : y\n data: z\n\ndata: a\n\n", {{"", "a"}}},
    {"blank lines", "\n\n\ndata: a\n\n\n\n", {{"", "a"}}},
    {"unfinished", "data: a\n\ndata: b\n", {{"", "a"}}},
    {"no line end", "data: a\n\ndata: b", {{"", "a"}}},
    {"BOM",
     "\xEF\xBB\xBF"
     "data: a\n\n",
     {{"", "a"}}},
    {"only one BOM",
     "\xEF\xBB\xBF\xEF\xBB\xBF"
     "data: a\n\ndata: b\n\n",
     {{"", "b"}}},
    {"a BOM later is none",
     "data: a\n\n\xEF\xBB\xBF"
     "data: b\n\n",
     {{"", "a"}}},
    {"UTF-8", "data: ça — 😀\n\n", {{"", "ça — 😀"}}},
    {"NUL", std::string("data: a\0b\n\n", 11), {{"", std::string("a\0b", 3)}}},
    {"nothing", "", {}},
};

TEST(SseFramer, FollowsTheStandardInEverySplit) {
  for (const auto& c : kCases) {
    for (std::size_t piece = 1; piece <= c.bytes.size() + 1; ++piece) {
      SCOPED_TRACE(std::string(c.name) + " by " + std::to_string(piece));
      EXPECT_EQ(frame(c.bytes, piece), c.want);
    }
  }
}

// ---- Bare JSON, which is no part of the standard.

const Case kBareCases[] = {
    {"after an event", "data: a\n\n{\"error\":1}\n\n", {{"", "a"}, {"bare", "{\"error\":1}"}}},
    {"the last thing said", "data: a\n\n{\"error\":1}", {{"", "a"}, {"bare", "{\"error\":1}"}}},
    {"on several lines",
     "data: a\r\n\r\n{\r\n  \"error\": {}\r\n}\r\n",
     {{"", "a"}, {"bare", "{\n  \"error\": {}\n}"}}},
    {"a list", "data: a\n\n[{}\n]", {{"", "a"}, {"bare", "[{}\n]"}}},
    {"an event after it", "{}\ndata: a\n\n", {{"bare", "{}"}, {"", "a"}}},
    {"a name after it", "{}\nevent: e\ndata: a\n\n", {{"bare", "{}"}, {"e", "a"}}},
    {"half an event after it", "{}\ndata: a", {{"bare", "{}"}}},
    {"a comment after it", "{}\n: hi\n\n", {{"bare", "{}"}}},
    {"inside an event it is a field unknown", "data: a\n{}\n\n", {{"", "a"}}},
    {"after half an event too", "data: a\n{}", {}},
    {"a name before it is not its own", "event: e\n{}\n\n", {{"bare", "{}"}}},
    {"only at the start of a line", "x{}\n\n {}\n\n", {}},
};

TEST(SseFramer, HandsOutBareJson) {
  for (const auto& c : kBareCases) {
    for (std::size_t piece = 1; piece <= c.bytes.size() + 1; ++piece) {
      SCOPED_TRACE(std::string(c.name) + " by " + std::to_string(piece));
      Events got;
      SseFramer framer;
      const auto sink = [&](const Event& event) {
        EXPECT_TRUE(!event.bare || event.name.empty());
        got.emplace_back(event.bare ? "bare" : event.name, event.data);
        return true;
      };
      for (std::size_t i = 0; i < c.bytes.size(); i += piece)
        EXPECT_TRUE(framer.feed(std::string_view(c.bytes).substr(i, piece), sink));
      framer.finish(sink);
      EXPECT_EQ(got, c.want);
    }
  }
}

TEST(SseFramer, StopsWhenTheSinkHasEnough) {
  SseFramer framer;
  int events = 0;
  EXPECT_TRUE(framer.feed("data: a\n\ndata: b\n\n", [&](const Event&) { return ++events < 1; }));
  EXPECT_EQ(events, 1);
}

TEST(SseFramer, RefusesMoreThanItsLimit) {
  const auto fits = [](std::string_view bytes, std::size_t piece) {
    SseFramer framer(100);
    for (std::size_t i = 0; i < bytes.size(); i += piece) {
      if (!framer.feed(bytes.substr(i, piece), [](const Event&) { return true; })) return false;
    }
    return true;
  };
  const std::string line(60, 'x');
  for (const std::size_t piece : {1, 7, 1000}) {
    EXPECT_TRUE(fits("data:" + line + "\n\ndata:" + line + "\n\n", piece));
    EXPECT_FALSE(fits("data:" + line + "\ndata:" + line + "\n\n", piece)) << "one event";
    EXPECT_FALSE(fits(line + line, piece)) << "a line that never ends";
    EXPECT_FALSE(fits(":" + line + line + "\n\n", piece)) << "a comment";
    EXPECT_FALSE(fits("event:" + line + line + "\n\n", piece)) << "a name";
    EXPECT_FALSE(fits("{" + line + "\n" + line + "\n", piece)) << "bare JSON";
  }
}

}  // namespace
}  // namespace llm
