// Calls that want no answer: how far they go, and what the other end gets to see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "peer.h"
#include "recorder.h"
#include "tls_peer.h"

namespace llm {
namespace {

using namespace std::chrono_literals;
using Goal = HttpCall::Goal;

HttpCall short_of_answer(std::string url, Goal goal) {
  HttpCall call = post(std::move(url), "secret body");
  call.headers = {{"Authorization", Secret("Bearer s3cret")}};
  call.goal = goal;
  return call;
}

TEST(Goal, AConnectionIsMadeAndNothingIsSent) {
  std::atomic<bool> closed_without_a_byte = false;
  Peer peer([&](Connection& c) {
    char byte = 0;
    closed_without_a_byte = c.receive(&byte, 1) == 0;
    closed_without_a_byte.notify_all();
  });
  Engine engine;
  Recorder got;
  engine.run(short_of_answer(peer.url(), Goal::connection), got);
  EXPECT_EQ(got.report().end, TransportEnd::stopped) << got.report().detail;
  EXPECT_TRUE(got.report().ready);
  EXPECT_FALSE(got.report().sent);
  EXPECT_EQ(got.ready.size(), 1U);
  EXPECT_EQ(peer.accepted(), 1);
  closed_without_a_byte.wait(false);
}

TEST(Goal, AnAddressNeedsNoConnection) {
  Peer peer([](Connection& c) { c.wait_until_closed(); });
  Engine engine;
  Recorder got;
  engine.run(short_of_answer("http://host.test:" + std::to_string(peer.port()), Goal::address),
             got);
  EXPECT_EQ(got.report().end, TransportEnd::stopped) << got.report().detail;
  EXPECT_TRUE(got.report().resolved);
  EXPECT_FALSE(got.report().connected);
  EXPECT_EQ(peer.accepted(), 0);
}

TEST(Goal, FailuresHaveTheEndOfTheirPhase) {
  Peer silent([](Connection& c) { c.wait_until_closed(); });
  const std::string port = std::to_string(silent.port());
  struct Row {
    std::string url;
    Goal goal;
    TransportEnd end;
  };
  const Row rows[] = {
      {"http://host.missing.test/", Goal::address, TransportEnd::dns_failed},
      {"http://host.missing.test/", Goal::connection, TransportEnd::dns_failed},
      {"http://127.0.0.1:1/", Goal::connection, TransportEnd::connect_failed},
      {"https://127.0.0.1:" + port, Goal::connection, TransportEnd::connect_deadline_tls},
      {"no url", Goal::connection, TransportEnd::internal},
  };
  for (const auto& row : rows) {
    Engine engine;
    Recorder got;
    HttpCall call = short_of_answer(row.url, row.goal);
    call.connect_timeout = 50ms;
    engine.run(std::move(call), got);
    EXPECT_EQ(got.report().end, row.end) << row.url << ": " << got.report().detail;
  }
}

TEST(Goal, AConnectionOverTlsVerifiesItsCertificate) {
  const TemporaryDirectory directory;
  const Identity ca = make_identity({.name = "Test CA", .san = "", .ca = true});
  const Identity server = make_identity({}, &ca);
  ca.write(directory.file("ca.pem"), directory.file("ca.key"));
  const TlsContext context = make_server_context(server);
  TlsPeer peer(context.get(), [](TlsConnection& c) { c.read_request(); });
  for (const bool trusted : {true, false}) {
    Engine engine;
    Recorder got;
    HttpCall call = short_of_answer(peer.url(), Goal::connection);
    if (trusted) call.ca_file = directory.file("ca.pem");
    engine.run(std::move(call), got);
    EXPECT_EQ(got.report().end, trusted ? TransportEnd::stopped : TransportEnd::tls_failed)
        << got.report().detail;
  }
}

}  // namespace
}  // namespace llm
