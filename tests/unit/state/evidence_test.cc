// The numbers behind a failover decision.
#include "state/evidence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/state/make_probe.h"

namespace llm {
namespace {

using test::at;
using test::make_result;
using test::make_target;

constexpr double kNow = 1'700'000'000;

TEST(Evidence, OfNothingIsUnknown) {
  const auto evidence = gather({}, *make_target(), kNow);
  EXPECT_EQ(evidence.samples, 0U);
  for (const double number :
       {evidence.success_ratio, evidence.ttft_p95_seconds, evidence.headroom_ratio,
        evidence.input_usd_per_token, evidence.output_usd_per_token,
        evidence.checked_at_unix_seconds, score(evidence, 3)}) {
    EXPECT_TRUE(std::isnan(number));
  }
}

TEST(Evidence, CountsWhatCountsTowardsAvailabilityOfTheLastThirty) {
  const auto target = make_target();
  TargetState state;
  double now = kNow - 3000;
  const auto add = [&](Outcome outcome, std::optional<double> ttft = std::nullopt) {
    auto result = make_result(target, outcome);
    result.ttft_seconds = ttft;
    record(state, result, at(now += 60));
  };
  for (int i = 0; i < 10; ++i) add(Outcome::timeout);  // pushed out by what follows
  for (int i = 0; i < 24; ++i) add(Outcome::ok, 0.1 * (i + 1));
  for (int i = 0; i < 6; ++i) add(Outcome::overloaded);
  add(Outcome::rate_limited);
  add(Outcome::local_network);
  auto evidence = gather(state, *target, now);
  EXPECT_EQ(evidence.samples, 30U);
  EXPECT_DOUBLE_EQ(evidence.success_ratio, 0.8);
  EXPECT_DOUBLE_EQ(evidence.ttft_p95_seconds, 2.3) << "the 23rd of 24";
  EXPECT_EQ(evidence.checked_at_unix_seconds, now);

  // A window is an hour long at this interval.
  evidence = gather(state, *target, now + 3600 - 8 * 60);
  EXPECT_EQ(evidence.samples, 7U);
}

TEST(Evidence, HeadroomIsThatOfTheTightestLimitThatHolds) {
  const auto target = make_target();
  TargetState state;
  auto result = make_result(target, Outcome::ok);
  result.rate_limits = {{Resource::requests, LimitWindow::minute, 100, 5, 10},
                        {Resource::tokens, LimitWindow::minute, 1000, 600, 600},
                        {Resource::input_tokens, LimitWindow::minute, 1000, 900, std::nullopt},
                        {Resource::output_tokens, LimitWindow::minute, std::nullopt, 1, 600}};
  record(state, result, at(kNow));
  EXPECT_DOUBLE_EQ(gather(state, *target, kNow + 1).headroom_ratio, 0.05);
  EXPECT_DOUBLE_EQ(gather(state, *target, kNow + 11).headroom_ratio, 0.6) << "requests are reset";
  EXPECT_TRUE(std::isnan(gather(state, *target, kNow + 601).headroom_ratio)) << "all too old";
}

TEST(Evidence, Score) {
  const struct {
    double ratio, ttft, headroom, score;
  } rows[] = {
      {1, kUnknown, kUnknown, 1},  //
      {0.5, kUnknown, kUnknown, 0.5},
      {1, 3, 0.3, 1},
      {1, 1, 1, 1},
      {1, 6, kUnknown, 0.5},
      {1, 1, 0.15, 0.5},
      {0.5, 6, 0.15, 0.125},
      {1, 1, 0, 0},
  };
  for (const auto& row : rows) {
    Evidence evidence;
    evidence.success_ratio = row.ratio;
    evidence.ttft_p95_seconds = row.ttft;
    evidence.headroom_ratio = row.headroom;
    EXPECT_DOUBLE_EQ(score(evidence, 3), row.score) << row.ratio << " " << row.ttft;
  }
}

}  // namespace
}  // namespace llm
