// Frames of AWS's event stream, whole, in pieces, and broken in every way.
#include "dialects/aws_event_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "aws_frame.h"

namespace llm {
namespace {

using test::aws_event;
using test::aws_frame;
using test::aws_raw_frame;
using test::big_endian;
using Events = std::vector<std::pair<std::string, std::string>>;

struct Framed {
  Events events;
  bool within_limit = true;
  friend bool operator==(const Framed&, const Framed&) = default;
};

Framed frame(std::string_view bytes, std::size_t piece, std::size_t limit = kMaxEventBytes) {
  Framed out;
  AwsEventFramer framer(limit);
  for (std::size_t i = 0; i < bytes.size() && out.within_limit; i += piece) {
    out.within_limit = framer.feed(bytes.substr(i, piece), [&](const Event& event) {
      out.events.emplace_back(event.name, event.data);
      return true;
    });
  }
  return out;
}

Events events(std::string_view bytes) {
  const auto whole = frame(bytes, bytes.size());
  EXPECT_TRUE(whole.within_limit);
  for (const std::size_t piece : {1, 2, 3, 5, 11, 12, 13, 64})
    EXPECT_EQ(frame(bytes, piece), whole) << "in pieces of " << piece;
  return whole.events;
}

const Events kCorrupt = {{"error:corrupt_frame", "a frame of the event stream is corrupt"}};

TEST(AwsEventFramer, NamesWhatAFrameIs) {
  const std::string other_types = std::string("\x01t\x00", 3) + std::string("\x01f\x01", 3) +
                                  "\x01"
                                  "b\x02"
                                  "x" +
                                  "\x01s\x03"
                                  "xx" +
                                  "\x01i\x04"
                                  "xxxx" +
                                  "\x01l\x05"
                                  "xxxxxxxx" +
                                  std::string("\x01y\x06\x00\x02xx", 7) +
                                  "\x01m\x08"
                                  "xxxxxxxx" +
                                  "\x01u\x09"
                                  "xxxxxxxxxxxxxxxx";
  const struct {
    std::string bytes;
    Events events;
  } rows[] = {
      {aws_event("messageStart", "{}"), {{"messageStart", "{}"}}},
      {aws_event("a", "1") + aws_event("b", "2"), {{"a", "1"}, {"b", "2"}}},
      {aws_event("a", ""), {{"a", ""}}},
      {aws_frame({{":message-type", "exception"}, {":exception-type", "throttlingException"}},
                 R"({"message":"slow"})"),
       {{"exception:throttlingException", R"({"message":"slow"})"}}},
      {aws_frame({{":message-type", "error"},
                  {":error-code", "InternalFailure"},
                  {":error-message", "gone"}},
                 ""),
       {{"error:InternalFailure", "gone"}}},
      {aws_raw_frame(other_types + test::aws_string_header(":event-type", "a"), "1"), {{"a", "1"}}},
      // The specification's own example of the smallest frame.
      {std::string("\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2\x48\xeb\x7d\x98\xc8\xff", 16),
       {{"", ""}}},
      {"", {}},
      {"\x00\x00", {}},
      {aws_event("a", "1").substr(0, 40), {}},  // cut: truncation is the stream's business
  };
  for (const auto& row : rows) EXPECT_EQ(events(row.bytes), row.events);
}

TEST(AwsEventFramer, ABrokenFrameEndsTheStream) {
  const auto good = aws_event("a", "1");
  const auto damaged = [&](std::size_t at) {
    auto bytes = good;
    bytes[at < bytes.size() ? at : bytes.size() - 1] ^= 1;
    return bytes;
  };
  const auto prelude = [](std::uint32_t total, std::uint32_t headers) {
    auto bytes = big_endian(total, 4) + big_endian(headers, 4);
    return bytes + test::crc(bytes);
  };
  const std::string rows[] = {
      damaged(0),                     // length
      damaged(5),                     // length of the headers
      damaged(9),                     // CRC of the prelude
      damaged(20),                    // a header
      damaged(good.size() - 5),       // payload
      damaged(good.size()),           // CRC of the frame
      prelude(15, 0),                 // shorter than a frame can be
      prelude(0, 0),                  //
      prelude(20, 5),                 // headers longer than the frame
      prelude(20, 0xFFFFFFFF),        //
      "\x80" + std::string(11, 'x'),  // 2 GiB, by a prelude that is wrong
      aws_raw_frame("\x05"
                    "abc",
                    ""),  // a name longer than the headers
      aws_raw_frame("\x01"
                    "a",
                    ""),  // no type
      aws_raw_frame("\x01"
                    "a\x0A"
                    "x",
                    ""),  // no such type
      aws_raw_frame("\x01"
                    "a\x04"
                    "xx",
                    ""),  // a number that is cut
      aws_raw_frame(std::string("\x01"
                                "a\x07\x00\x05x",
                                6),
                    ""),  // a text that is cut
  };
  for (const auto& row : rows) {
    EXPECT_EQ(events(row), kCorrupt);
    EXPECT_EQ(events(row + good), kCorrupt) << "nothing after it can be trusted";
    EXPECT_THAT(events(good + row), testing::ElementsAre(testing::Pair("a", "1"), kCorrupt[0]));
  }
}

TEST(AwsEventFramer, HasALimit) {
  const auto bytes = aws_event("a", std::string(200, 'x'));
  EXPECT_TRUE(frame(bytes, 7, bytes.size()).within_limit);
  const auto over = frame(bytes, 7, bytes.size() - 1);
  EXPECT_FALSE(over.within_limit);
  EXPECT_TRUE(over.events.empty());
  // Refused by its length alone, before its bytes come.
  EXPECT_FALSE(frame(bytes.substr(0, 12), 12, bytes.size() - 1).within_limit);
}

TEST(AwsEventFramer, StopsWhenToldTo) {
  AwsEventFramer framer;
  int seen = 0;
  EXPECT_TRUE(framer.feed(aws_event("a", "1") + aws_event("b", "2"), [&](const Event&) {
    ++seen;
    return false;
  }));
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace llm
