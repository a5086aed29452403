// A resolver that takes its time. libcurl's threads call getaddrinfo, and this program's definition
// of it comes before libc's.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <string>

#include "peer.h"
#include "recorder.h"

namespace llm {
namespace {

using namespace std::chrono_literals;

// Names below ".stuck.test" wait here until released (or until a broken test has failed long ago);
// ".missing.test" does not exist; everything below ".test" is 127.0.0.1.
class Resolver {
 public:
  void resolve(const std::string& name) {
    std::unique_lock lock(mutex_);
    ++asked_;
    if (name.ends_with(".stuck.test")) changed_.wait_for(lock, 10s, [this] { return !stuck_; });
    ++answered_;
    changed_.notify_all();
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  int answered() {
    const std::lock_guard lock(mutex_);
    return answered_;
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    stuck_ = true;
    asked_ = answered_ = 0;
  }
  // Lets all go and waits until none is left.
  void release() {
    std::unique_lock lock(mutex_);
    stuck_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return answered_ == asked_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stuck_ = false;
  int asked_ = 0, answered_ = 0;
};

Resolver& resolver() {
  static auto* instance = new Resolver;  // outlives detached resolver threads
  return *instance;
}

}  // namespace
}  // namespace llm

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string host = name ? name : "";
  if (!host.ends_with(".test")) return real(name, service, hints, result);
  llm::resolver().resolve(host);
  if (host.ends_with(".missing.test")) return EAI_NONAME;
  return real("127.0.0.1", service, hints, result);
}

namespace llm {
namespace {

std::string url_of(const Peer& peer, const std::string& host) {
  return "http://" + host + ":" + std::to_string(peer.port()) + "/";
}

Peer::Script ok() {
  return [](Connection& c) {
    while (!c.read_request().empty()) c.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  };
}

class SlowResolver : public testing::Test {
 protected:
  SlowResolver() { resolver().hold(); }
  ~SlowResolver() override { resolver().release(); }

  Peer peer_{ok()};
  Engine engine_;
};

TEST_F(SlowResolver, DelaysNobodyElse) {
  Recorder stuck, other;
  engine_.client.start(get(url_of(peer_, "a.stuck.test")), stuck);
  ASSERT_TRUE(turn_until(engine_.loop, [] { return resolver().asked() == 1; }));
  engine_.run(get(url_of(peer_, "b.test")), other);
  EXPECT_EQ(other.report().end, TransportEnd::complete);
  EXPECT_FALSE(stuck.ended());
  engine_.client.cancel_all();
}

// Without QUICK_EXIT, giving up would wait for the resolver's thread.
TEST_F(SlowResolver, IsGivenUpWithoutWaitingForIt) {
  Recorder cancelled, late;
  HttpCall call = get(url_of(peer_, "a.stuck.test"));
  const auto id = engine_.client.start(call, cancelled);
  call.connect_timeout = 20ms;
  engine_.client.start(call, late);
  ASSERT_TRUE(turn_until(engine_.loop, [] { return resolver().asked() == 2; }));
  engine_.client.cancel(id);
  EXPECT_EQ(cancelled.report().end, TransportEnd::cancelled);
  ASSERT_TRUE(turn_until(engine_.loop, [&] { return late.ended(); }));
  EXPECT_EQ(late.report().end, TransportEnd::connect_deadline_dns);
  EXPECT_FALSE(late.report().resolved);
  EXPECT_EQ(resolver().answered(), 0);
  EXPECT_EQ(peer_.accepted(), 0);
}

TEST_F(SlowResolver, IsTheResolvePhase) {
  Recorder got;
  engine_.client.start(get(url_of(peer_, "a.stuck.test")), got);
  ASSERT_TRUE(turn_until(engine_.loop, [] { return resolver().asked() == 1; }));
  const MonoTime released = mono_now();
  resolver().release();
  ASSERT_TRUE(turn_until(engine_.loop, [&] { return got.ended(); }));
  EXPECT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
  EXPECT_LT(got.report().started, released);
  EXPECT_GE(*got.report().resolved, released);
}

TEST(Resolver, UnknownNamesAreDnsFailures) {
  resolver().hold();
  Engine engine;
  Recorder got;
  engine.run(get("http://host.missing.test/"), got);
  EXPECT_EQ(got.report().end, TransportEnd::dns_failed);
  EXPECT_THAT(got.report().detail, testing::HasSubstr("host.missing.test"));
  EXPECT_FALSE(got.report().resolved);
}

TEST(Resolver, ColdCallsAskEachTimeKeptOnesOnce) {
  for (const bool reuse : {false, true}) {
    resolver().hold();
    Peer peer(ok());
    Engine engine;
    for (int i = 0; i < 3; ++i) {
      HttpCall call = get(url_of(peer, "c.test"));
      call.reuse_connection = reuse;
      Recorder got;
      engine.run(call, got);
      EXPECT_EQ(got.report().end, TransportEnd::complete);
    }
    EXPECT_EQ(resolver().asked(), reuse ? 1 : 3);
  }
}

}  // namespace
}  // namespace llm
