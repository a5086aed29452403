// Answers that break off, lie or never end: the right end, bounded memory, the next call unharmed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <future>
#include <string>
#include <vector>

#include "peer.h"
#include "recorder.h"

namespace llm {
namespace {

using testing::ElementsAre;

// What the shell command writes, compressed by gzip(1).
std::string gzip(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " | gzip -9c").c_str(), "r");
  char block[4096];
  for (std::size_t n; (n = fread(block, 1, sizeof block, pipe)) > 0;) out.append(block, n);
  pclose(pipe);
  return out;
}

std::string with_length(std::string_view headers, std::string_view body) {
  return "HTTP/1.1 200 OK\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

class HostileAnswer : public testing::Test {
 protected:
  // The answer to one request, then the connection is closed.
  void answer(Recorder& got, std::string_view bytes, bool gzip_accepted = false) {
    Peer peer([&](Connection& c) {
      c.read_request();
      c.send(bytes);
    });
    HttpCall call = get(peer.url());
    call.accept_gzip = gzip_accepted;
    engine_.run(call, got);
  }
  Engine engine_;
};

TEST_F(HostileAnswer, CutAtAnyByteIsACut) {
  const std::vector<std::string> answers = {
      with_length("Content-Type: text/plain\r\n", "hello world"),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n"
      "0\r\n\r\n"};
  for (const std::string& whole : answers) {
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      for (const bool reset : {false, true}) {
        Peer peer([&](Connection& c) {
          c.read_request();
          c.send(std::string_view(whole).substr(0, cut));
          if (reset) c.reset();
        });
        Recorder got;
        engine_.run(get(peer.url()), got);
        // The last chunk without its last line end is whole enough for libcurl.
        const bool whole_enough = cut + 2 >= whole.size() && whole.ends_with("0\r\n\r\n");
        if (whole_enough && got.report().end == TransportEnd::complete) continue;
        EXPECT_EQ(got.report().end, TransportEnd::cut)
            << cut << (reset ? " reset " : " closed ") << got.report().detail;
        EXPECT_TRUE(std::string_view("hello world").starts_with(got.body));
        EXPECT_TRUE(reset || got.report().first_byte.has_value() == (cut > 0)) << cut;
      }
    }
  }
}

// Looking for a kernel stamp takes the reset off the socket, and libcurl sees a clean end.
TEST_F(HostileAnswer, AResetIsNotTheEndOfAnAnswerWithoutLength) {
  std::promise<void> read;
  Peer peer([&](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\n\r\nhello");
    read.get_future().wait();
    c.reset();
  });
  Recorder got;
  engine_.client.start(get(peer.url()), got);
  ASSERT_TRUE(turn_until(engine_.loop, [&] { return got.body == "hello"; }));
  read.set_value();
  ASSERT_TRUE(turn_until(engine_.loop, [&] { return got.ended(); }));
  EXPECT_EQ(got.report().end, TransportEnd::cut);
  EXPECT_EQ(got.report().detail, "Connection reset by peer");
}

struct Row {
  const char* what;
  std::string bytes;
  TransportEnd end;
};

TEST_F(HostileAnswer, IsNotTakenForHttp) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  const std::vector<Row> rows = {
      {"HTTP/0.9", "hello, I am just text\n", TransportEnd::limit},
      {"binary", std::string("\0\1\2\3\4\5\6\7\n\n", 10), TransportEnd::limit},
      {"HTML without header", "<html><body>502</body></html>\r\n\r\n", TransportEnd::limit},
      {"unknown version", "HTTP/7.3 200 OK\r\n\r\n", TransportEnd::limit},
      {"NUL in a header", head + std::string("A: b\0c\r\n\r\n", 10), TransportEnd::limit},
      {"header without colon", head + "what\r\n\r\n", TransportEnd::limit},
      {"negative length", head + "Content-Length: -5\r\n\r\nhello", TransportEnd::limit},
      {"no length", head + "Content-Length: five\r\n\r\nhello", TransportEnd::limit},
      {"chunk size no number", chunked + "zz\r\nhello\r\n", TransportEnd::limit},
      {"chunk size too large", chunked + "fffffffffffffffffffff\r\nhello\r\n", TransportEnd::limit},
      {"chunk without line end", chunked + "5\r\nhelloworld\r\n", TransportEnd::limit},
      {"gzip that is none", with_length("Content-Encoding: gzip\r\n", "not at all gzip"),
       TransportEnd::limit},
      {"encoding unknown", with_length("Content-Encoding: rot13\r\n", "uryyb"),
       TransportEnd::limit},
  };
  for (const Row& row : rows) {
    Recorder got;
    answer(got, row.bytes);
    EXPECT_EQ(got.report().end, row.end) << row.what << ": " << got.report().detail;
    EXPECT_FALSE(got.report().detail.empty()) << row.what;
  }
}

