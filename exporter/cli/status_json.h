// Reading JSON of which nothing is certain: what is missing or of another type is unknown.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace llm {

// The member of an object, else null.
const nlohmann::json& member(const nlohmann::json& object, std::string_view name);
// Text fit for a terminal: bounded, no control characters, no marks that reorder what is around it;
// empty if it is no text.
std::string text_of(const nlohmann::json& value);
double number_of(const nlohmann::json& value);  // kUnknown if it is no number
double time_of(const nlohmann::json& value);    // Unix seconds of an RFC 3339 time; kUnknown if not

}  // namespace llm
