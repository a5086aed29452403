// A ProbeResult as one JSON object: the stable interface of `llm_exporter probe --format json`.
// An unknown is null or absent, never 0.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "probe/result.h"

namespace llm {

nlohmann::ordered_json to_json(const ProbeResult& result);
std::string to_json_line(const ProbeResult& result);  // without newline; always valid UTF-8

}  // namespace llm
