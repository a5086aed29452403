#include "state/target_state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <type_traits>
#include <vector>

#include "unit/state/make_probe.h"

namespace llm {
namespace {

using test::at;
using test::make_result;
using test::make_target;

static_assert(std::is_trivially_copyable_v<TargetState>);

constexpr double kNow = 1'700'000'000;

RateLimit limit(Resource resource, std::optional<double> limit, std::optional<double> remaining,
                std::optional<double> reset_seconds = std::nullopt) {
  return {resource, LimitWindow::unknown, limit, remaining, reset_seconds};
}

TargetState recorded(const std::vector<Outcome>& outcomes) {
  TargetState state;
  for (const auto outcome : outcomes) record(state, make_result(make_target(), outcome), at(kNow));
  return state;
}

// Design §3 and metrics.md §1.4: every class, what it counts as and the state it leaves.
TEST(TargetState, EveryOutcome) {
  struct Row {
    Outcome outcome;
    bool counts;  // against availability
    State state;
  };
  const Row rows[] = {
      {Outcome::ok, false, State::up},
      {Outcome::ok_empty, false, State::up},
      {Outcome::overloaded, true, State::down},
      {Outcome::not_ready, true, State::down},
      {Outcome::server_error, true, State::down},
      {Outcome::timeout, true, State::down},
      {Outcome::no_first_token, true, State::down},
      {Outcome::stalled, true, State::down},
      {Outcome::too_slow, true, State::down},
      {Outcome::dns, true, State::down},
      {Outcome::connect, true, State::down},
      {Outcome::tls, true, State::down},
      {Outcome::stream_error, true, State::down},
      {Outcome::truncated, true, State::down},
      {Outcome::invalid_response, true, State::down},
      {Outcome::content_mismatch, true, State::down},
      {Outcome::rate_limited, false, State::throttled},
      {Outcome::quota_exhausted, false, State::throttled},
      {Outcome::auth, false, State::misconfigured},
      {Outcome::permission, false, State::misconfigured},
      {Outcome::not_found, false, State::misconfigured},
      {Outcome::bad_request, false, State::misconfigured},
      {Outcome::blocked, false, State::misconfigured},
      {Outcome::local_network, false, State::unknown},
      {Outcome::internal, false, State::unknown},
  };
  ASSERT_EQ(std::size(rows), kOutcomes);
  for (const auto& row : rows) {
    const auto state = recorded({row.outcome});
    const auto i = static_cast<std::size_t>(row.outcome);
    EXPECT_EQ(state.attempts, 1U) << i;
    EXPECT_EQ(state.successes, success(row.outcome) ? 1U : 0U) << i;
    EXPECT_EQ(state.errors[i], success(row.outcome) ? 0U : 1U) << i;
    EXPECT_EQ(state.failures, row.counts ? 1U : 0U) << i;
    EXPECT_EQ(state.consecutive_failures, row.counts ? 1U : 0U) << i;
    EXPECT_EQ(state.last.state, row.state) << i;
    EXPECT_EQ(state.last.outcome, row.outcome) << i;
  }
}

TEST(TargetState, Streaks) {
  using enum Outcome;
  struct Row {
    std::vector<Outcome> outcomes;
    std::uint64_t failures, unavailable;
  };
  const Row rows[] = {
      {{}, 0, 0},
      {{overloaded, timeout, overloaded}, 3, 3},
      {{overloaded, server_error}, 2, 0},
      {{server_error, overloaded}, 2, 1},
      {{overloaded, ok}, 0, 0},
      {{ok_empty, timeout, ok_empty, timeout}, 1, 1},
      // Neither count nor reset: account, prober, network.
      {{overloaded, rate_limited, auth, blocked, local_network, internal, timeout}, 2, 2},
      {{rate_limited, rate_limited}, 0, 0},
      // Our own deadline is a failure and not the provider's word for unavailable.
      {{overloaded, no_first_token}, 2, 0},
  };
  for (const auto& row : rows) {
    const auto state = recorded(row.outcomes);
    EXPECT_EQ(state.consecutive_failures, row.failures) << &row - rows;
    EXPECT_EQ(state.consecutive_unavailable, row.unavailable) << &row - rows;
  }
}

TEST(TargetState, SlowIsDegradedAndStillASuccess) {
  auto target = make_target();
  target->ttft_threshold_seconds = 2;
  TargetState state;
  auto result = make_result(target, Outcome::ok);
  result.ttft_seconds = 2.0;
  record(state, result, at(kNow));
  EXPECT_EQ(state.last.state, State::up);  // an upper bound holds what equals it
  result.ttft_seconds = 2.001;
  record(state, result, at(kNow));
  EXPECT_EQ(state.last.state, State::degraded);
  EXPECT_EQ(state.successes, 2U);
  EXPECT_EQ(state.consecutive_failures, 0U);
}

TEST(TargetState, CancelledChangesNothing) {
  auto before = recorded({Outcome::overloaded});
  auto after = before;
  auto result = make_result(make_target(), Outcome::ok);
  result.cancelled = true;
  result.ttft_seconds = 1;
  result.served_model = "m";
  record(after, result, at(kNow + 5));
  EXPECT_EQ(std::memcmp(&before, &after, sizeof before), 0);
}

ProbeResult full_result(Outcome outcome) {
  auto result = make_result(make_target(), outcome);
  result.duration_seconds = 2;
  result.ttft_seconds = 0.3;  // equals a boundary
  result.ttft_content_seconds = 0.31;
  result.tpot_seconds = 0.02;
  result.tokens_per_second = 50;
  result.max_gap_seconds = 0.1;
  return result;
}

TEST(TargetState, OnlySuccessesAreObserved) {
  TargetState state;
  record(state, full_result(Outcome::stalled), at(kNow));
  EXPECT_EQ(state.ttft.count + state.ttft_content.count + state.duration.count + state.tpot.count +
                state.ttft_window.count + state.throughput_window.count,
            0U);
  record(state, full_result(Outcome::ok), at(kNow));
  EXPECT_EQ(state.ttft.buckets[2], 1U);  // le 0.3
  EXPECT_EQ(state.ttft_content.buckets[3], 1U);
  EXPECT_EQ(state.duration.buckets[4], 1U);
  EXPECT_EQ(state.tpot.buckets[7], 1U);
  EXPECT_DOUBLE_EQ(state.ttft.sum, 0.3);
  EXPECT_EQ(state.ttft_window.count, 1U);
  EXPECT_DOUBLE_EQ(state.throughput_window.sum, 50);
}

TEST(TargetState, UnknownIsNoSample) {
  TargetState state;
  auto result = full_result(Outcome::ok);
  result.ttft_seconds.reset();
  result.tokens_per_second.reset();
  result.tpot_seconds = std::nan("");
  result.max_gap_seconds.reset();
  record(state, result, at(kNow));
  EXPECT_EQ(state.duration.count, 1U);
  EXPECT_EQ(state.ttft.count + state.tpot.count, 0U);
  EXPECT_EQ(state.ttft_window.size + state.throughput_window.size, 0U);
  EXPECT_TRUE(std::isnan(state.last.max_gap_seconds));
  EXPECT_TRUE(std::isnan(state.ttft.sum) == false && state.tpot.sum == 0);
}

TEST(TargetState, BeyondTheLastBoundIsInfinity) {
  TargetState state;
  auto result = full_result(Outcome::ok);
  result.duration_seconds = 1e9;
  record(state, result, at(kNow));
  EXPECT_EQ(state.duration.buckets.back(), 1U);
}

TEST(TargetState, TokensAreSummedAlsoOfFailures) {
  TargetState state;
  auto result = make_result(make_target(), Outcome::truncated);
  result.usage = Usage{};
  result.usage->input = 10;
  result.usage->cached = 4;
  record(state, result, at(kNow));
  result.outcome = Outcome::ok;
  result.usage->output = 7;
  result.usage->reasoning = 5;
  record(state, result, at(kNow));
  EXPECT_EQ(state.tokens, (std::array<std::uint64_t, kTokenTypes>{20, 7, 8, 5}));
  // A number that cannot be is not believed: it would spoil the sums for good.
  result.usage->input = ~std::uint64_t{0};
  result.usage->output = 1;
  record(state, result, at(kNow));
  EXPECT_EQ(state.tokens, (std::array<std::uint64_t, kTokenTypes>{20, 8, 12, 10}));
}

TEST(TargetState, ModelChanges) {
  struct Row {
    std::vector<std::string> served;
    std::uint64_t changes;
  };
  const std::string longer(200, 'x');
  const Row rows[] = {
      {{"a"}, 0},
      {{"a", "a"}, 0},
      {{"a", "b"}, 1},
      {{""}, 0},
      {{"a", "", "a"}, 0},
      {{"a", "", "b", "a"}, 2},
      {{}, 0},
      {{longer, longer + "y"}, 0},  // more than is kept
  };
  for (const auto& row : rows) {
    TargetState state;
    for (const auto& model : row.served) {
      auto result = make_result(make_target(), Outcome::ok);
      result.served_model = model;
      record(state, result, at(kNow));
    }
    EXPECT_EQ(state.model_changes, row.changes) << &row - rows;
  }
}

TEST(TargetState, LastProbe) {
  TargetState state;
  auto good = full_result(Outcome::ok);
  good.http_status = 200;
  good.certificate_expiry = at(kNow + 86400);
  good.served_model = "m-1-2026";
  good.request_id = "req_1";
  good.phase_seconds = {.1, .2, .3, .4, .5, .6, .7};
  record(state, good, at(kNow));
  EXPECT_EQ(state.last.http_status, 200);
  EXPECT_EQ(state.last.phase_seconds, good.phase_seconds);
  EXPECT_DOUBLE_EQ(state.last.success_at_unix_seconds, kNow);
  EXPECT_EQ(state.last.request_id.view(), "req_1");

  auto bad = make_result(good.target, Outcome::connect);
  bad.error = ProviderError{};
  bad.error->message = std::string(191, 'e') + "€";  // does not fit: cut at a character
  bad.error->code = "E1";
  bad.retry_after_seconds = 30;
  record(state, bad, at(kNow + 60));
  EXPECT_DOUBLE_EQ(state.last.at_unix_seconds, kNow + 60);
  EXPECT_DOUBLE_EQ(state.last.success_at_unix_seconds, kNow);
  EXPECT_EQ(state.last.http_status, 0);
  EXPECT_TRUE(std::isnan(state.last.ttft_seconds));
  EXPECT_EQ(state.last.error.view(), std::string(189, 'e') + "…");
  EXPECT_EQ(state.last.error_code.view(), "E1");
  EXPECT_EQ(state.last.request_id.view(), "");
  // What a probe that failed early cannot tell anew is kept.
  EXPECT_EQ(state.last.served_model.view(), "m-1-2026");
  EXPECT_DOUBLE_EQ(state.last.certificate_expiry_unix_seconds, kNow + 86400);

  record(state, good, at(kNow + 120));
  EXPECT_EQ(state.last.error.view(), "");
}

TEST(TargetState, ReasoningIsRememberedOnceShown) {
  TargetState state;
  auto result = full_result(Outcome::ok);
  result.first_token = FirstToken{false, "a"};
  record(state, result, at(kNow));
  EXPECT_FALSE(state.shown_reasoning);
  result.first_token->reasoning = true;
  record(state, result, at(kNow));
  result.first_token->reasoning = false;
  record(state, result, at(kNow));
  EXPECT_TRUE(state.shown_reasoning);
}

TEST(TargetState, ModelsAreCountedWhenListed) {
  TargetState state;
  auto result = make_result(make_target(Kind::models), Outcome::ok);
  result.models_count = 0;
  record(state, result, at(kNow));
  EXPECT_EQ(state.models, 0);
  result.models_count = 12'345;  // more than are kept by name
  record(state, result, at(kNow));
  EXPECT_EQ(state.models, 12'345);
  EXPECT_TRUE(std::isnan(recorded({Outcome::ok}).models));
}

TEST(TargetState, LimitsAreReplacedByResource) {
  constexpr std::size_t requests = 0, tokens = 1;
  TargetState state;
  auto result = make_result(make_target(), Outcome::ok);
  result.rate_limits = {limit(Resource::requests, 100, 99, 12),
                        limit(Resource::tokens, 1000, -5)};  // a negative number is unknown
  record(state, result, at(kNow));
  EXPECT_EQ(state.limits[requests].limit, 100);
  EXPECT_EQ(state.limits[requests].reset_unix_seconds, kNow + 12);
  EXPECT_EQ(state.limits[tokens].limit, 1000);
  EXPECT_TRUE(std::isnan(state.limits[tokens].remaining));
  EXPECT_TRUE(std::isnan(state.limits[tokens].reset_unix_seconds));

  result.outcome = Outcome::rate_limited;
  result.rate_limits = {limit(Resource::tokens, std::nullopt, 7)};
  record(state, result, at(kNow + 1));
  EXPECT_EQ(state.limits[requests].remaining, 99);  // a failure need not mention them all
  EXPECT_EQ(state.limits[tokens].remaining, 7);
  EXPECT_TRUE(std::isnan(state.limits[tokens].limit));

  EXPECT_FALSE(expired(state.limits[requests], kNow + 12));
  EXPECT_TRUE(expired(state.limits[requests], kNow + 12.1));
  EXPECT_FALSE(expired(state.limits[tokens], kNow + 1e6));  // no reset known
}

TEST(TargetState, AWindowIsALimitOfItsOwn) {
  TargetState state;
  auto result = make_result(make_target(), Outcome::ok);
  result.rate_limits = {{Resource::requests, LimitWindow::minute, 30, 29, {}},
                        {Resource::requests, LimitWindow::day, 14'400, 0, {}}};
  record(state, result, at(kNow));
  EXPECT_EQ(state.limits[0].remaining, 29);
  EXPECT_EQ(state.limits[1].window, LimitWindow::day);
  EXPECT_EQ(state.limits[1].remaining, 0) << "0 is a value";
}

// Retry-After: the wait with the latest end counts, and an hour is the most.
TEST(TargetState, WaitsAsToldAndNoLonger) {
  struct Step {
    double at;
    Outcome outcome;
    std::optional<double> retry_after;
    double until;
  };
  const Step steps[] = {
      {0, Outcome::rate_limited, 30, 30},
      {1, Outcome::rate_limited, 5, 30},    // shorter: the earlier one holds
      {2, Outcome::overloaded, 60, 62},     // later and longer wins
      {70, Outcome::ok, 500, 62},           // of a success it means nothing
      {80, Outcome::rate_limited, {}, 62},  // not told
      {90, Outcome::overloaded, 86'400, 90 + kMaxOutageWaitSeconds},  // its end must be seen
      {400, Outcome::quota_exhausted, 86'400, 400 + kMaxWaitSeconds},
  };
  TargetState state;
  EXPECT_FALSE(paused(state, kNow));
  for (const auto& step : steps) {
    auto result = make_result(make_target(), step.outcome);
    result.retry_after_seconds = step.retry_after;
    record(state, result, at(kNow + step.at));
    EXPECT_DOUBLE_EQ(state.wait_until_unix_seconds, kNow + step.until) << step.at;
    EXPECT_EQ(paused(state, kNow + step.at), step.at < step.until);
  }
}

// A provider cannot hide its outage behind a long Retry-After.
TEST(TargetState, TheLastVerdictStandsWhileItWaits) {
  const auto target = make_target();
  const double patience = 3 * to_seconds(target->interval) + to_seconds(target->timeout.total);
  TargetState state;
  auto result = make_result(target, Outcome::overloaded);
  result.retry_after_seconds = 300;
  record(state, result, at(kNow));
  EXPECT_FALSE(stale(state, *target, kNow + patience + 1));
  EXPECT_FALSE(stale(state, *target, kNow + 300 + patience));
  EXPECT_TRUE(stale(state, *target, kNow + 300 + patience + 1));
}

TEST(TargetState, AModelIsRetiredByGoneOrByThreeNotFounds) {
  const auto probe = [](TargetState& state, Outcome outcome, int status) {
    auto result = make_result(make_target(), outcome);
    result.http_status = status;
    record(state, result, at(kNow));
    return state.retired;
  };
  TargetState gone;
  EXPECT_TRUE(probe(gone, Outcome::not_found, 410));
  EXPECT_TRUE(probe(gone, Outcome::overloaded, 503)) << "an outage does not bring it back";
  EXPECT_FALSE(probe(gone, Outcome::ok, 200));

  TargetState missing;
  EXPECT_FALSE(probe(missing, Outcome::not_found, 404));
  EXPECT_FALSE(probe(missing, Outcome::not_found, 404));
  EXPECT_FALSE(probe(missing, Outcome::ok, 200));
  EXPECT_FALSE(probe(missing, Outcome::not_found, 404));
  EXPECT_FALSE(probe(missing, Outcome::not_found, 404));
  EXPECT_FALSE(probe(missing, Outcome::timeout, 504)) << "says nothing of the model";
  EXPECT_TRUE(probe(missing, Outcome::not_found, 404));

  TargetState listed;  // the address of a list of models says nothing of a model
  for (int i = 0; i < 5; ++i) {
    auto result = make_result(make_target(Kind::models), Outcome::not_found);
    result.http_status = 404;
    record(listed, result, at(kNow));
  }
  EXPECT_FALSE(listed.retired);
}

TEST(TargetState, CostIsAddedWhereItIsKnown) {
  TargetState state;
  auto result = make_result(make_target(), Outcome::ok);
  record(state, result, at(kNow));
  EXPECT_FALSE(state.cost_known) << "unknown, not 0";
  for (const double nonsense : {-1.0, 1e9, std::nan(""), HUGE_VAL}) {
    result.cost_usd = nonsense;
    record(state, result, at(kNow));
    EXPECT_FALSE(state.cost_known) << nonsense;
  }
  for (const double cost : {0.25, 0.5}) {
    result.cost_usd = cost;
    record(state, result, at(kNow));
  }
  EXPECT_TRUE(state.cost_known);
  EXPECT_DOUBLE_EQ(state.cost_usd, 0.75);
}

TEST(TargetState, WhatIsGeneratedApartIsOutputToo) {
  TargetState state;
  auto result = make_result(make_target(), Outcome::ok);
  result.usage = Usage{};
  result.usage->input = 9;
  result.usage->output = 6;
  result.usage->reasoning = 185;
  result.usage->reasoning_apart = true;
  record(state, result, at(kNow));
  EXPECT_EQ(state.tokens[static_cast<std::size_t>(TokenType::output)], 191U);
  EXPECT_EQ(state.last.context_tokens, 200);
}

// In place of the target's own probe, for the budget's sake.
TEST(TargetState, AFreeCheckTellsOnlyWhetherItIsUp) {
  TargetState state;
  auto result = full_result(Outcome::ok);
  result.rate_limits = {limit(Resource::requests, 100, 99)};
  record(state, result, at(kNow));
  const auto before = state;
  result.kind = Kind::key;
  result.served_model = "another";
  result.rate_limits = {};
  record(state, result, at(kNow + 60));
  EXPECT_TRUE(state.substituted);
  EXPECT_EQ(state.successes, before.successes + 1);
  EXPECT_EQ(state.duration.count, before.duration.count);
  EXPECT_EQ(state.ttft_window.count, before.ttft_window.count);
  EXPECT_EQ(state.model_changes, before.model_changes);
  EXPECT_EQ(state.limits[0].limit, before.limits[0].limit);
}

// While the breaker is open: a check that passes is neither a success nor a failure.
TEST(TargetState, ACheckThatDoesNotCountCostsAndLeavesTheVerdict) {
  TargetState state;
  record(state, full_result(Outcome::overloaded), at(kNow));
  const auto before = state;
  auto check = full_result(Outcome::ok);
  check.check = true;
  check.counts = false;
  check.cost_usd = 0.25;
  check.usage = Usage{};
  check.usage->input = 10;
  record(state, check, at(kNow + 60));
  EXPECT_EQ(state.attempts, 1U);
  EXPECT_EQ(state.successes, 0U);
  EXPECT_EQ(state.consecutive_failures, 1U);
  EXPECT_EQ(state.last.state, State::down);
  EXPECT_EQ(state.last.outcome, Outcome::overloaded);
  EXPECT_TRUE(std::isnan(state.last.success_at_unix_seconds));
  EXPECT_EQ(state.last.at_unix_seconds, kNow + 60);
  EXPECT_EQ(state.ttft_window.count, 0U);
  EXPECT_EQ(state.cost_usd, before.cost_usd + 0.25);
  EXPECT_EQ(state.tokens[0], 10U);
  EXPECT_FALSE(state.substituted);
}

// A request that was cut is no measurement, and one that fails is a failure.
TEST(TargetState, ACheckThatFailsCounts) {
  TargetState state;
  auto check = full_result(Outcome::timeout);
  check.check = true;
  check.served_model = "m-1";
  record(state, check, at(kNow));
  EXPECT_EQ(state.attempts, 1U);
  EXPECT_EQ(state.failures, 1U);
  EXPECT_EQ(state.last.state, State::down);
  EXPECT_TRUE(state.last.served_model.view().empty());
}

TEST(TargetState, PricesAreTheTablesOrUnknown) {
  TargetState state;
  ModelPrice price;
  price.base.input = 1e-6;
  price.base.output = 0;  // free
  price.context_window_tokens = 128'000;
  price.deprecation_date = std::chrono::sys_days(std::chrono::days(20'000));
  set_price(state, price);
  EXPECT_EQ(state.price.usd_per_token[0], 1e-6);
  EXPECT_EQ(state.price.usd_per_token[1], 0);
  EXPECT_TRUE(std::isnan(state.price.usd_per_token[2]));
  EXPECT_EQ(state.price.context_window_tokens, 128'000);
  EXPECT_EQ(state.price.deprecation_unix_seconds, 20'000.0 * 86'400);
  set_price(state, std::nullopt);
  EXPECT_TRUE(std::isnan(state.price.usd_per_token[0]));
  EXPECT_TRUE(std::isnan(state.price.deprecation_unix_seconds));
}

TEST(TargetState, LimitsThatASuccessDoesNotNameAreUnknown) {
  constexpr std::size_t first = 0, second = 1;
  for (const auto outcome : {Outcome::ok, Outcome::ok_empty}) {
    TargetState state;
    auto result = make_result(make_target(), outcome);
    result.rate_limits = {limit(Resource::requests, 100, 99, 12),
                          limit(Resource::tokens, 1000, 900, 12)};
    record(state, result, at(kNow));
    result.rate_limits.erase(result.rate_limits.begin());
    record(state, result, at(kNow + 1));
    EXPECT_EQ(state.limits[first].resource, Resource::tokens);
    EXPECT_EQ(state.limits[first].remaining, 900);
    EXPECT_TRUE(std::isnan(state.limits[second].limit));
    EXPECT_TRUE(std::isnan(state.limits[second].remaining));
    EXPECT_TRUE(std::isnan(state.limits[second].reset_unix_seconds));
    EXPECT_TRUE(std::isnan(state.limits[second].at_unix_seconds));
  }
}

TEST(Windows, QuantilesAreExactByNearestRank) {
  TargetState state;
  // 1 … 40 in an order of its own: the window keeps 11 … 40.
  for (int i = 1; i <= 40; ++i) {
    auto result = full_result(Outcome::ok);
    result.ttft_seconds = i <= 10 ? i : 10 + (i - 10) * 7 % 31;
    record(state, result, at(kNow + i));
  }
  const auto window = view(state.ttft_window, kNow + 40, 60);
  ASSERT_EQ(window.size, 30U);
  struct Row {
    double q, value;
  };
  // ceil(q * 30), counted from 11.
  for (const auto& [q, value] :
       {Row{.05, 12}, Row{.1, 13}, Row{.5, 25}, Row{.95, 39}, Row{.99, 40}, Row{0, 11}, Row{1, 40}})
    EXPECT_EQ(window.quantile(q), value) << q;
  EXPECT_EQ(state.ttft_window.count, 40U);
  EXPECT_DOUBLE_EQ(state.ttft_window.sum, 55 + 30 * 25.5);
}

TEST(Windows, OldSamplesDoNotCount) {
  TargetState state;
  for (const double age : {10'000., 3601., 3600., 10.}) {
    auto result = full_result(Outcome::ok);
    result.ttft_seconds = age;
    record(state, result, at(kNow - age));
  }
  struct Row {
    double interval;
    std::size_t size;
  };
  for (const auto& [interval, size] :
       {Row{60, 2}, Row{90, 2}, Row{91, 3}, Row{249, 3}, Row{250, 4}}) {
    EXPECT_EQ(view(state.ttft_window, kNow, interval).size, size) << interval;
  }
  EXPECT_EQ(view(state.ttft_window, kNow, 60).quantile(.99), 3600);
  EXPECT_TRUE(std::isnan(view(state.ttft_window, kNow + 1e6, 60).quantile(.5)));
  EXPECT_TRUE(std::isnan(view(Window{}, kNow, 60).quantile(.5)));
}

TEST(Stale, AfterThreeIntervalsAndTheTimeout) {
  const auto target = make_target();  // 60 s, 60 s
  EXPECT_TRUE(stale(TargetState{}, *target, kNow));
  const auto state = recorded({Outcome::overloaded});
  EXPECT_FALSE(stale(state, *target, kNow));
  EXPECT_FALSE(stale(state, *target, kNow + 240));
  EXPECT_TRUE(stale(state, *target, kNow + 240.5));
  EXPECT_FALSE(stale(state, *target, kNow - 3600));  // the wall clock was set back
}

TEST(Stale, LimitsByTheirOwnAge) {
  const auto target = make_target();  // 60 s, 60 s
  EXPECT_TRUE(stale(LimitState{}, *target, kNow));
  LimitState limit;
  limit.at_unix_seconds = kNow;
  EXPECT_FALSE(stale(limit, *target, kNow + 240));
  EXPECT_TRUE(stale(limit, *target, kNow + 240.5));
}

TEST(Histograms, ObserveNoUnknown) {
  Histogram<2> histogram;
  constexpr std::array<double, 2> bounds{1, 2};
  for (const double value : {.5, 1., 1.5, 3., kUnknown}) observe(histogram, bounds, value);
  EXPECT_EQ(histogram.buckets, (std::array<std::uint64_t, 3>{2, 1, 1}));
  EXPECT_EQ(histogram.count, 4U);
  EXPECT_DOUBLE_EQ(histogram.sum, 6);
}

// The invariants of the header over random sequences, and that no counter ever goes back.
class Invariants {
 public:
  void check(const TargetState& state) {
    std::uint64_t errors = 0, providers = 0;
    for (std::size_t i = 0; i < kOutcomes; ++i) {
      errors += state.errors[i];
      if (fault(static_cast<Outcome>(i)) == Fault::provider) providers += state.errors[i];
      ASSERT_GE(state.errors[i], before_.errors[i]);
    }
    ASSERT_EQ(state.attempts, state.successes + errors);
    ASSERT_EQ(state.failures, providers);
    ASSERT_LE(state.consecutive_unavailable, state.consecutive_failures);
    ASSERT_LE(state.consecutive_failures, state.failures);
    ASSERT_GE(state.attempts, before_.attempts);
    ASSERT_GE(state.successes, before_.successes);
    ASSERT_GE(state.model_changes, before_.model_changes);
    for (std::size_t i = 0; i < kTokenTypes; ++i) ASSERT_GE(state.tokens[i], before_.tokens[i]);
    ASSERT_EQ(state.duration.count, state.successes);
    check_histogram(state.ttft, before_.ttft);
    check_histogram(state.duration, before_.duration);
    check_histogram(state.tpot, before_.tpot);
    ASSERT_EQ(state.ttft.count, state.ttft_window.count);
    ASSERT_EQ(state.ttft_window.size, std::min<std::uint64_t>(state.ttft_window.count, kWindow));
    for (const auto& limit : state.limits) ASSERT_FALSE(limit.remaining < 0 || limit.limit < 0);
    before_ = state;
  }

 private:
  template <std::size_t N>
  static void check_histogram(const Histogram<N>& now, const Histogram<N>& before) {
    ASSERT_EQ(std::accumulate(now.buckets.begin(), now.buckets.end(), std::uint64_t{0}), now.count);
    ASSERT_GE(now.sum, before.sum);
    for (std::size_t i = 0; i <= N; ++i) ASSERT_GE(now.buckets[i], before.buckets[i]);
  }
  TargetState before_;
};

TEST(TargetState, InvariantsHoldOverRandomSequences) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> seconds(-1, 200);
  const auto maybe = [&]() -> std::optional<double> {
    switch (random() % 8) {
      case 0:
        return std::nullopt;
      case 1:
        return std::nan("");
      case 2:
        return INFINITY;
      default:
        return seconds(random);
    }
  };
  const auto target = make_target();
  for (int sequence = 0; sequence < 50; ++sequence) {
    TargetState state;
    Invariants invariants;
    double now = kNow;
    for (int i = 0; i < 200; ++i) {
      auto result = make_result(target, static_cast<Outcome>(random() % kOutcomes));
      result.cancelled = random() % 10 == 0;
      result.duration_seconds = std::abs(seconds(random));
      result.ttft_seconds = maybe();
      result.tpot_seconds = maybe();
      result.tokens_per_second = maybe();
      result.retry_after_seconds = maybe();
      result.rate_limits = {{static_cast<Resource>(random() % kResources),
                             static_cast<LimitWindow>(random() % kLimitWindows), maybe(), maybe(),
                             maybe()}};
      result.served_model = std::string(random() % 3, 'm');
      result.usage = Usage{};
      result.usage->input = random() % 2 ? random() : ~std::uint64_t{0} - random() % 9;
      record(state, result, at(now += seconds(random)));
      invariants.check(state);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace llm
