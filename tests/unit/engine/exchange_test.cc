// One call from start to end: what the exchange is told, and in which order of time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "peer.h"
#include "recorder.h"

namespace llm {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr std::string_view kHello =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Twice:  a b \t\r\nContent-Length: 5\r\n\r\n"
    "hello";

TEST(Exchange, IsToldStatusHeadersBodyAndTheInstantsInOrder) {
  std::string request;
  Peer peer([&](Connection& c) {
    request = c.read_request();
    c.send(kHello);
    c.wait_until_closed();
  });
  Engine engine;
  Recorder got;
  HttpCall call = post(peer.url("/v1/x?y=1"), R"({"a":1})");
  call.headers = {{"Authorization", Secret("Bearer k")}, {"Content-Type", Secret("app/json")}};
  const MonoTime before = mono_now();
  engine.run(call, got);

  EXPECT_THAT(got.statuses, ElementsAre(200));
  EXPECT_THAT(got.headers, ElementsAre(Pair("Content-Type", "text/plain"), Pair("X-Twice", "a b"),
                                       Pair("Content-Length", "5")));
  EXPECT_EQ(got.body, "hello");
  const TransportReport& report = got.report();
  EXPECT_EQ(report.end, TransportEnd::complete) << report.detail;
  ASSERT_TRUE(report.resolved && report.connected && report.ready && report.sent &&
              report.first_byte);
  EXPECT_LE(before, report.started);
  EXPECT_LE(report.started, *report.resolved);
  EXPECT_LE(*report.resolved, *report.connected);
  EXPECT_LE(*report.connected, *report.ready);
  EXPECT_LE(*report.ready, *report.sent);
  EXPECT_LE(*report.sent, *report.first_byte);
  EXPECT_LE(*report.first_byte, report.ended);
  EXPECT_LE(report.ended, mono_now());
  EXPECT_THAT(got.ready, ElementsAre(*report.ready));
  EXPECT_EQ(report.peer, "127.0.0.1:" + std::to_string(peer.port()));
  EXPECT_FALSE(report.reused);
  EXPECT_FALSE(report.https);
  EXPECT_FALSE(report.certificate_expiry);
  EXPECT_EQ(engine.client.stats().in_flight, 0U);

  EXPECT_THAT(request, testing::StartsWith("POST /v1/x?y=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer k\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: app/json\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nUser-Agent: llm_exporter\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAccept-Encoding: identity\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Expect:")));
  EXPECT_THAT(request, testing::EndsWith("\r\n\r\n{\"a\":1}"));
}

// Answers every request on a connection with the same bytes.
Peer::Script always(std::string bytes) {
  return [bytes = std::move(bytes)](Connection& c) {
    while (!c.read_request().empty()) c.send(bytes);
  };
}

TEST(Exchange, ColdCallsConnectEachTimeKeptOnesOnce) {
  for (const bool reuse : {false, true}) {
    Peer peer(always(std::string(kHello)));
    Engine engine;
    for (int i = 0; i < 3; ++i) {
      Recorder got;
      HttpCall call = get(peer.url());
      call.reuse_connection = reuse;
      engine.run(call, got);
      const TransportReport& report = got.report();
      EXPECT_EQ(report.end, TransportEnd::complete) << report.detail;
      EXPECT_EQ(report.reused, reuse && i > 0);
      EXPECT_EQ(report.resolved.has_value(), !report.reused);
      EXPECT_EQ(report.connected.has_value(), !report.reused);
      EXPECT_TRUE(report.ready);
      EXPECT_TRUE(report.sent);
      EXPECT_TRUE(report.first_byte);
      EXPECT_EQ(report.peer, "127.0.0.1:" + std::to_string(peer.port()));
    }
    EXPECT_EQ(peer.accepted(), reuse ? 1 : 3);
  }
}

