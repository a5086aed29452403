// A target's history in the API. An unknown value is null, never 0.
#pragma once

#include <nlohmann/json.hpp>

#include "state/history.h"

namespace llm {

// {"hour":{"ratio":…,"good":…,"failed":…,"excluded":…},"day":{…}}
nlohmann::ordered_json availability_json(const History& history, double now);
nlohmann::ordered_json last_error_json(const LastError& error);  // null: there was none
// The recent probes and the quarters of an hour of the day in which there were any, oldest first.
nlohmann::ordered_json history_json(const History& history, double now);

}  // namespace llm
