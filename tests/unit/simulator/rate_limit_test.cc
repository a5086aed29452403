#include "simulator/rate_limit.h"

#include <gtest/gtest.h>

#include "simulator/budget.h"

namespace llm::sim {
namespace {

using namespace std::chrono_literals;

const MonoTime kStart{1'000h};

TEST(Bucket, CountsDownAndRefillsEvenly) {
  Bucket bucket({.limit = 60, .window = 60s}, kStart);
  const struct {
    Nanos at;
    double take, remaining;
    Nanos until_full;
  } rows[] = {{0s, 0, 60, 0s},  {0s, 45, 15, 45s}, {10s, 0, 25, 35s}, {10s, 25, 0, 60s},
              {12s, 0, 2, 58s}, {70s, 0, 60, 0s},  {900s, 0, 60, 0s}};
  for (const auto& row : rows) {
    bucket.take(row.take, kStart + row.at);
    EXPECT_NEAR(bucket.remaining(kStart + row.at), row.remaining, 1e-6);
    EXPECT_NEAR(to_seconds(bucket.until_full(kStart + row.at)), to_seconds(row.until_full), 1e-6);
  }
}

TEST(Bucket, SaysHowLongToWait) {
  Bucket bucket({.limit = 10, .window = 20s}, kStart);
  bucket.take(9, kStart);
  EXPECT_EQ(bucket.wait(1, kStart), 0s);
  EXPECT_EQ(bucket.wait(2, kStart), 2s);
  EXPECT_EQ(bucket.wait(2, kStart + 1s), 1s);
  EXPECT_EQ(bucket.wait(2, kStart + 2s), 0s);
}

TEST(Budget, NamesTheFirstShortageAndTakesNothing) {
  Budget budget({.requests = BucketSize{5, 5s},
                 .tokens = BucketSize{100, 10s},
                 .input_tokens = {},
                 .output_tokens = {}},
                kStart);
  EXPECT_FALSE(budget.take({.input_tokens = 60, .output_tokens = 20}, kStart));
  const auto shortage = budget.take({.input_tokens = 30, .output_tokens = 0}, kStart);
  ASSERT_TRUE(shortage);
  EXPECT_EQ(shortage->what, "tokens");
  EXPECT_EQ(shortage->wait, 1s);
  EXPECT_EQ(budget.requests->remaining(kStart), 4);
  EXPECT_EQ(budget.tokens->remaining(kStart), 20);
  EXPECT_FALSE(budget.take({.input_tokens = 30, .output_tokens = 0}, kStart + 1s));
}

TEST(Budget, LetsARequestLargerThanAFullBucketPassOnce) {
  Budget budget(
      {.requests = {}, .tokens = BucketSize{10, 10s}, .input_tokens = {}, .output_tokens = {}},
      kStart);
  EXPECT_FALSE(budget.take({.input_tokens = 500, .output_tokens = 0}, kStart));
  EXPECT_EQ(budget.take({.input_tokens = 500, .output_tokens = 0}, kStart)->wait, 10s);
}

}  // namespace
}  // namespace llm::sim
