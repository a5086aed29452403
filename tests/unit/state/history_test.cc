#include "state/history.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "unit/state/make_probe.h"

namespace llm {
namespace {

using test::at;
using test::make_result;
using test::make_target;

// The start of a UTC day, an hour and a quarter.
constexpr double kMidnight = 1'790'035'200;

struct Probe {
  double at;
  Outcome outcome;
};

History after(const std::vector<Probe>& probes) {
  History history;
  for (const auto& p : probes)
    history = remember(history, make_result(make_target(), p.outcome), at(p.at));
  return history;
}

TEST(History, TellsHowLongItHasBeenSo) {
  const double t = kMidnight;
  const struct {
    const char* what;
    std::vector<Probe> probes;
    State state;
    double since;
  } rows[] = {
      {"never probed", {}, State::unknown, kUnknown},
      {"first probe", {{t, Outcome::ok}}, State::up, t},
      {"it goes on", {{t, Outcome::ok}, {t + 60, Outcome::ok_empty}}, State::up, t},
      {"a change", {{t, Outcome::ok}, {t + 60, Outcome::overloaded}}, State::down, t + 60},
      {"another class of the same state",
       {{t, Outcome::connect}, {t + 60, Outcome::overloaded}, {t + 120, Outcome::stalled}},
       State::down,
       t},
      {"back again",
       {{t, Outcome::ok}, {t + 60, Outcome::dns}, {t + 120, Outcome::ok}},
       State::up,
       t + 120},
      {"first is our own failure", {{t, Outcome::internal}}, State::unknown, t},
  };
  for (const auto& row : rows) {
    const auto history = after(row.probes);
    EXPECT_EQ(history.state, row.state) << row.what;
    if (std::isnan(row.since))
      EXPECT_TRUE(std::isnan(history.since_unix_seconds)) << row.what;
    else
      EXPECT_EQ(history.since_unix_seconds, row.since) << row.what;
  }
}

TEST(History, SlowIsAStateOfItsOwn) {
  auto result = make_result(make_target(), Outcome::ok);
  result.ttft_seconds = result.target->ttft_threshold_seconds + 1;
  result.http_status = 200;
  const auto history = remember({}, result, at(kMidnight));
  EXPECT_EQ(history.state, State::degraded);
  EXPECT_EQ(state_of(recent(history, 0)), State::degraded);
  EXPECT_FLOAT_EQ(recent(history, 0).ttft_seconds, 4);
  EXPECT_EQ(recent(history, 0).http_status, 200);
}

TEST(History, AvailabilityCountsOnlyWhatTheProviderDid) {
  const double t = kMidnight;
  const struct {
    const char* what;
    std::vector<Probe> probes;
    std::array<std::uint32_t, 3> good_failed_excluded;
    double availability;
    Outcome worst;
  } rows[] = {
      {"nothing", {}, {0, 0, 0}, kUnknown, Outcome::ok},
      {"all good", {{t, Outcome::ok}, {t + 1, Outcome::ok_empty}}, {2, 0, 0}, 1, Outcome::ok_empty},
      {"half", {{t, Outcome::ok}, {t + 1, Outcome::stalled}}, {1, 1, 0}, .5, Outcome::stalled},
      {"only 429s", {{t, Outcome::rate_limited}}, {0, 0, 1}, kUnknown, Outcome::rate_limited},
      {"a 429 is not an outage",
       {{t, Outcome::rate_limited}, {t + 1, Outcome::ok}},
       {1, 0, 1},
       1,
       Outcome::rate_limited},
      {"our network is not theirs",
       {{t, Outcome::local_network}, {t + 1, Outcome::internal}, {t + 2, Outcome::ok}},
       {1, 0, 2},
       1,
       Outcome::internal},
      {"the latest of the gravest",
       {{t, Outcome::connect}, {t + 1, Outcome::dns}, {t + 2, Outcome::auth}},
       {0, 2, 1},
       0,
       Outcome::dns},
  };
  for (const auto& row : rows) {
    const auto history = after(row.probes);
    for (const auto& tally : {history.hour.sum(t + 10), history.day.sum(t + 10)}) {
      EXPECT_EQ(tally.good, row.good_failed_excluded[0]) << row.what;
      EXPECT_EQ(tally.failed, row.good_failed_excluded[1]) << row.what;
      EXPECT_EQ(tally.excluded, row.good_failed_excluded[2]) << row.what;
      EXPECT_EQ(tally.worst, row.worst) << row.what;
      if (std::isnan(row.availability))
        EXPECT_TRUE(std::isnan(tally.availability())) << row.what;
      else
        EXPECT_DOUBLE_EQ(tally.availability(), row.availability) << row.what;
    }
  }
}

TEST(History, EveryOutcomeIsExactlyOneOfThree) {
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const auto tally = after({{kMidnight, outcome}}).hour.sum(kMidnight);
    EXPECT_EQ(tally.probes(), 1U) << i;
    EXPECT_EQ(tally.good, success(outcome) ? 1U : 0U) << i;
    EXPECT_EQ(tally.failed, fault(outcome) == Fault::provider ? 1U : 0U) << i;
  }
}

TEST(History, StretchesEndWithTheClock) {
  const auto history = after({{kMidnight + 59, Outcome::ok}, {kMidnight + 60, Outcome::dns}});
  const double now = kMidnight + 61;
  EXPECT_EQ(history.hour.at(now, 0).failed, 1U);
  EXPECT_EQ(history.hour.at(now, 1).good, 1U);
  EXPECT_EQ(history.hour.at(now, 2).probes(), 0U);
  EXPECT_EQ(history.day.at(now, 0).probes(), 2U) << "the same quarter of an hour";
  EXPECT_EQ(history.hour.sum(now + 59 * 60).probes(), 1U) << "the older minute is out of the hour";
  EXPECT_EQ(history.hour.sum(now + 3'600).probes(), 0U);
  EXPECT_EQ(history.day.sum(now + 86'399 - 900).probes(), 2U);
  EXPECT_EQ(history.day.sum(now + 86'400).probes(), 0U);
}

TEST(History, LongSilenceLeavesNothingOld) {
  const auto history = after({{kMidnight, Outcome::dns}, {kMidnight + 7 * 86'400, Outcome::ok}});
  const auto day = history.day.sum(kMidnight + 7 * 86'400);
  EXPECT_EQ(day.probes(), 1U);
  EXPECT_EQ(day.good, 1U);
}

TEST(History, ClockThatIsSetBackLosesNothingNearAndKeepsNothingFar) {
  const auto near = after({{kMidnight, Outcome::ok}, {kMidnight - 120, Outcome::ok}});
  EXPECT_EQ(near.hour.sum(kMidnight - 120).probes(), 1U) << "what has not been is not shown";
  EXPECT_EQ(near.hour.sum(kMidnight).probes(), 2U);
  const auto far = after({{kMidnight, Outcome::dns}, {kMidnight - 9 * 86'400, Outcome::ok}});
  EXPECT_EQ(far.day.sum(kMidnight - 9 * 86'400).failed, 0U);
  EXPECT_EQ(far.day.sum(kMidnight - 9 * 86'400).good, 1U);
}

TEST(History, SaysWhetherTheSingleProbesAreAllOfTheHour) {
  History history;
  double now = kMidnight;
  for (std::size_t i = 0; i < kRecentProbes + 10; ++i, now += 60)
    history = remember(history, make_result(make_target(), Outcome::ok), at(now));
  EXPECT_TRUE(recent_covers_hour(history, now)) << "one a minute";
  for (std::size_t i = 0; i < 20; ++i, now += 30)
    history = remember(history, make_result(make_target(), Outcome::ok), at(now));
  EXPECT_FALSE(recent_covers_hour(history, now)) << "two a minute";
  EXPECT_TRUE(recent_covers_hour(after({{now, Outcome::ok}}), now)) << "all there ever were";
}

TEST(History, CostIsOfTheUtcDayAndUnknownUntilTold) {
  auto paid = make_result(make_target(), Outcome::ok);
  paid.cost_usd = .25;
  auto absurd = paid;
  absurd.cost_usd = 1e9;
  History history = remember({}, make_result(make_target(), Outcome::ok), at(kMidnight - 120));
  EXPECT_TRUE(std::isnan(cost_today_usd(history, kMidnight - 120)));
  history = remember(history, paid, at(kMidnight - 60));
  history = remember(history, absurd, at(kMidnight - 50));
  EXPECT_EQ(cost_today_usd(history, kMidnight - 1), .25);
  EXPECT_TRUE(std::isnan(cost_today_usd(history, kMidnight))) << "a new day";
  history = remember(history, paid, at(kMidnight + 1));
  history = remember(history, paid, at(kMidnight + 2));
  EXPECT_EQ(cost_today_usd(history, kMidnight + 3), .5);
}

TEST(History, ACheckThatDoesNotCountIsOnlyPaidFor) {
  const auto before = after({{kMidnight, Outcome::overloaded}});
  auto check = make_result(make_target(), Outcome::ok);
  check.check = true;
  check.counts = false;
  check.cost_usd = 0.5;
  const auto now = remember(before, check, at(kMidnight + 60));
  EXPECT_EQ(now.state, State::down);
  EXPECT_EQ(now.since_unix_seconds, kMidnight);
  EXPECT_EQ(now.size, before.size);
  EXPECT_EQ(cost_today_usd(now, kMidnight + 60), 0.5);
}

TEST(History, CancelledProbeNeverWas) {
  auto result = make_result(make_target(), Outcome::dns);
  result.cancelled = true;
  const auto history = remember({}, result, at(kMidnight));
  EXPECT_EQ(history.size, 0U);
  EXPECT_EQ(history.hour.sum(kMidnight).probes(), 0U);
}

TEST(History, CheckThatDoesNotCountCostsAndTellsNothing) {
  auto result = make_result(make_target(), Outcome::ok);
  result.check = true;
  result.counts = false;
  result.cost_usd = .5;
  const auto history = remember(after({{kMidnight, Outcome::dns}}), result, at(kMidnight + 5));
  EXPECT_EQ(history.state, State::down);
  EXPECT_EQ(history.size, 1U);
  EXPECT_EQ(cost_today_usd(history, kMidnight + 6), .5);
}

TEST(History, LatencyOfACheaperCheckIsNotTheTargets) {
  auto result = make_result(make_target(), Outcome::ok);
  result.check = true;
  result.ttft_seconds = .5;
  const auto history = remember({}, result, at(kMidnight));
  EXPECT_TRUE(recent(history, 0).cheaper);
  EXPECT_TRUE(std::isnan(recent(history, 0).ttft_seconds));
}

// Whatever is probed at whatever pace: the sums are those of a naive list of all probes.
TEST(History, AgreesWithAListOfAllProbes) {
  for (const std::uint32_t seed : {1U, 2U, 3U, 4U, 5U}) {
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::size_t> any(0, kOutcomes - 1);
    std::uniform_real_distribution<double> pause(1, seed % 2 == 0 ? 40 : 400);
    std::vector<Probe> all;
    History history;
    double now = kMidnight + seed * 1'234.5;
    for (int i = 0; i < 3'000; ++i, now += pause(random)) {
      all.push_back({now, static_cast<Outcome>(any(random))});
      history = remember(history, make_result(make_target(), all.back().outcome), at(now));
      if (i % 97 != 0) continue;
      // Of the minute, or quarter, that now is in and those before it.
      const auto naive = [&](double stretch, double n) {
        const double begin = (std::floor(now / stretch) - n + 1) * stretch;
        Tally sum;
        for (const auto& p : all) {
          if (p.at < begin) continue;
          if (success(p.outcome))
            ++sum.good;
          else if (fault(p.outcome) == Fault::provider)
            ++sum.failed;
          else
            ++sum.excluded;
        }
        return sum;
      };
      const auto same = [](const Tally& a, const Tally& b) {
        return a.good == b.good && a.failed == b.failed && a.excluded == b.excluded;
      };
      ASSERT_TRUE(same(history.hour.sum(now), naive(60, 60))) << seed << " " << i;
      ASSERT_TRUE(same(history.day.sum(now), naive(900, 96))) << seed << " " << i;
      for (std::size_t back = 0; back < history.size; ++back)
        ASSERT_EQ(recent(history, back).outcome, all[all.size() - 1 - back].outcome);
    }
  }
}

}  // namespace
}  // namespace llm
