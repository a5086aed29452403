// Whether traffic should be sent to a target, check by check.
#include "state/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "unit/state/make_probe.h"

namespace llm {
namespace {

using test::at;
using test::make_result;
using test::make_target;
using testing::HasSubstr;
using enum Outcome;

constexpr double kStart = 1'700'000'000;
constexpr double kInterval = 60;

// A target that has had these checks, one an interval; the last at kStart.
struct Checked {
  std::shared_ptr<Target> target = make_target();
  TargetState state;

  explicit Checked(const std::vector<Outcome>& outcomes) {
    double now = kStart - kInterval * static_cast<double>(outcomes.size() - 1);
    for (const auto outcome : outcomes) {
      record(state, make_result(target, outcome), at(now));
      now += kInterval;
    }
  }
  Health judged(double after = 0, bool vantage_down = false) const {
    return judge(state, *target, kStart + after, vantage_down);
  }
};

TEST(Health, OfEveryHistory) {
  const struct {
    std::vector<Outcome> checks;
    Verdict verdict;
    bool healthy;
    const char* reason;
  } rows[] = {
      // Too little data is no verdict, and nothing against the target.
      {{ok}, Verdict::unknown, true, "no verdict before 3 checks, so far 1"},
      {{overloaded, overloaded}, Verdict::unknown, true, "so far 2"},
      {{ok, ok_empty, ok}, Verdict::healthy, true, "3 good checks in a row"},
      {{ok, ok, overloaded}, Verdict::healthy, true, "1 failed check in a row, the last"},
      // Three in a row, whatever each was.
      {{ok, ok, ok, overloaded, overloaded}, Verdict::healthy, true, "3 take it out"},
      {{timeout, connect, stalled},
       Verdict::unhealthy,
       false,
       "3 failed checks in a row, the last: stalled"},
      {{ok, ok, ok, overloaded, ok, overloaded, overloaded}, Verdict::healthy, true, "2 failed"},
      // A 429 is no outage, but a request would fail all the same.
      {{ok, ok, ok, rate_limited}, Verdict::healthy, true, "the last: rate_limited"},
      {{ok, rate_limited, rate_limited, rate_limited},
       Verdict::unhealthy,
       false,
       "the last: rate_limited"},
      {{ok, rate_limited, overloaded, rate_limited}, Verdict::unhealthy, false, "3 failed"},
      // What does not heal by asking again.
      {{auth}, Verdict::unhealthy, false, "refused: auth"},
      {{ok, ok, ok, quota_exhausted}, Verdict::unhealthy, false, "refused: quota_exhausted"},
      {{ok, ok, ok, permission}, Verdict::unhealthy, false, "refused: permission"},
      {{ok, not_found, not_found, not_found}, Verdict::unhealthy, false, "model is gone"},
      // Our own fault neither counts nor resets.
      {{ok, ok, ok, local_network, local_network, local_network}, Verdict::healthy, true, "3 good"},
      {{overloaded, overloaded, bad_request, overloaded}, Verdict::unhealthy, false, "3 failed"},
      {{overloaded, internal, overloaded, blocked}, Verdict::unknown, true, "so far 2"},
      // Back after three good ones in a row.
      {{timeout, timeout, timeout, ok, ok},
       Verdict::unhealthy,
       false,
       "recovering: 2 good checks in a row of 3 after timeout"},
      {{timeout, timeout, timeout, ok, ok, timeout, ok, ok},
       Verdict::unhealthy,
       false,
       "recovering: 2"},
      {{timeout, timeout, timeout, ok, ok, rate_limited, ok},
       Verdict::unhealthy,
       false,
       "recovering: 1 good check in a row of 3"},
      {{timeout, timeout, timeout, ok, ok, ok}, Verdict::healthy, true, "3 good"},
      {{auth, ok, ok, ok}, Verdict::healthy, true, "3 good"},
      {{auth, ok, ok, ok, timeout, timeout}, Verdict::healthy, true, "2 failed"},
  };
  for (const auto& row : rows) {
    std::string trace;
    for (const auto outcome : row.checks) trace.append(to_string(outcome)).append(" ");
    SCOPED_TRACE(trace);
    const auto health = Checked(row.checks).judged();
    EXPECT_EQ(health.verdict, row.verdict);
    EXPECT_EQ(health.healthy, row.healthy);
    EXPECT_THAT(health.reason, HasSubstr(row.reason));
  }
}

TEST(Health, OutUntilTheBreakerHasClosed) {
  Checked checked({ok, ok, ok});
  for (const auto state : {BreakerState::open, BreakerState::half_open}) {
    checked.state.breaker.state = state;
    checked.state.breaker.why = timeout;
    const auto health = checked.judged();
    EXPECT_FALSE(health.healthy);
    EXPECT_EQ(health.reason, "its breaker is " + std::string(to_string(state)) + ", after timeout");
  }
  checked.state.breaker = {};
  EXPECT_TRUE(checked.judged().healthy);
}

// A check that asks for the full probe says nothing itself.
TEST(Health, WhatDoesNotCountIsNoCheck) {
  Checked checked({timeout, timeout, timeout});
  for (int i = 0; i < 5; ++i) {
    auto result = make_result(checked.target, ok);
    result.counts = false;
    record(checked.state, result, at(kStart));
  }
  EXPECT_EQ(checked.judged().reason, "3 failed checks in a row, the last: timeout");
}

TEST(Health, OfATargetThatWasNeverChecked) {
  const auto target = make_target();
  const auto health = judge({}, *target, kStart);
  EXPECT_EQ(health.verdict, Verdict::unknown);
  EXPECT_TRUE(health.healthy);
  EXPECT_EQ(health.reason, "not checked yet");
}

// Three intervals and the timeout after the last check, nobody knows.
TEST(Health, OldDataAndANetworkThatIsDownKeepTheVerdict) {
  const struct {
    std::vector<Outcome> checks;
    double after;
    bool vantage_down;
    Verdict verdict;
    bool healthy;
    const char* reason;
  } rows[] = {
      {{ok, ok, ok}, 3 * kInterval + 60, false, Verdict::healthy, true, "3 good"},
      {{ok, ok, ok}, 3 * kInterval + 61, false, Verdict::unknown, true, "; was healthy"},
      {{auth}, 3 * kInterval + 61, false, Verdict::unknown, false, "the last check was at 2023-"},
      {{dns, dns, dns}, 3 * kInterval + 61, false, Verdict::unknown, false, "; was unhealthy"},
      {{ok, ok, ok}, 0, true, Verdict::unknown, true, "our own network is down; was healthy"},
      {{dns, dns, dns}, 0, true, Verdict::unknown, false, "our own network is down"},
      {{dns, dns}, 0, true, Verdict::unknown, true, "our own network is down"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.reason);
    const auto health = Checked(row.checks).judged(row.after, row.vantage_down);
    EXPECT_EQ(health.verdict, row.verdict);
    EXPECT_EQ(health.healthy, row.healthy);
    EXPECT_THAT(health.reason, HasSubstr(row.reason));
  }
}

// A wait or an empty limit counts only if it outlasts the next check, which else shows the truth.
TEST(Health, WhatTheProviderSaysOfLater) {
  const auto limit = [](double remaining, std::optional<double> reset) {
    return RateLimit{Resource::tokens, LimitWindow::minute, 1000, remaining, reset};
  };
  const struct {
    const char* what;
    Outcome outcome;
    std::optional<double> retry_after;
    std::optional<RateLimit> limit;
    double after;
    bool healthy;
    const char* reason;
  } rows[] = {
      {"short wait", rate_limited, 60, {}, 1, true, ""},
      {"long wait",
       rate_limited,
       61,
       {},
       1,
       false,
       "the provider told us to wait until 2023-11-14T22:14:21Z (rate_limited)"},
      {"long wait of an outage", overloaded, 61, {}, 1, false, "(overloaded)"},
      {"long wait, over", rate_limited, 61, {}, 61, true, ""},
      {"limit left", ok, {}, limit(1, 600), 1, true, ""},
      {"limit used up for long",
       ok,
       {},
       limit(0, 600),
       1,
       false,
       "the limit of tokens is used up until 2023-11-14T22:23:20Z"},
      {"limit used up for ever", ok, {}, limit(0, {}), 1, false, "the limit of tokens is used up"},
      {"limit back before the next check", ok, {}, limit(0, 30), 1, true, ""},
      {"limit back since", ok, {}, limit(0, 100), 101, true, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    Checked checked({ok, ok, ok});
    auto result = make_result(checked.target, row.outcome);
    result.retry_after_seconds = row.retry_after;
    if (row.limit) result.rate_limits = {*row.limit};
    record(checked.state, result, at(kStart));
    const auto health = checked.judged(row.after);
    EXPECT_EQ(health.healthy, row.healthy);
    EXPECT_EQ(health.verdict, row.healthy ? Verdict::healthy : Verdict::unhealthy);
    EXPECT_THAT(health.reason, HasSubstr(row.reason));
  }
}

TEST(Health, SinceTheCheckThatDecided) {
  EXPECT_EQ(Checked({ok, ok, ok, ok}).judged().since_unix_seconds, kStart - 3 * kInterval);
  EXPECT_EQ(Checked({ok, dns, dns, dns, dns}).judged().since_unix_seconds, kStart - kInterval);
  EXPECT_EQ(Checked({auth, ok, ok, ok, ok, dns}).judged().since_unix_seconds,
            kStart - 2 * kInterval);
}

// One request in ten fails, for half a year: by chance it is taken out about once in a thousand
// checks, and not more often than every five hundred.
TEST(Health, OneFailureInTenDoesNotFlap) {
  std::mt19937 random(7);
  Serving serving;
  int changes = 0;
  constexpr int kChecks = 260'000;
  for (int i = 0; i < kChecks; ++i) {
    const bool was_out = serving.out;
    note_serving(serving, random() % 10 == 0 ? server_error : ok, i);
    changes += serving.out && !was_out;
  }
  EXPECT_LT(changes, kChecks / 500);
  EXPECT_GT(changes, 0) << "three in a row do happen";
}

}  // namespace
}  // namespace llm
