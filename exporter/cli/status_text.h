// What a running exporter says of its targets, as text for a terminal. The answers come from
// whoever listens there: anything in them may be missing, of another type, or hostile.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/time.h"

namespace llm {

// The `data` of the API's answers; null: that one could not be had.
struct StatusAnswers {
  nlohmann::json targets, providers, failover, vantage;
};

// Whether every target is up, be it slowly; false if there is none.
bool all_up(const nlohmann::json& targets);

std::string status_text(const StatusAnswers& answers, WallTime now, bool colour);

}  // namespace llm
