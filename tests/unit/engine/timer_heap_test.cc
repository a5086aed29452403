#include "engine/timer_heap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace llm {
namespace {

using std::chrono::seconds;
constexpr TimerHeap::Id kAll = std::numeric_limits<TimerHeap::Id>::max();

const MonoTime kStart{};

class TimerHeapTest : public testing::Test {
 protected:
  TimerHeap::Id add(int second, char name) {
    return heap_.add(kStart + seconds(second), [this, name] { fired_ += name; });
  }
  std::string fire(int second, TimerHeap::Id limit = kAll) {
    fired_.clear();
    while (auto due = heap_.pop(kStart + seconds(second), limit)) due->callback();
    return fired_;
  }

  TimerHeap heap_;
  std::string fired_;
};

TEST_F(TimerHeapTest, FiresInOrderOfTimeThenOfSetting) {
  add(2, 'c');
  add(1, 'a');
  add(3, 'e');
  add(2, 'd');
  add(1, 'b');
  EXPECT_EQ(heap_.next(), kStart + seconds(1));
  EXPECT_EQ(fire(0), "");
  EXPECT_EQ(fire(2), "abcd");
  EXPECT_EQ(fire(9), "e");
  EXPECT_EQ(heap_.next(), std::nullopt);
}

TEST_F(TimerHeapTest, CancelledTimersNeitherFireNorCount) {
  const auto a = add(1, 'a');
  add(2, 'b');
  heap_.cancel(a);
  heap_.cancel(a);
  heap_.cancel(0);
  EXPECT_EQ(heap_.next(), kStart + seconds(2));
  EXPECT_EQ(fire(9), "b");
  heap_.cancel(a);  // long gone
}

TEST_F(TimerHeapTest, TimersSetAfterTheLimitWait) {
  add(1, 'a');
  const auto limit = heap_.next_id();
  add(0, 'b');
  add(2, 'c');
  EXPECT_EQ(fire(9, limit), "");  // 'b' is first in time
  EXPECT_EQ(fire(9), "bac");
}

TEST_F(TimerHeapTest, SetAndCancelledAHundredThousandTimesItStaysSmall) {
  add(5, 'x');
  for (int i = 0; i < 100'000; ++i) heap_.cancel(add(1000, 'y'));
  EXPECT_LT(heap_.entries(), 100U);
  EXPECT_EQ(fire(9999), "x");
}

}  // namespace
}  // namespace llm
