#include "schedule/confirmation.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/state/make_probe.h"

namespace llm {
namespace {

using std::chrono::seconds;
using test::at;
using test::make_result;
using test::make_target;

// Whether the last of `outcomes` is confirmed.
bool confirmed(const std::vector<Outcome>& outcomes, bool confirm = true,
               BreakerState breaker = BreakerState::closed) {
  auto target = make_target();
  target->confirm = confirm;
  TargetState state;
  for (const auto outcome : outcomes) record(state, make_result(target, outcome), at(1));
  state.breaker.state = breaker;
  return confirmation_delay(make_result(target, outcomes.back()), state).has_value();
}

TEST(Confirmation, FollowsTheFirstFailureOfAHealthyTarget) {
  using enum Outcome;
  struct Case {
    const char* what;
    std::vector<Outcome> outcomes;
    bool confirmed;
  };
  const Case cases[] = {
      {"a success", {ok, ok}, false},
      {"the first failure", {ok, server_error}, true},
      {"in transport", {ok_empty, connect}, true},
      {"the second", {ok, server_error, server_error}, false},
      {"after a recovery", {ok, timeout, ok, timeout}, true},
      {"never seen healthy", {timeout}, false},
      {"over what counts neither way", {ok, rate_limited, timeout}, true},
      {"what counts neither way is no failure", {ok, rate_limited}, false},
      {"nor the first again", {ok, timeout, rate_limited, timeout}, false},
      {"our network", {ok, local_network}, false},
      {"our key", {ok, auth}, false},
  };
  for (const auto& c : cases) EXPECT_EQ(confirmed(c.outcomes), c.confirmed) << c.what;
  EXPECT_FALSE(confirmed({ok, timeout}, false)) << "switched off";
  EXPECT_FALSE(confirmed({ok, timeout}, true, BreakerState::open)) << "known to be ill";
  EXPECT_FALSE(confirmed({ok, timeout}, true, BreakerState::half_open));
}

TEST(Confirmation, ComesFiveToTenSecondsLaterForOneTargetAlwaysTheSame) {
  auto target = make_target();
  TargetState state;
  state.successes = state.consecutive_failures = 1;
  Nanos soonest = seconds(60), latest{};
  for (int i = 0; i < 1'000; ++i) {
    target->name = "acme/m-" + std::to_string(i);
    const auto delay = confirmation_delay(make_result(target, Outcome::timeout), state);
    ASSERT_TRUE(delay);
    EXPECT_EQ(delay, confirmation_delay(make_result(target, Outcome::timeout), state));
    soonest = std::min(soonest, *delay);
    latest = std::max(latest, *delay);
  }
  EXPECT_GE(soonest, seconds(5));
  EXPECT_LT(soonest, seconds(6)) << "spread over all of it";
  EXPECT_GT(latest, seconds(9));
  EXPECT_LE(latest, seconds(10));
}

}  // namespace
}  // namespace llm
