#include "engine/arrival.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "peer.h"
#include "recorder.h"

namespace llm {
namespace {

using namespace std::chrono_literals;

struct StampCase {
  const char* what;
  std::optional<Nanos> age;  // of the stamp on the wall clock; absent: no stamp
  Nanos earliest_age;        // of the arrival before it
  Nanos expected_age;        // on the monotonic clock
  bool kernel;
};

class ToArrival : public testing::TestWithParam<StampCase> {};

TEST_P(ToArrival, IsNeverInTheFutureNorBeforeItsPredecessor) {
  const StampCase& c = GetParam();
  const Moment now{MonoTime(100s), WallTime(1'700'000'000s)};
  std::optional<WallTime> stamp;
  if (c.age) stamp = now.wall - *c.age;
  const Arrival got = to_arrival(stamp, now, now.mono - c.earliest_age);
  EXPECT_EQ(got.kernel, c.kernel);
  EXPECT_EQ(now.mono - got.at, c.expected_age);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ToArrival,
    testing::Values(StampCase{"plain", 3ms, 1s, 3ms, true},
                    StampCase{"just now", 0ns, 1s, 0ns, true},
                    StampCase{"no stamp", std::nullopt, 1s, 0ns, false},
                    StampCase{"a little before its predecessor", 10'001us, 10ms, 10ms, true},
                    StampCase{"wall clock set forward meanwhile", 5s, 1s, 0ns, false},
                    StampCase{"wall clock set back meanwhile", -5s, 1s, 0ns, false}),
    [](const auto& info) {
      std::string name = info.param.what;
      for (char& c : name) c = c == ' ' ? '_' : c;
      return name;
    });

TEST(Arrival, MomentsAreOnBothClocks) {
  const MonoTime before = mono_now();
  const WallTime wall_before = wall_now();
  const Moment moment = moment_now();
  EXPECT_GE(moment.mono, before);
  EXPECT_LE(moment.mono, mono_now());
  EXPECT_GE(moment.wall, wall_before);
}

// The server sends its event while the loop is busy elsewhere: what counts is when it came.
TEST(Arrival, IsTheKernelsHoweverLateTheLoopIs) {
  Engine engine;
  wait_for_stamps(engine);
  const HttpClientStats before_it = engine.client.stats();
  std::promise<void> headers_read;
  std::promise<std::pair<MonoTime, MonoTime>> sent;
  Peer peer([&](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    headers_read.get_future().wait();
    const MonoTime before = mono_now();
    c.send("token");
    sent.set_value({before, mono_now()});
    c.wait_until_closed();
  });
  Recorder got;
  engine.client.start(get(peer.url()), got);
  ASSERT_TRUE(turn_until(engine.loop, [&] { return got.headers.size() == 1; }));
  headers_read.set_value();
  const auto [before, after] = sent.get_future().get();
  const MonoTime resumed = mono_now();
  ASSERT_TRUE(turn_until(engine.loop, [&] { return got.ended(); }));

  ASSERT_EQ(got.pieces.size(), 1U);
  const Arrival arrival = got.pieces[0].second;
  EXPECT_TRUE(arrival.kernel);
  // The clocks are converted with an error of a microsecond or so.
  EXPECT_GE(arrival.at, before - 20us);
  EXPECT_LT(arrival.at, resumed);
  // The headers came before, and their arrival is the first byte's (the trap of STARTTRANSFER).
  EXPECT_LT(*got.report().first_byte, before);
  EXPECT_EQ(engine.client.stats().kernel_arrivals - before_it.kernel_arrivals, 2U);
  EXPECT_EQ(engine.client.stats().fallback_arrivals, before_it.fallback_arrivals);
  EXPECT_LE(after, resumed);
}

TEST(Arrival, EveryReadHasOneAndTheyNeverGoBack) {
  Peer peer([&](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 200; ++i) c.send(std::string(5000, 'x'));
  });
  Engine engine;
  Recorder got;
  engine.run(get(peer.url()), got);
  EXPECT_EQ(got.body.size(), 1'000'000U);
  MonoTime last = *got.report().ready;
  for (const auto& [size, arrival] : got.pieces) {
    EXPECT_GE(arrival.at, last);
    last = arrival.at;
  }
  EXPECT_LE(last, got.report().ended);
}

TEST(Peek, LeavesTheByteAndReportsTheError) {
  std::promise<void> go;
  Peer peer([&](Connection& c) {
    c.send("x");
    go.get_future().wait();
    c.reset();
  });
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  enable_receive_stamps(fd);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(peer.port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  char byte = 0;
  ASSERT_EQ(recv(fd, &byte, 1, MSG_PEEK), 1);  // waits
  EXPECT_TRUE(peek(fd).readable);
  ASSERT_EQ(recv(fd, &byte, 1, 0), 1);
  EXPECT_FALSE(peek(fd).readable);
  EXPECT_EQ(peek(fd).error, 0);
  go.set_value();
  Peek seen;
  while (seen.error == 0) seen = peek(fd);
  EXPECT_EQ(seen.error, ECONNRESET);
  EXPECT_EQ(recv(fd, &byte, 1, 0), 0) << "the error is gone: this is why peek() reports it";
  close(fd);
}

}  // namespace
}  // namespace llm
