// Values as people and programs read them, the same on the page and in the API.
#pragma once

#include <string>
#include <string_view>

#include "metrics/target_families.h"

namespace llm {

// The verdict that holds now: `unknown` when the last probe is too old to tell.
State state_now(const TargetView& view);
std::string_view to_string(State state);  // "up"

// Why the breaker is open, or was before it was half open; empty while closed.
std::string reason(const BreakerView& breaker);

// RFC 3339 in UTC with whole seconds; empty if unknown.
std::string timestamp(double unix_seconds);

// Host and port of a URL, without credentials.
std::string host_of(std::string_view url);

}  // namespace llm