TEST_F(HostileAnswer, OddButLegalAnswersPass) {
  const std::vector<Row> rows = {
      {"HTTP/1.0 until close", "HTTP/1.0 200 OK\r\n\r\nhello", TransportEnd::complete},
      {"no reason", "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", TransportEnd::complete},
      {"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", TransportEnd::complete},
      {"too much", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello world",
       TransportEnd::complete},
  };
  for (const Row& row : rows) {
    Recorder got;
    answer(got, row.bytes);
    EXPECT_EQ(got.report().end, row.end) << row.what << ": " << got.report().detail;
    EXPECT_THAT(got.statuses, ElementsAre(200)) << row.what;
    EXPECT_EQ(got.body, "hello") << row.what;
  }
}

TEST_F(HostileAnswer, GzipIsDecodedWhetherWeAskedForItOrNot) {
  const std::string bytes = with_length("Content-Encoding: gzip\r\n", gzip("printf hello"));
  for (const bool accepted : {false, true}) {
    Recorder got;
    answer(got, bytes, accepted);
    EXPECT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
    EXPECT_EQ(got.body, "hello");
  }
}

TEST_F(HostileAnswer, AGzipBombComesInBoundedPiecesAndStops) {
  const std::string bomb = gzip("head -c 67108864 /dev/zero");
  ASSERT_GT(bomb.size(), 0U);
  ASSERT_LT(bomb.size(), 1U << 20);
  Recorder got;
  std::size_t total = 0;
  got.keep_going = [&](std::string_view piece) {
    EXPECT_LE(piece.size(), 64U << 10);
    total += piece.size();
    got.body.clear();
    return total < (8U << 20);
  };
  answer(got, with_length("Content-Encoding: gzip\r\n", bomb), true);
  EXPECT_EQ(got.report().end, TransportEnd::stopped);
  EXPECT_LE(total, (8U << 20) + (64U << 10));
}

// Sends headers until the client hangs up.
void endless_headers(Recorder& got, Engine& engine, std::string_view line) {
  Peer peer([&](Connection& c) {
    c.read_request();
    if (!c.send("HTTP/1.1 200 OK\r\nA: ")) return;
    while (c.send(line)) continue;
  });
  engine.run(get(peer.url()), got);
}

TEST_F(HostileAnswer, HeadersWithoutEndReachTheLimit) {
  for (const std::string& line : {std::string("b: c\r\n"), std::string(4000, 'x'),
                                  "long: " + std::string(9000, 'y') + "\r\n"}) {
    Recorder got;
    endless_headers(got, engine_, line);
    EXPECT_EQ(got.report().end, TransportEnd::limit) << got.report().detail;
    std::size_t told = 0;
    for (const auto& [name, value] : got.headers) told += name.size() + value.size();
    EXPECT_LE(told, HttpClientOptions{}.max_header_bytes);
  }
}

TEST(HostileHeaders, ALineTooLongForLibcurlIsNamed) {
  Engine engine({.max_header_bytes = 64U << 20});  // so that libcurl's limit is the nearer one
  Recorder got;
  endless_headers(got, engine, std::string(4000, 'x'));
  EXPECT_EQ(got.report().end, TransportEnd::limit);
  EXPECT_EQ(got.report().detail, "a header line over libcurl's limit");
}

TEST(HostileHeaders, InterimAnswersWithoutEndReachTheLimitToo) {
  Engine engine({.max_header_bytes = 4096});
  Peer peer([&](Connection& c) {
    c.read_request();
    while (c.send("HTTP/1.1 100 Continue\r\nX: y\r\n\r\n")) continue;
  });
  Recorder got;
  engine.run(get(peer.url()), got);
  EXPECT_EQ(got.report().end, TransportEnd::limit) << got.report().detail;
  EXPECT_LE(got.statuses.size(), 4096U / 31);
}

TEST(HostileHeaders, JustAsManyAsAllowedPass) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\n\r\n";
  for (const std::size_t limit : {head.size() - 1, head.size()}) {
    Engine engine({.max_header_bytes = limit});
    Peer peer([&](Connection& c) {
      c.read_request();
      c.send(head + "ok");
    });
    Recorder got;
    engine.run(get(peer.url()), got);
    EXPECT_EQ(got.report().end, limit < head.size() ? TransportEnd::limit : TransportEnd::complete);
  }
}

TEST_F(HostileAnswer, LeavesTheNextCallUnharmed) {
  for (const std::string& bad :
       {std::string("garbage\n"), std::string("HTTP/1.1 200 OK\r\nA: b")}) {
    Recorder got, next;
    answer(got, bad);
    EXPECT_NE(got.report().end, TransportEnd::complete);
    answer(next, with_length("", "fine"));
    EXPECT_EQ(next.report().end, TransportEnd::complete);
    EXPECT_EQ(next.body, "fine");
  }
}

}  // namespace
}  // namespace llm