TEST(Exchange, AColdCallNeitherTakesAKeptConnectionNorLeavesOne) {
  Peer peer(always(std::string(kHello)));
  Engine engine;
  const auto reused = [&](bool reuse) {
    Recorder got;
    HttpCall call = get(peer.url());
    call.reuse_connection = reuse;
    engine.run(call, got);
    return got.report().reused;
  };
  EXPECT_FALSE(reused(false));
  EXPECT_FALSE(reused(true)) << "the cold call left its connection";
  EXPECT_FALSE(reused(false)) << "the cold call took the kept connection";
  EXPECT_TRUE(reused(true)) << "the cold call closed the kept connection";
}

TEST(Exchange, AKeptConnectionThatDiedIsReplacedBeforeTheRequestIsLost) {
  std::promise<void> hang_up;
  std::atomic<int> connections = 0;
  Peer peer([&](Connection& c) {
    const bool first = ++connections == 1;
    c.read_request();
    c.send(kHello);
    c.read_request();
    if (first) hang_up.get_future().wait();  // without a word
  });
  Engine engine;
  Recorder first, second;
  HttpCall call = post(peer.url(), "body");
  call.reuse_connection = true;
  engine.run(call, first);
  engine.client.start(call, second);
  ASSERT_TRUE(turn_until(engine.loop, [&] { return second.ready.size() == 1; }));
  hang_up.set_value();
  ASSERT_TRUE(turn_until(engine.loop, [&] { return second.ended(); }));
  EXPECT_EQ(second.body, "hello");
  EXPECT_EQ(second.ready.size(), 2U);
  const TransportReport& report = second.report();
  EXPECT_EQ(report.end, TransportEnd::complete) << report.detail;
  EXPECT_FALSE(report.reused);
  EXPECT_EQ(second.ready.back(), report.ready);
  EXPECT_LE(*report.resolved, *report.connected);
  EXPECT_LE(*report.connected, *report.ready);
  EXPECT_LE(*report.ready, *report.sent);
  EXPECT_LE(*report.sent, *report.first_byte);
}

TEST(Exchange, ARedirectIsAnAnswer) {
  Peer other(always(std::string(kHello)));
  Peer peer(
      always("HTTP/1.1 307 Go\r\nLocation: " + other.url() + "\r\nContent-Length: 0\r\n\r\n"));
  Engine engine;
  Recorder got;
  engine.run(get(peer.url()), got);
  EXPECT_EQ(got.report().end, TransportEnd::complete);
  EXPECT_THAT(got.statuses, ElementsAre(307));
  EXPECT_EQ(got.header("Location"), other.url());
  EXPECT_EQ(other.accepted(), 0);
}

TEST(Exchange, InterimAnswersComeFirstAndTrailersAreIgnored) {
  Peer peer(
      always("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n"
             "3\r\nabc\r\n0\r\nX-Late: 1\r\nHTTP/1.1 500 Fooled: you\r\n\r\n"));
  Engine engine;
  Recorder got;
  engine.run(get(peer.url()), got);
  EXPECT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
  EXPECT_THAT(got.statuses, ElementsAre(100, 103, 200));
  EXPECT_EQ(got.header("X-Early"), "1");
  EXPECT_EQ(got.header("X-Late"), "(absent)");
  EXPECT_EQ(got.body, "abc");
}

TEST(Exchange, SendsTheMethodItIsGiven) {
  struct Row {
    std::string method, body, expected;
  };
  for (const Row& row : {Row{"GET", "", "GET / HTTP/1.1"}, Row{"HEAD", "", "HEAD / HTTP/1.1"},
                         Row{"POST", "", "POST / HTTP/1.1"}, Row{"PUT", "x", "PUT / HTTP/1.1"},
                         Row{"DELETE", "", "DELETE / HTTP/1.1"}}) {
    std::string request;
    Peer peer([&](Connection& c) {
      request = c.read_request();
      c.send("HTTP/1.1 204 No Content\r\n\r\n");
    });
    Engine engine;
    Recorder got;
    HttpCall call = get(peer.url());
    call.method = row.method;
    call.body = row.body;
    engine.run(call, got);
    EXPECT_EQ(got.report().end, TransportEnd::complete) << row.method;
    EXPECT_THAT(request, testing::StartsWith(row.expected));
    EXPECT_THAT(request, testing::EndsWith("\r\n\r\n" + row.body));
  }
}

