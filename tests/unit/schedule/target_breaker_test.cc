// The breaker between schedule, budget and state, under a fake clock.
#include "schedule/target_breaker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace llm {
namespace {

using std::chrono::seconds;

const MonoTime kStart{seconds(5'000)};
const WallTime kWall{seconds(1'700'000'000)};

// One target on one schedule, whose probes take no time.
struct Bench {
  explicit Bench(const std::string& probe, const std::string& budget = "") {
    auto parsed = parse_config("providers: [{name: p, type: openrouter, api_key: {env: K}, " +
                                   budget + "probes: [{models: [m], " + probe + "}]}]",
                               "test.yml");
    EXPECT_TRUE(parsed) << to_string(parsed.error().at(0));
    config = std::move(*parsed);
    target = config.targets.at(0);
    spending.reconfigure(config);
  }
  ProbeResult slot(int n, Outcome outcome) {
    const auto now = kStart + n * seconds(60);
    choice = choose(target, breaker, spending, std::nullopt, now, kWall);
    ProbeResult result;
    result.target = target;
    result.kind = choice.what ? choice.what->kind : target->kind;
    result.outcome = outcome;
    if (!choice.what) return result;
    if (!choice.for_budget()) spending.settle(choice.grant, result, kWall);
    mark(result, choice, breaker);
    record(state, result, kWall + n * seconds(60));
    take(breaker, choice, result, state, now);
    return result;
  }

  Config config;
  std::shared_ptr<const Target> target;
  Budget spending{Config{}, {}};
  Breaker breaker;
  TargetState state;
  Choice choice;
};

TEST(TargetBreaker, WhatRunsIsTheTargetUntilItFailsForLong) {
  Bench bench("max_output_tokens: 99");
  for (int n = 0; n <= 5; ++n) {
    bench.slot(n, Outcome::timeout);
    EXPECT_EQ(bench.choice.what, bench.target) << n;
  }
  ASSERT_EQ(bench.breaker.state(), BreakerState::open) << "5 minutes and 5 failures";
  int own = 0;
  for (int n = 6; n <= 66; ++n) {
    const auto result = bench.slot(n, Outcome::timeout);
    own += bench.choice.what == bench.target ? 1 : 0;
    EXPECT_EQ(result.check, bench.choice.what != bench.target);
    EXPECT_EQ(bench.choice.what->kind, result.check ? Kind::key : Kind::stream);
  }
  EXPECT_LE(own, 6) << "1, 2, 4, 8, 16, 30 minutes";
  EXPECT_GE(own, 5) << "each a tenth longer, and to the next slot";
  EXPECT_EQ(bench.state.attempts, 67U);
  EXPECT_EQ(bench.state.failures, 67U) << "a check that fails is a failure";
  EXPECT_EQ(bench.state.consecutive_failures, 67U);
  EXPECT_FALSE(bench.state.substituted) << "not for the budget's sake";
}

TEST(TargetBreaker, AGoodCheckIsNoSuccessOfTheTarget) {
  Bench bench("max_output_tokens: 99");
  bench.slot(0, Outcome::quota_exhausted);
  ASSERT_EQ(bench.breaker.state(), BreakerState::open);
  const auto before = bench.state;
  int n = 1;
  while (bench.breaker.check(*breaker_rules(*bench.target), kStart + n * seconds(60)) ==
         Check::full) {
    bench.slot(n++, Outcome::quota_exhausted);
  }
  const auto attempts = bench.state.attempts;
  const auto result = bench.slot(n, Outcome::ok);
  EXPECT_FALSE(result.counts);
  EXPECT_TRUE(bench.breaker.wants_full());
  EXPECT_EQ(bench.state.attempts, attempts);
  EXPECT_EQ(bench.state.successes, 0U);
  EXPECT_EQ(bench.state.last.state, before.last.state) << "the verdict stands";
  EXPECT_EQ(bench.state.last.outcome, Outcome::quota_exhausted);
  EXPECT_GT(bench.state.last.at_unix_seconds, before.last.at_unix_seconds) << "and is fresh";

  EXPECT_TRUE(bench.slot(n, Outcome::quota_exhausted).counts);
  EXPECT_EQ(bench.choice.what, bench.target) << "at once";
  bench.slot(n + 1, Outcome::quota_exhausted);
  EXPECT_EQ(bench.choice.what->kind, Kind::stream) << "the free check was blind";
  EXPECT_EQ(bench.choice.what->max_output_tokens, 16U);
}

TEST(TargetBreaker, ARetiredModelOpensAtOnce) {
  Bench bench("interval: 1m");
  bench.slot(0, Outcome::not_found);
  bench.slot(1, Outcome::not_found);
  EXPECT_EQ(bench.breaker.state(), BreakerState::closed);
  bench.slot(2, Outcome::not_found);
  EXPECT_TRUE(bench.state.retired);
  EXPECT_EQ(bench.breaker.state(), BreakerState::open);
}

TEST(TargetBreaker, SwitchedOffItNeverOpens) {
  Bench bench("breaker: false");
  for (int n = 0; n < 100; ++n) {
    bench.slot(n, n < 50 ? Outcome::auth : Outcome::timeout);
    EXPECT_EQ(bench.choice.what, bench.target);
  }
  EXPECT_EQ(bench.breaker.opened(), 0U);
}

// A free check needs no money; what the breaker would rather ask does.
TEST(TargetBreaker, TheBudgetHasTheLastWord) {
  Bench bench("max_output_tokens: 99, breaker: {after: 0, failures: 2}",
              "budget: {tokens_per_day: 1}, ");
  for (int n = 0; n < 2; ++n) {
    const auto result = bench.slot(n, Outcome::timeout);
    EXPECT_TRUE(bench.choice.for_budget());
    EXPECT_FALSE(result.check);
    EXPECT_TRUE(bench.state.substituted);
  }
  ASSERT_EQ(bench.breaker.state(), BreakerState::open);
  for (int n = 2; n < 5; ++n) bench.slot(n, Outcome::ok);
  EXPECT_EQ(bench.state.successes, 3U) << "as while closed";
  EXPECT_EQ(bench.breaker.state(), BreakerState::closed);
}

TEST(TargetBreaker, ReadersSeeTheNextFullProbeInWallTime) {
  Bench bench("interval: 1m");
  auto seen = view(bench.breaker, kStart, kStart, kWall);
  EXPECT_EQ(seen.state, BreakerState::closed);
  EXPECT_TRUE(std::isnan(seen.next_full_unix_seconds));
  bench.slot(0, Outcome::auth);
  seen = view(bench.breaker, kStart + seconds(90), kStart, kWall);
  EXPECT_EQ(seen.state, BreakerState::open);
  EXPECT_EQ(seen.opened, 1U);
  EXPECT_EQ(seen.why, Outcome::auth);
  EXPECT_EQ(seen.next_full_unix_seconds, 1'700'000'090);
}

}  // namespace
}  // namespace llm
