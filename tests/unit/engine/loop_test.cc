#include "engine/loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "engine/deadline.h"

namespace llm {
namespace {

using namespace std::chrono_literals;

class Pipe {
 public:
  Pipe() {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_.data()) != 0) std::abort();
  }
  ~Pipe() {
    close(fds_[0]);
    close(fds_[1]);
  }
  int end() const { return fds_[0]; }
  void fill() const { EXPECT_EQ(write(fds_[1], "x", 1), 1); }
  void drain() const {
    char c;
    EXPECT_EQ(read(fds_[0], &c, 1), 1);
  }

 private:
  std::array<int, 2> fds_{};
};

TEST(Loop, TellsWhichDescriptorIsReady) {
  Loop loop;
  const Pipe a, b;
  std::string seen;
  loop.watch(a.end(), EPOLLIN, [&](std::uint32_t events) {
    EXPECT_EQ(events, static_cast<std::uint32_t>(EPOLLIN));
    seen += 'a';
    a.drain();
  });
  loop.watch(b.end(), EPOLLIN, [&](std::uint32_t) { seen += 'b'; });
  loop.turn(0ms);
  EXPECT_EQ(seen, "");
  a.fill();
  loop.turn(0ms);
  EXPECT_EQ(seen, "a");
  loop.turn(0ms);
  EXPECT_EQ(seen, "a");
  loop.change(b.end(), EPOLLIN | EPOLLOUT);
  loop.turn(0ms);
  EXPECT_EQ(seen, "ab");
  loop.unwatch(b.end());
  loop.turn(0ms);
  EXPECT_EQ(seen, "ab");
}

TEST(Loop, RefusesWhatEpollRefuses) {
  Loop loop;
  EXPECT_FALSE(loop.watch(9999, EPOLLIN, [](std::uint32_t) {}));
  EXPECT_FALSE(loop.change(9999, EPOLLIN));
  loop.unwatch(9999);
}

TEST(Loop, ACallbackMayUnwatchItselfAndItsNeighbours) {
  Loop loop;
  const Pipe a, b;
  int calls = 0;
  const auto once = [&, canary = std::string("captured, and freed too early?")](std::uint32_t) {
    ++calls;
    loop.unwatch(a.end());
    loop.unwatch(b.end());
    EXPECT_EQ(canary, "captured, and freed too early?");
  };
  loop.watch(a.end(), EPOLLIN, once);
  loop.watch(b.end(), EPOLLIN, once);
  a.fill();
  b.fill();
  loop.turn(0ms);
  loop.turn(0ms);
  EXPECT_EQ(calls, 1);
}

TEST(Loop, AReusedDescriptorNumberDoesNotGetItsPredecessorsEvents) {
  Loop loop;
  const Pipe a, b;
  std::string seen;
  const auto replace = [&](int fd, char name) {
    loop.unwatch(fd);
    loop.watch(fd, EPOLLIN, [&seen, name](std::uint32_t) { seen += name; });
  };
  loop.watch(a.end(), EPOLLIN, [&](std::uint32_t) { replace(b.end(), 'n'); });
  loop.watch(b.end(), EPOLLIN, [&](std::uint32_t) { replace(a.end(), 'n'); });
  a.fill();
  b.fill();
  loop.turn(0ms);  // one of the two ran and replaced the other, whose event is stale
  EXPECT_EQ(seen, "");
}

TEST(Loop, TimersFireInOrderAndNeverEarly) {
  Loop loop;
  std::string fired;
  const MonoTime now = mono_now();
  const auto note = [&](MonoTime when, char name) {
    return [&, when, name] {
      EXPECT_GE(mono_now(), when);
      fired += name;
      if (name == 'c') loop.stop();
    };
  };
  for (const auto& [delay, name] :
       {std::pair{2'300us, 'c'}, std::pair{700us, 'a'}, std::pair{1'500us, 'b'}}) {
    loop.at(now + delay, note(now + delay, name));
  }
  const auto never = loop.at(now + 1ms, note(now + 1ms, 'x'));
  loop.cancel(never);
  loop.run();
  EXPECT_EQ(fired, "abc");
  EXPECT_GT(loop.last_timer_lag(), 0ns);
}

TEST(Loop, ATimerThatSetsItselfAgainLeavesTheTurnToOthers) {
  Loop loop;
  int fired = 0;
  std::function<void()> again = [&] {
    ++fired;
    loop.at(mono_now(), again);
  };
  loop.at(mono_now(), again);
  loop.turn(0ms);
  EXPECT_EQ(fired, 1);
  loop.turn(0ms);
  EXPECT_EQ(fired, 2);
}

TEST(Loop, DoesPostedWorkInOrderFromAnyThread) {
  Loop loop;
  std::vector<int> done;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&done, i] { done.push_back(i); });
    loop.post([&loop] { loop.stop(); });
  });
  loop.run();
  other.join();
  ASSERT_EQ(done.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
}

TEST(Loop, WorkPostedByWorkIsDoneInTheNextTurn) {
  Loop loop;
  std::string order;
  loop.post([&] {
    order += 'a';
    loop.post([&] { order += 'b'; });
  });
  loop.turn(0ms);
  EXPECT_EQ(order, "a");
  loop.turn(0ms);
  EXPECT_EQ(order, "ab");
}

TEST(Loop, StopsFromAnyThreadAndRunsAgain) {
  Loop loop;
  for (int i = 0; i < 3; ++i) {
    bool done = false;
    std::thread other([&] {
      loop.post([&done] { done = true; });
      loop.stop();
    });
    loop.run();
    other.join();
    EXPECT_TRUE(done) << "posted before stop(), so done before run() returns";
  }
  loop.stop();
  loop.run();  // a stop() that comes before run() is not lost
}

TEST(Loop, AnExceptionEndsItsCallbackOnly) {
  Loop loop;
  std::string done;
  loop.post([] { throw std::runtime_error("posted"); });
  loop.post([&] { done += 'p'; });
  loop.at(mono_now(), [] { throw std::runtime_error("timer"); });
  loop.at(mono_now(), [&] { done += 't'; });
  loop.turn(0ms);
  EXPECT_EQ(done, "tp");
}

TEST(Deadline, MovedLaterItFiresOnceAndThen) {
  Loop loop;
  std::vector<MonoTime> fired;
  Deadline deadline(loop, [&] {
    fired.push_back(mono_now());
    loop.stop();
  });
  const MonoTime start = mono_now();
  deadline.set(start + 1ms);
  deadline.set(start + 60ms);
  deadline.set(start + 50ms);
  loop.run();
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_GE(fired[0], start + 50ms);
  loop.turn(20ms);
  EXPECT_EQ(fired.size(), 1U);
}

TEST(Deadline, MovedEarlierOrAwayItObeys) {
  Loop loop;
  int fired = 0;
  Deadline deadline(loop, [&] { ++fired; });
  deadline.set(mono_now() + 1h);
  deadline.set(mono_now());
  loop.turn(0ms);
  EXPECT_EQ(fired, 1);
  deadline.set(mono_now());
  deadline.set(std::nullopt);
  loop.turn(1ms);
  EXPECT_EQ(fired, 1);
}

TEST(Deadline, MayBeDestroyedByItsOwnCallback) {
  Loop loop;
  std::optional<Deadline> deadline;
  deadline.emplace(loop, [&] { deadline.reset(); });
  deadline->set(mono_now());
  loop.turn(0ms);
  EXPECT_FALSE(deadline);
}

}  // namespace
}  // namespace llm
