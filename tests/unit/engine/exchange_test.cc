// One call from start to end: what the exchange is told, and in which order of time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace llm
