#include "simulator/http_request.h"

#include <gtest/gtest.h>

namespace llm::sim {
namespace {

using State = RequestParser::State;

TEST(RequestParser, ReadsOneRequestWholeOrByteByByte) {
  const std::string bytes =
      "POST /v1/chat?x=1 HTTP/1.1\r\nHost: here\r\nX-Empty:\r\nContent-Length: 5\r\n\r\nhello";
  for (const std::size_t step : {bytes.size(), std::size_t{1}, std::size_t{7}}) {
    RequestParser parser;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      EXPECT_EQ(parser.advance(), State::incomplete) << at;
      parser.feed(std::string_view(bytes).substr(at, step));
    }
    ASSERT_EQ(parser.advance(), State::complete) << step;
    EXPECT_FALSE(parser.last());
    const auto request = parser.take();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/v1/chat?x=1");
    EXPECT_EQ(request.body, "hello");
    const decltype(request.headers) expected{
        {"host", "here"}, {"x-empty", ""}, {"content-length", "5"}};
    EXPECT_EQ(request.headers, expected);
  }
}

TEST(RequestParser, ReadsChunkedBodies) {
  RequestParser parser;
  parser.feed(
      "POST / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n00A\r\n, chunked!\r\n0\r\nTrailer: x\r\n\r\nGET");
  ASSERT_EQ(parser.advance(), State::complete);
  EXPECT_EQ(parser.take().body, "hello, chunked!");
  EXPECT_EQ(parser.buffered(), 3u);
}

TEST(RequestParser, KeepsPipelinedRequestsApart) {
  RequestParser parser;
  parser.feed("POST /1 HTTP/1.1\r\nContent-Length: 1\r\n\r\naGET /2 HTTP/1.0\r\n\r\n");
  ASSERT_EQ(parser.advance(), State::complete);
  EXPECT_EQ(parser.take().body, "a");
  ASSERT_EQ(parser.advance(), State::complete);
  EXPECT_TRUE(parser.last());
  EXPECT_EQ(parser.take().path, "/2");
  EXPECT_FALSE(parser.last());
  EXPECT_EQ(parser.advance(), State::incomplete);
}

TEST(RequestParser, SaysWhatIsWrong) {
  const std::string big_head = "GET / HTTP/1.1\r\nX: " + std::string(kMaxRequestHead, 'x');
  const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  const struct {
    std::string bytes;
    int status;
  } rows[] = {
      {"GET\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET / x HTTP/1.1\r\n\r\n", 400},
      {"G@T / HTTP/1.1\r\n\r\n", 400},
      {"GET /\x01 HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\n\r\n", 505},
      {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nname : value\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: 8388609\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {big_head, 431},
      {big_head + "\r\n\r\n", 431},
      {chunked + "zz\r\n", 400},
      {chunked + "\r\n", 400},
      {chunked + "800001\r\n", 413},
      {chunked + "1\r\nab\r\n", 400},
      {chunked + std::string(2000, '0'), 431},
      {chunked + "0\r\n" + std::string(kMaxRequestHead + 2, 'x'), 431},
  };
  for (const auto& row : rows) {
    RequestParser parser;
    parser.feed(row.bytes);
    EXPECT_EQ(parser.advance(), State::failed) << row.bytes.substr(0, 80);
    EXPECT_EQ(parser.error_status(), row.status) << row.bytes.substr(0, 80);
  }
}

TEST(RequestParser, LimitsDoNotDependOnWhereTheBytesAreCut) {
  const std::string start = "GET / HTTP/1.1\r\nX: ";
  for (const std::size_t size : {kMaxRequestHead, kMaxRequestHead + 1}) {
    const auto bytes = start + std::string(size - start.size(), 'x') + "\r\n\r\n";
    const auto expected = size > kMaxRequestHead ? State::failed : State::complete;
    for (const std::size_t last : {std::size_t{1}, std::size_t{2}, std::size_t{3}, bytes.size()}) {
      RequestParser parser;
      parser.feed(std::string_view(bytes).substr(0, bytes.size() - last));
      parser.advance();
      parser.feed(std::string_view(bytes).substr(bytes.size() - last));
      EXPECT_EQ(parser.advance(), expected) << size << " " << last;
    }
  }
}

TEST(RequestParser, ClosesWhenTheClientAsks) {
  const struct {
    std::string_view head;
    bool last;
  } rows[] = {{"GET / HTTP/1.1\r\n\r\n", false},
              {"GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", false},
              {"GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", true},
              {"GET / HTTP/1.0\r\n\r\n", true}};
  for (const auto& row : rows) {
    RequestParser parser;
    parser.feed(row.head);
    ASSERT_EQ(parser.advance(), State::complete) << row.head;
    EXPECT_EQ(parser.last(), row.last) << row.head;
  }
}

}  // namespace
}  // namespace llm::sim
