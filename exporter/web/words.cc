#include "web/words.h"

#include <fmt/chrono.h>

#include <cmath>
#include <ctime>

#include "config/syntax.h"

namespace llm {

State state_now(const TargetView& view) {
  return view.stale ? State::unknown : view.state.last.state;
}

std::string_view to_string(State state) {
  constexpr std::string_view names[] = {"unknown",       "up",  "degraded", "throttled",
                                        "misconfigured", "down"};
  return names[static_cast<std::size_t>(state)];
}

std::string reason(const BreakerView& breaker) {
  if (breaker.state == BreakerState::closed) return {};
  const bool outage = fault(breaker.why) == Fault::provider;
  return fmt::format("{}: {}", to_string(breaker.why),
                     outage ? "failed in a row, and for long" : "does not heal by asking");
}

std::string timestamp(double unix_seconds) {
  // Beyond the year 9999 there is no RFC 3339, and a provider's header can say so.
  constexpr double kEndOfTime = 253'402'300'800;
  if (!(unix_seconds >= 0 && unix_seconds < kEndOfTime)) return {};
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

std::string host_of(std::string_view url) {
  const auto parts = parse_url(url);
  if (!parts) return {};
  return parts->port.empty() ? parts->host : parts->host + ":" + parts->port;
}

}  // namespace llm
