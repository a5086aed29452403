#include "state/health.h"

#include <fmt/format.h>

#include <array>

namespace llm {
namespace {

// Asking again does not heal them; they open a breaker at once, too.
bool final(Outcome outcome) {
  return outcome == Outcome::auth || outcome == Outcome::permission ||
         outcome == Outcome::quota_exhausted;
}

std::string checks(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {} check{} in a row", count, what, count == 1 ? "" : "s");
}

std::string why_out(const Serving& serving) {
  if (serving.good_in_row > 0) {
    return fmt::format("recovering: {} of {} after {}", checks(serving.good_in_row, "good"),
                       kGoodChecksOfHealthy, to_string(serving.bad_as));
  }
  if (final(serving.bad_as)) return fmt::format("refused: {}", to_string(serving.bad_as));
  return fmt::format("{}, the last: {}", checks(serving.bad_in_row, "failed"),
                     to_string(serving.bad_as));
}

// Until when something holds that the next check would not show, because it holds beyond it.
bool outlasts_next_check(double until, double told_at, const Target& target, double now) {
  return !(now >= until) && !(until - told_at <= to_seconds(target.interval));
}

bool told_to_wait(const TargetState& state, const Target& target, double now) {
  const double until = state.wait_until_unix_seconds;
  return now < until && outlasts_next_check(until, state.last.at_unix_seconds, target, now);
}

const LimitState* used_up_limit(const TargetState& state, const Target& target, double now) {
  for (const auto& limit : state.limits) {
    if (!(limit.remaining < 1) || stale(limit, target, now)) continue;
    if (outlasts_next_check(limit.reset_unix_seconds, limit.at_unix_seconds, target, now)) {
      return &limit;
    }
  }
  return nullptr;
}

std::string until(double unix_seconds) {
  const auto when = timestamp(unix_seconds);
  return when.empty() ? "" : " until " + when;
}

// Why nothing is known of now, or empty.
std::string why_unknown(const TargetState& state, const Target& target, double now,
                        bool vantage_down) {
  if (vantage_down) return "our own network is down";
  if (std::isnan(state.last.at_unix_seconds)) return "not checked yet";
  if (!stale(state, target, now)) return {};
  return (state.over_budget ? "the budget allows no check; the last was at "
                            : "the last check was at ") +
         timestamp(state.last.at_unix_seconds);
}

// Why a request that is sent there now would fail, or empty.
std::string why_unhealthy(const TargetState& state, const Target& target, double now) {
  if (state.retired) return "the provider says that the model is gone";
  if (state.serving.out) return why_out(state.serving);
  if (state.breaker.state != BreakerState::closed) {
    return fmt::format("its breaker is {}, after {}", to_string(state.breaker.state),
                       to_string(state.breaker.why));
  }
  if (told_to_wait(state, target, now)) {
    return fmt::format("the provider told us to wait{} ({})", until(state.wait_until_unix_seconds),
                       to_string(state.last.outcome));
  }
  if (const auto* limit = used_up_limit(state, target, now)) {
    return fmt::format("the limit of {} is used up{}", to_string(limit->resource),
                       until(limit->reset_unix_seconds));
  }
  return {};
}

std::string why_healthy(const TargetState& state) {
  const auto& serving = state.serving;
  auto why =
      serving.bad_in_row == 0
          ? checks(serving.good_in_row, "good")
          : fmt::format("{}, the last: {}; {} take it out", checks(serving.bad_in_row, "failed"),
                        to_string(serving.bad_as), kBadChecksOfUnhealthy);
  if (state.substituted) why += "; only its provider's free check";
  return why;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, 3> names{"unknown", "healthy", "unhealthy"};
  return names[static_cast<std::size_t>(verdict)];
}

Health judge(const TargetState& state, const Target& target, double now, bool vantage_down) {
  const auto& serving = state.serving;
  Health health;
  health.since_unix_seconds = serving.since_unix_seconds;
  if (auto why = why_unknown(state, target, now, vantage_down); !why.empty()) {
    health.healthy = !serving.out && !state.retired;
    if (serving.checks >= kChecksOfVerdict || serving.out) {
      why += health.healthy ? "; was healthy" : "; was unhealthy";
    }
    health.reason = std::move(why);
  } else if (why = why_unhealthy(state, target, now); !why.empty()) {
    health.verdict = Verdict::unhealthy;
    health.healthy = false;
    health.reason = std::move(why);
  } else if (serving.checks < kChecksOfVerdict) {
    health.reason =
        fmt::format("no verdict before {} checks, so far {}", kChecksOfVerdict, serving.checks);
  } else {
    health.verdict = Verdict::healthy;
    health.steady = serving.good_in_row >= kGoodChecksOfHealthy;
    health.reason = why_healthy(state);
  }
  return health;
}

void note_serving(Serving& serving, Outcome outcome, double now) {
  const auto at_fault = fault(outcome);
  if (at_fault == Fault::prober || at_fault == Fault::network) return;
  const bool good = success(outcome);
  serving.good_in_row = good ? serving.good_in_row + 1 : 0;
  serving.bad_in_row = good ? 0 : serving.bad_in_row + 1;
  if (!good) serving.bad_as = outcome;
  ++serving.checks;

  const bool falls = !good && (final(outcome) || serving.bad_in_row >= kBadChecksOfUnhealthy);
  const bool rises = serving.good_in_row >= kGoodChecksOfHealthy;
  const bool was_out = serving.out;
  if (falls || rises) serving.out = falls;
  if (serving.out != was_out || std::isnan(serving.since_unix_seconds)) {
    serving.since_unix_seconds = now;
  }
}

}  // namespace llm
