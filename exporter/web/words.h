// Values as people and programs read them, the same on the page and in the API.
#pragma once

#include <string>
#include <string_view>

#include "metrics/target_families.h"

namespace llm {

// The verdict that holds now: `unknown` when the last probe is too old to tell.
State state_now(const TargetState& state, const Target& target, double now_unix_seconds);
State state_now(const TargetView& view);
std::string_view to_string(State state);  // "up"

inline constexpr std::size_t kStates = static_cast<std::size_t>(State::down) + 1;
// What wants attention first has more of it.
int urgency(State state);

std::string breaker_words(BreakerState state);  // "half open"
// Why the breaker is open, or was before it was half open; empty while closed.
std::string reason(const BreakerView& breaker);

// Time of day in UTC, "14:02" or "14:02:09"; empty if unknown.
std::string time_of_day(double unix_seconds, bool with_seconds);

// How long something has been so: "40 s", "12 min", "5 h", "3 d"; rounded down, empty if unknown.
std::string span_words(double seconds);

// A measured time, "0.41 s"; empty if unknown, as are those below.
std::string seconds_words(double seconds);
// "99.9%", rounded down: only what is whole is 100%.
std::string percent_words(double share);
std::string usd_words(double usd);  // "$0.0042"

// "rate limited"
std::string outcome_words(Outcome outcome);

// Host and port of a URL, without credentials.
std::string host_of(std::string_view url);

}  // namespace llm
