#include "base/slot.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/published.h"

namespace llm {
namespace {

struct Numbers {
  std::array<std::uint64_t, 64> n{};
  char odd_tail[3] = {};  // a size that is not whole words
};

TEST(Slot, HoldsWhatWasPut) {
  Slot<Numbers> slot;
  EXPECT_EQ(slot.get().n[63], 0U);
  Numbers value;
  value.n[63] = 7;
  value.odd_tail[2] = 'z';
  slot.put(value);
  EXPECT_EQ(slot.get().n[63], 7U);
  EXPECT_EQ(slot.get().odd_tail[2], 'z');
}

// The writer increments all fields together; a reader that sees two different numbers has seen
// half of a put. Meant for TSan as well.
TEST(Slot, ReadersNeverSeeATornValue) {
  constexpr std::uint64_t kPuts = 20'000;
  Slot<Numbers> slot;
  auto read = [&slot] {
    std::uint64_t last = 0;
    while (last < kPuts) {
      const auto value = slot.get();
      for (const auto n : value.n) ASSERT_EQ(n, value.n[0]);
      ASSERT_GE(value.n[0], last) << "time ran backwards";
      last = value.n[0];
    }
  };
  std::thread one(read), two(read);
  Numbers value;
  for (std::uint64_t i = 1; i <= kPuts; ++i) {
    value.n.fill(i);
    slot.put(value);
  }
  one.join();
  two.join();
  EXPECT_EQ(slot.get().n[0], kPuts);
}

TEST(Published, ReadersKeepWhatTheyGot) {
  Published<std::vector<int>> published;
  EXPECT_EQ(published.get(), nullptr);
  published.set(std::make_shared<const std::vector<int>>(100, 1));
  const auto old = published.get();
  std::thread reader([&published] {
    for (;;) {
      const auto value = published.get();
      for (const int i : *value) ASSERT_EQ(i, value->front());
      if (value->front() == 1000) return;
    }
  });
  for (int i = 2; i <= 1000; ++i) {
    published.set(std::make_shared<const std::vector<int>>(100, i));
  }
  reader.join();
  EXPECT_EQ(old->front(), 1);
  EXPECT_EQ(old.use_count(), 1);  // the slot let go of it
}

}  // namespace
}  // namespace llm
