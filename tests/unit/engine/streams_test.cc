// Many streams at once on one thread.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <latch>
#include <string>

#include "peer.h"
#include "recorder.h"

namespace llm {
namespace {

constexpr int kStreams = 1'000;

Peer::Script stream_when_all_are_here(std::latch& all_here) {
  return [&all_here](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    all_here.arrive_and_wait();
    for (int i = 0; i < 10; ++i) c.send("8\r\ndata: " + std::to_string(i) + "\n\r\n");
    c.send("0\r\n\r\n");
  };
}

std::string host_url(const Peer& peer, int i) {
  return "http://127.0.1." + std::to_string(i % 200 + 1) + ":" + std::to_string(peer.port());
}

class Streams : public testing::Test {
 protected:
  Streams() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8 * kStreams);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
};

// No stream begins before the last one is connected: all of them are open together.
TEST_F(Streams, AThousandRunTogetherOnOneThread) {
  std::latch all_here(kStreams);
  Peer peer(stream_when_all_are_here(all_here), "0.0.0.0");
  Engine engine;
  std::deque<Recorder> recorders(kStreams);
  int ended = 0;
  for (int i = 0; i < kStreams; ++i) {
    recorders[static_cast<std::size_t>(i)].at_end = [&ended] { ++ended; };
    HttpCall call = get(host_url(peer, i));
    call.connect_timeout = std::chrono::minutes(1);
    engine.client.start(call, recorders[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(engine.client.stats().in_flight, static_cast<std::size_t>(kStreams));
  ASSERT_TRUE(turn_until(engine.loop, [&] { return ended == kStreams; }));
  for (const Recorder& r : recorders) {
    EXPECT_EQ(r.report().end, TransportEnd::complete) << r.report().detail;
    EXPECT_EQ(r.body.size(), 80U);
  }
  EXPECT_EQ(engine.client.stats().in_flight, 0U);
}

TEST_F(Streams, CancelAllEndsThemInFlight) {
  std::atomic<int> open = 0;
  Peer peer(
      [&](Connection& c) {
        c.read_request();
        ++open;
        c.wait_until_closed();
        --open;
      },
      "0.0.0.0");
  Engine engine;
  std::deque<Recorder> recorders(kStreams);
  for (int i = 0; i < kStreams; ++i) {
    engine.client.start(get(host_url(peer, i)), recorders[static_cast<std::size_t>(i)]);
  }
  ASSERT_TRUE(turn_until(engine.loop, [&] { return open >= kStreams / 2; }));
  engine.client.cancel_all();
  for (const Recorder& r : recorders) {
    ASSERT_EQ(r.ends.size(), 1U);
    EXPECT_EQ(r.report().end, TransportEnd::cancelled);
  }
  ASSERT_TRUE(turn_until(engine.loop, [&] { return open == 0; })) << "connections are closed";
}

}  // namespace
}  // namespace llm
