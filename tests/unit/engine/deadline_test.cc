// Which deadline passed, and in which phase of connecting. Each peer goes just so far and no
// further; no test depends on how fast anything is.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "peer.h"
#include "recorder.h"

namespace llm {
namespace {

using namespace std::chrono_literals;

// A port whose queue of connections is full: the kernel drops every further SYN.
class FullListener {
 public:
  FullListener() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address_), size), 0);
    EXPECT_EQ(listen(listener_, 0), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
    for (int i = 0; i < 4; ++i) {
      const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      connect(fd, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
      waiting_.push_back(fd);
    }
  }
  ~FullListener() {
    for (const int fd : waiting_) close(fd);
    close(listener_);
  }
  int port() const { return ntohs(address_.sin_port); }

 private:
  int listener_;
  sockaddr_in address_{};
  std::vector<int> waiting_;
};

TEST(ConnectDeadline, WhileConnecting) {
  const FullListener full;
  Engine engine;
  for (const char* scheme : {"http", "https"}) {
    Recorder got;
    HttpCall call = get(std::string(scheme) + "://127.0.0.1:" + std::to_string(full.port()));
    call.connect_timeout = 20ms;
    engine.run(call, got);
    EXPECT_EQ(got.report().end, TransportEnd::connect_deadline_connect);
    EXPECT_TRUE(got.report().resolved);
    EXPECT_FALSE(got.report().connected);
    EXPECT_FALSE(got.report().ready);
    EXPECT_EQ(got.report().peer, "");
    EXPECT_GE(got.report().ended - got.report().started, 20ms);
  }
}

TEST(ConnectDeadline, InTheHandshake) {
  Peer silent([](Connection& c) { c.wait_until_closed(); });
  Engine engine;
  Recorder got;
  HttpCall call = get("https://127.0.0.1:" + std::to_string(silent.port()));
  call.connect_timeout = 20ms;
  engine.run(call, got);
  EXPECT_EQ(got.report().end, TransportEnd::connect_deadline_tls);
  EXPECT_TRUE(got.report().connected);
  EXPECT_FALSE(got.report().ready);
  EXPECT_EQ(got.report().peer, "127.0.0.1:" + std::to_string(silent.port()));
  EXPECT_TRUE(got.report().https);
}

TEST(ConnectDeadline, IsOverOnceTheConnectionIsReady) {
  std::promise<void> enough;
  Peer peer([&](Connection& c) {
    c.read_request();
    enough.get_future().wait();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  Engine engine;
  Recorder got;
  HttpCall call = get(peer.url());
  call.connect_timeout = 200ms;
  const MonoTime past_it = mono_now() + 201ms;
  engine.client.start(call, got);
  ASSERT_TRUE(turn_until(engine.loop, [&] { return mono_now() > past_it; }));
  EXPECT_FALSE(got.ended());
  enough.set_value();
  ASSERT_TRUE(turn_until(engine.loop, [&] { return got.ended(); }));
  EXPECT_EQ(got.report().end, TransportEnd::complete);
}

TEST(ExchangeDeadline, PassesWhileWaitingForTheAnswer) {
  Peer silent([](Connection& c) { c.wait_until_closed(); });
  Engine engine;
  Recorder got;
  got.until = mono_now() + 30ms;
  engine.run(get(silent.url()), got);
  EXPECT_EQ(got.report().end, TransportEnd::deadline);
  EXPECT_GE(got.report().ended, *got.until);
  EXPECT_FALSE(got.report().first_byte);
}

// Who waits for the whole answer has not found it slow if there never was a connection.
TEST(ExchangeDeadline, BeforeTheConnectionIsReadyNamesThePhase) {
  const FullListener full;
  Peer silent([](Connection& c) { c.wait_until_closed(); });
  struct Row {
    std::string url;
    TransportEnd end;
  };
  for (const Row& row : {
           Row{"http://127.0.0.1:" + std::to_string(full.port()),
               TransportEnd::connect_deadline_connect},
           Row{"https://127.0.0.1:" + std::to_string(full.port()),
               TransportEnd::connect_deadline_connect},
           Row{"https://127.0.0.1:" + std::to_string(silent.port()),
               TransportEnd::connect_deadline_tls},
       }) {
    Engine engine;
    Recorder got;
    got.until = mono_now() + 30ms;
    engine.run(get(row.url), got);
    EXPECT_EQ(got.report().end, row.end) << row.url;
    EXPECT_EQ(got.report().detail,
              "the deadline of the whole exchange passed before the connection was ready");
  }
}

// The first token moves the deadline: first nearer, then, with each piece, further away.
TEST(ExchangeDeadline, IsAskedAgainAfterWhatTheExchangeSees) {
  Peer peer([](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\n\r\n");
    for (const char* piece : {"a", "b", "c"}) c.send(piece);
    c.wait_until_closed();
  });
  Engine engine;
  Recorder got;
  got.until = mono_now() + 1h;
  got.keep_going = [&](std::string_view) {
    got.until = mono_now() + 15ms;
    return true;
  };
  engine.run(get(peer.url()), got);
  EXPECT_EQ(got.body, "abc");
  EXPECT_EQ(got.report().end, TransportEnd::deadline);
  EXPECT_GE(got.report().ended, *got.until);
}

TEST(ExchangeDeadline, InThePastEndsTheCallAtOnce) {
  Peer silent([](Connection& c) { c.wait_until_closed(); });
  Engine engine;
  Recorder got;
  got.until = mono_now() - 1s;
  engine.run(get(silent.url()), got);
  EXPECT_EQ(got.report().end, TransportEnd::connect_deadline_dns);
  EXPECT_FALSE(got.report().resolved);
}

}  // namespace
}  // namespace llm
