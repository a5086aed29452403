// The words of all status page systems on one scale.
#pragma once

#include <string_view>

#include "status/status_page.h"

namespace llm {

// Of a component, an indicator, an impact or a state of any system: "degraded_performance",
// "DEGRADEDPERFORMANCE", "critical". A word that is not known is unknown.
ServiceLevel level_of(std::string_view word);

constexpr ServiceLevel worse(ServiceLevel a, ServiceLevel b) { return a < b ? b : a; }
constexpr bool broken(ServiceLevel level) { return level >= ServiceLevel::degraded; }

// Whether this state of an incident or a maintenance means that it is over: "resolved".
bool says_over(std::string_view state);
// Whether it means that it is going on: "investigating".
bool says_open(std::string_view state);

}  // namespace llm