struct RefusedCase {
  const char* what;
  std::function<void(HttpCall&)> spoil;
  const char* detail;
};

TEST(Exchange, CallsThatCannotBeSentEndThroughTheLoopAndNothingIsSent) {
  const auto header = [](std::string name, std::string value) {
    return [name, value](HttpCall& c) { c.headers = {{name, Secret(value)}}; };
  };
  const std::vector<RefusedCase> cases = {
      {"line feed", header("Authorization", "Bearer s3cret\nX-Evil: 1"), "Authorization"},
      {"carriage return", header("A", "s3cret\rB: 1"), "header A"},
      {"NUL", header("A", std::string("s3cret\0x", 8)), "header A"},
      {"name with colon", header("A: s3cret\r\nB", "1"), "header name"},
      {"empty name", header("", "s3cret"), "header name"},
      {"method", [](HttpCall& c) { c.method = "GET / HTTP/1.1\r\nX: s3cret"; }, "method"},
      {"empty URL", [](HttpCall& c) { c.url = ""; }, "malformed"},
      {"URL with line end", [](HttpCall& c) { c.url += "a\r\nX: s3cret"; }, "malformed"},
      {"port", [](HttpCall& c) { c.url = "http://127.0.0.1:99999/"; }, "malformed"},
      {"scheme", [](HttpCall& c) { c.url = "file:///etc/passwd"; }, "neither http nor https"},
      {"ftp", [](HttpCall& c) { c.url = "ftp://127.0.0.1/"; }, "neither http nor https"},
      {"server name",
       [](HttpCall& c) {
         c.url = "https://127.0.0.1/";
         c.server_name = "a b";
       },
       "server_name"},
  };
  Peer peer(always(std::string(kHello)));
  Engine engine;
  for (const RefusedCase& row : cases) {
    HttpCall call = get(peer.url());
    row.spoil(call);
    Recorder got;
    const auto id = engine.client.start(call, got);
    EXPECT_FALSE(got.ended()) << row.what << ": not from within start()";
    ASSERT_TRUE(turn_until(engine.loop, [&] { return got.ended(); }));
    EXPECT_EQ(got.report().end, TransportEnd::internal) << row.what;
    EXPECT_THAT(got.report().detail, HasSubstr(row.detail)) << row.what;
    EXPECT_THAT(got.report().detail, Not(HasSubstr("s3cret"))) << row.what;
    engine.client.cancel(id);  // over: ignored
    EXPECT_EQ(got.ends.size(), 1U);
  }
  EXPECT_EQ(peer.accepted(), 0);
}

