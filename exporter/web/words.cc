#include "web/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/syntax.h"

namespace llm {

State state_now(const TargetState& state, const Target& target, double now_unix_seconds) {
  return stale(state, target, now_unix_seconds) ? State::unknown : state.last.state;
}

State state_now(const TargetView& view) {
  return view.stale ? State::unknown : view.state.last.state;
}

std::string_view to_string(State state) {
  constexpr std::string_view names[] = {"unknown",       "up",  "degraded", "throttled",
                                        "misconfigured", "down"};
  return names[static_cast<std::size_t>(state)];
}

int urgency(State state) {
  // Not knowing is worse than knowing that it is up.
  constexpr int urgencies[kStates] = {/*unknown*/ 1, /*up*/ 0, 2, 3, 4, 5};
  return urgencies[static_cast<std::size_t>(state)];
}

std::string breaker_words(BreakerState state) {
  return state == BreakerState::half_open ? "half open" : std::string(to_string(state));
}

std::string reason(const BreakerView& breaker) {
  if (breaker.state == BreakerState::closed) return {};
  const bool outage = fault(breaker.why) == Fault::provider;
  return fmt::format("{}: {}", to_string(breaker.why),
                     outage ? "failed in a row, and for long" : "does not heal by asking");
}

std::string time_of_day(double unix_seconds, bool with_seconds) {
  const auto text = timestamp(unix_seconds);
  return text.empty() ? text : text.substr(11, with_seconds ? 8 : 5);
}

std::string span_words(double seconds) {
  constexpr double kMinute = 60, kHour = 3'600, kDay = 86'400;
  if (!std::isfinite(seconds)) return {};
  const double s = std::max(seconds, 0.0);  // a clock that was set back
  if (s < kMinute) return fmt::format("{:.0f} s", std::floor(s));
  if (s < 2 * kHour) return fmt::format("{:.0f} min", std::floor(s / kMinute));
  if (s < 2 * kDay) return fmt::format("{:.0f} h", std::floor(s / kHour));
  return fmt::format("{:.0f} d", std::floor(s / kDay));
}

std::string seconds_words(double seconds) {
  if (!std::isfinite(seconds)) return {};
  return seconds < .1 ? fmt::format("{:.3f} s", seconds) : fmt::format("{:.2f} s", seconds);
}

std::string percent_words(double share) {
  if (!std::isfinite(share)) return {};
  // The small number undoes what 0.29 * 1000 = 289.99999999999994 would round down.
  const double tenths = std::floor(share * 1'000 + 1e-9);
  return tenths >= 1'000 ? "100%" : fmt::format("{:.1f}%", tenths / 10);
}

std::string usd_words(double usd) {
  if (!std::isfinite(usd)) return {};
  // Two digits that tell something, as far as anybody cares.
  for (int digits = 2; digits < 6; ++digits) {
    if (usd * std::pow(10, digits) >= 10) return fmt::format("${:.{}f}", usd, digits);
  }
  return usd > 0 && usd < 1e-5 ? "<$0.00001" : fmt::format("${:.5f}", usd);
}

std::string outcome_words(Outcome outcome) {
  std::string text(to_string(outcome));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string host_of(std::string_view url) {
  const auto parts = parse_url(url);
  if (!parts) return {};
  return parts->port.empty() ? parts->host : parts->host + ":" + parts->port;
}

}  // namespace llm
