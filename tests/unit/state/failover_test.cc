// Which target of a group is recommended, on a fake clock.
#include "state/failover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace llm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A candidate as a letter: Healthy, Wavering (healthy, but its last check failed), Slow, Down;
// of what is unknown, last well (u) or bad (b).
Candidate candidate(char letter) {
  Candidate c;
  const bool known = std::string_view("HWSD").find(letter) != std::string_view::npos;
  c.health.healthy = letter != 'D' && letter != 'b';
  c.health.steady = letter == 'H' || letter == 'S';
  c.health.verdict = !known             ? Verdict::unknown
                     : c.health.healthy ? Verdict::healthy
                                        : Verdict::unhealthy;
  c.health.reason = std::string("reason ") + letter;
  c.slow = letter == 'S';
  if (c.slow) c.evidence.ttft_p95_seconds = 4.25;
  return c;
}

std::vector<Candidate> candidates(std::string_view letters) {
  std::vector<Candidate> result;
  for (const char letter : letters) result.push_back(candidate(letter));
  return result;
}

FailoverGroup group_of(std::size_t size) {
  FailoverGroup group;
  group.name = "chat";
  for (std::size_t i = 0; i < size; ++i) group.targets.push_back(std::string(1, char('a' + i)));
  group.max_ttft = Millis(3'000);
  return group;
}

// Each step: at that second, with the targets in that condition, this one is recommended. The dwell
// is 300 s.
struct Step {
  double at;
  const char* candidates;
  const char* recommended;
};
struct Scenario {
  const char* what;
  std::vector<Step> steps;
};

TEST(Failover, EveryScenario) {
  const Scenario scenarios[] = {
      {"the primary while it is healthy", {{0, "HHH", "a"}, {900, "HDH", "a"}, {901, "HSu", "a"}}},
      {"nothing known: the primary", {{0, "uuu", "a"}}},
      {"a fallback with a verdict attracts nobody from a primary without one",
       {{0, "uHH", "a"}, {900, "uHH", "a"}}},
      {"away from a primary that is down, at once", {{0, "HHH", "a"}, {1, "DHH", "b"}}},
      {"over what is down, and over what is not known to be good",
       {{0, "HHH", "a"}, {1, "DDH", "c"}, {2, "DDu", "c"}}},
      {"to what is unknown only if nothing better is left", {{0, "DuD", "b"}, {1, "DuH", "b"}}},
      {"to what is slow before what is unknown", {{0, "DuS", "c"}}},
      {"back after the dwell",
       {{0, "DHH", "b"}, {10, "HHH", "b"}, {299.9, "HHH", "b"}, {300, "HHH", "a"}}},
      {"not back to what has just failed",
       {{0, "DHH", "b"}, {300, "WHH", "b"}, {301, "HWH", "a"}, {302, "WHH", "a"}}},
      {"not back to what has no verdict", {{0, "DHH", "b"}, {400, "uHH", "b"}, {401, "HHH", "a"}}},
      {"back from what is unknown", {{0, "DHD", "b"}, {400, "HuD", "a"}}},
      {"away from a fallback that is down, within the dwell",
       {{0, "DHH", "b"}, {1, "DDH", "c"}, {2, "HHH", "c"}, {300, "HHH", "c"}, {301, "HHH", "a"}}},
      {"back within the dwell only if the fallback is down",
       {{0, "DHD", "b"}, {5, "HHD", "b"}, {6, "HDD", "a"}}},
      {"a step towards the primary", {{0, "DDH", "c"}, {300, "DHH", "b"}, {600, "HHH", "a"}}},
      {"none is healthy: the primary",
       {{0, "DHD", "b"}, {1, "DDD", "a"}, {2, "DDD", "a"}, {3, "DHD", "b"}}},
      {"what was bad before its data grew old is still avoided", {{0, "bHu", "b"}}},
      {"our network down: nothing moves",
       {{0, "DHH", "b"}, {400, "buu", "b"}, {900, "buu", "b"}, {901, "HHH", "a"}}},
      {"away from what is slow, after the dwell",
       {{0, "HHH", "a"}, {1, "SHH", "b"}, {2, "HSH", "b"}, {300, "HSH", "b"}, {301, "HSH", "a"}}},
      {"all slow: the order", {{0, "SSS", "a"}, {1, "DSS", "b"}, {400, "SSS", "b"}}},
      {"a clock that was set back does not hold it for ever",
       {{1'000'000, "DHH", "b"}, {10, "HHH", "a"}}},
  };
  const auto group = group_of(3);
  for (const auto& scenario : scenarios) {
    SCOPED_TRACE(scenario.what);
    Recommendation recommendation;
    for (const auto& step : scenario.steps) {
      recommendation = decide(recommendation, candidates(step.candidates), group, step.at);
      EXPECT_EQ(group.targets[recommendation.index], step.recommended) << "at " << step.at;
    }
  }
}

TEST(Failover, EveryCandidateHasItsReason) {
  const auto group = group_of(3);
  const struct {
    const char* candidates;
    Recommendation recommendation;
    const char* why;
    std::vector<std::string> rejected;
  } rows[] = {
      {"HHD",
       {0, kUnknown},
       "the primary is healthy",
       {"", "healthy, but a is preferred", "reason D"}},
      {"uHS",
       {0, kUnknown},
       "nothing known against the primary: reason u",
       {"", "healthy, but a is preferred", "p95 TTFT 4.25 s is over max_ttft 3s"}},
      {"SSD",
       {0, kUnknown},
       "the primary, although its p95 TTFT 4.25 s is over max_ttft 3s",
       {"", "p95 TTFT 4.25 s is over max_ttft 3s", "reason D"}},
      {"DHH", {1, 50}, "a: reason D", {"reason D", "", "healthy, but b is preferred"}},
      {"HHH",
       {2, 50},
       "a: healthy, but a recommendation stays for 5m, this one until 1970-01-01T00:05:50Z",
       {"healthy, but a recommendation stays for 5m, this one until 1970-01-01T00:05:50Z",
        "healthy, but a is preferred", ""}},
      {"DDb", {0, kUnknown}, "no target is healthy, so the primary", {"", "reason D", "reason b"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.candidates);
    const auto told = explain(row.recommendation, candidates(row.candidates), group, 100);
    EXPECT_EQ(told.why, row.why);
    EXPECT_EQ(told.rejected, row.rejected);
  }
}

TEST(Failover, TheLogSaysWhatCausedTheChange) {
  const auto group = group_of(2);
  const struct {
    const char* candidates;
    std::size_t from, to;
    const char* why;
  } rows[] = {
      {"DH", 0, 1, "a: reason D"},
      {"SH", 0, 1, "a: p95 TTFT 4.25 s is over max_ttft 3s"},
      {"HH", 1, 0, "a: reason H"},
      {"HD", 1, 0, "b: reason D"},
      {"DD", 1, 0, "no target is healthy, so the primary"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.why);
    const auto change = describe_change(row.from, {row.to, 7}, candidates(row.candidates), group);
    EXPECT_EQ(change.from, group.targets[row.from]);
    EXPECT_EQ(change.to, group.targets[row.to]);
    EXPECT_EQ(change.at_unix_seconds, 7);
    EXPECT_EQ(change.why, row.why);
  }
}

// Random histories of random groups. What must hold at every moment:
//  1. a target that is known to be down is not recommended while another is known to be healthy;
//  2. within the dwell since a change there is no other, but from a target that is down;
//  3. a change leads to what is not down, or, when all are, to the primary;
//  4. who is left though not down is left for one that is steadily healthy, and earlier or quicker.
TEST(Failover, HoldsItsPromisesInEveryHistory) {
  std::mt19937 random(11);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  int changes = 0, forced_within_dwell = 0, returns = 0;
  for (int history = 0; history < 400; ++history) {
    const auto size = 1 + pick(5);
    auto group = group_of(size);
    group.dwell = Millis(1'000 * (1 + pick(300)));
    const double dwell = to_seconds(group.dwell);
    std::string letters(size, 'u');
    Recommendation now_recommended;
    double now = 1'700'000'000;
    for (int step = 0; step < 250; ++step) {
      now += static_cast<double>(pick(40));
      for (std::size_t i = pick(3); i > 0; --i) letters[pick(size)] = "HHHWDDSub"[pick(9)];
      const auto c = candidates(letters);
      const auto before = now_recommended;
      now_recommended = decide(before, c, group, now);

      ASSERT_LT(now_recommended.index, size);
      const auto& chosen = c[now_recommended.index];
      const auto is_healthy = [](const Candidate& x) {
        return x.health.verdict == Verdict::healthy;
      };
      if (!chosen.health.healthy) {
        ASSERT_TRUE(std::ranges::none_of(c, is_healthy)) << letters;
        ASSERT_EQ(now_recommended.index, 0U) << letters;
        ASSERT_TRUE(std::ranges::none_of(c, [](const Candidate& x) { return x.health.healthy; }));
      }
      if (now_recommended.index == before.index) {
        ASSERT_TRUE(now_recommended.changed_at_unix_seconds == before.changed_at_unix_seconds ||
                    std::isnan(before.changed_at_unix_seconds));
        continue;
      }
      ++changes;
      ASSERT_EQ(now_recommended.changed_at_unix_seconds, now);
      const auto& left = c[before.index];
      const bool within_dwell = now - before.changed_at_unix_seconds < dwell;
      if (within_dwell) {
        ASSERT_FALSE(left.health.healthy) << letters << " changed twice within the dwell";
        ++forced_within_dwell;
      }
      if (left.health.healthy) {
        ++returns;
        ASSERT_TRUE(is_healthy(chosen) && chosen.health.steady && !chosen.slow) << letters;
        ASSERT_TRUE(now_recommended.index < before.index || left.slow) << letters;
      }
      const auto told = explain(now_recommended, c, group, now);
      for (std::size_t i = 0; i < size; ++i) {
        ASSERT_EQ(told.rejected[i].empty(), i == now_recommended.index);
      }
    }
  }
  // The histories were worth it.
  EXPECT_GT(changes, 1000);
  EXPECT_GT(forced_within_dwell, 100);
  EXPECT_GT(returns, 100);
}

}  // namespace
}  // namespace llm