TEST(Exchange, AnEmptyHeaderValueIsSentEmpty) {
  std::string request;
  Peer peer([&](Connection& c) {
    request = c.read_request();
    c.send(kHello);
  });
  Engine engine;
  Recorder got;
  HttpCall call = get(peer.url());
  call.headers = {{"X-Empty", Secret("")}, {"User-Agent", Secret("mine")}};
  engine.run(call, got);
  EXPECT_THAT(request, HasSubstr("\r\nX-Empty:\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nUser-Agent: mine\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("llm_exporter")));
}

// A body larger than all buffers between us and a peer that reads slowly is sent when its last
// bytes are taken, not when its first ones are.
TEST(Exchange, SentIsWhenTheKernelHasTheWholeRequest) {
  const std::size_t size = 48 << 20;
  MonoTime half_read;
  Peer peer([&](Connection& c) {
    std::string block(1 << 20, '\0');
    std::size_t left = size;  // and the header
    while (left > 0) {
      const ssize_t n = c.receive(block.data(), block.size());
      if (n <= 0) return;
      if (left > size / 2 && left - std::min<std::size_t>(left, n) <= size / 2) {
        half_read = mono_now();
      }
      left -= std::min<std::size_t>(left, static_cast<std::size_t>(n));
    }
    c.send(kHello);
    c.wait_until_closed();
  });
  Engine engine;
  Recorder got;
  engine.run(post(peer.url(), std::string(size, 'x')), got);
  ASSERT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
  ASSERT_TRUE(got.report().sent);
  EXPECT_GT(*got.report().sent, half_read);
  EXPECT_LE(*got.report().sent, *got.report().first_byte);
}

TEST(Exchange, AnAnswerToHalfARequestLeavesSentUnknown) {
  Peer peer([&](Connection& c) {
    char block[4096];
    c.receive(block, sizeof block);
    c.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    c.wait_until_closed();
  });
  Engine engine;
  Recorder got;
  engine.run(post(peer.url(), std::string(48 << 20, 'x')), got);
  EXPECT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
  EXPECT_THAT(got.statuses, ElementsAre(413));
  EXPECT_EQ(got.body, "no");
  EXPECT_TRUE(got.report().first_byte);
  EXPECT_FALSE(got.report().sent);
}

TEST(Exchange, StopsWhenItHasWhatItWants) {
  Peer peer([&](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\n\r\nenough");
    while (c.send("more")) continue;
  });
  Engine engine;
  Recorder got;
  got.keep_going = [](std::string_view) { return false; };
  engine.run(get(peer.url()), got);
  EXPECT_EQ(got.report().end, TransportEnd::stopped);
  EXPECT_EQ(got.pieces.size(), 1U);
}

TEST(Exchange, MayStartAndCancelOthersAndGoAwayAtItsEnd) {
  Peer peer([&](Connection& c) {
    if (c.read_request().find("GET /hang") == 0) return c.wait_until_closed();
    c.send(kHello);
  });
  Engine engine;
  Recorder hanging, next;
  auto first = std::make_unique<Recorder>();
  const auto hang_id = engine.client.start(get(peer.url("/hang")), hanging);
  first->at_end = [&] {
    engine.client.cancel(hang_id);
    engine.client.start(get(peer.url()), next);
    first.reset();
  };
  engine.client.start(get(peer.url()), *first);
  ASSERT_TRUE(turn_until(engine.loop, [&] { return next.ended(); }));
  EXPECT_EQ(first, nullptr);
  EXPECT_EQ(hanging.report().end, TransportEnd::cancelled);
  EXPECT_EQ(next.report().end, TransportEnd::complete);
  EXPECT_EQ(engine.client.stats().in_flight, 0U);
}

TEST(Exchange, CancelAllEndsEveryCallOnceInWhateverStateItIs) {
  Peer peer([&](Connection& c) {
    const std::string request = c.read_request();
    if (request.find("GET /body") == 0) c.send("HTTP/1.1 200 OK\r\n\r\nbegun");
    c.wait_until_closed();
  });
  Engine engine;
  Recorder body, waiting, fresh;
  engine.client.start(get(peer.url("/body")), body);
  engine.client.start(get(peer.url("/wait")), waiting);
  ASSERT_TRUE(
      turn_until(engine.loop, [&] { return body.body == "begun" && !waiting.ready.empty(); }));
  engine.client.start(get(peer.url()), fresh);  // libcurl has not begun with this one
  EXPECT_EQ(engine.client.stats().in_flight, 3U);
  engine.client.cancel_all();
  for (const Recorder* r : {&body, &waiting, &fresh}) {
    ASSERT_EQ(r->ends.size(), 1U);
    EXPECT_EQ(r->report().end, TransportEnd::cancelled);
  }
  EXPECT_EQ(engine.client.stats().in_flight, 0U);
  engine.loop.turn(milliseconds(0));
  EXPECT_EQ(fresh.ends.size(), 1U);
}

}  // namespace
}  // namespace llm
